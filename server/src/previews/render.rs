//! Renders SVG to PNG.

use std::sync::{Arc, LazyLock};

use resvg::{tiny_skia, usvg};
use runlens_domain::Error;

use crate::images::text::FONTS;

/// Renders an SVG in its own size.
///
/// # Errors
/// [`Error::Internal`] for an invalid or empty SVG.
pub(crate) fn svg_to_png(svg: &str) -> Result<Vec<u8>, Error> {
    static OPTIONS: LazyLock<usvg::Options<'static>> = LazyLock::new(|| {
        let mut fonts = usvg::fontdb::Database::new();
        for font in FONTS {
            fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(font)));
        }
        fonts.set_sans_serif_family("Inter");
        usvg::Options {
            font_family: "Inter".to_owned(),
            fontdb: Arc::new(fonts),
            ..usvg::Options::default()
        }
    });
    let failed = |error: String| Error::Internal(format!("rendering a preview failed: {error}"));
    let tree = usvg::Tree::from_str(svg, &OPTIONS).map_err(|error| failed(error.to_string()))?;
    let size = tree.size().to_int_size();
    let mut canvas = tiny_skia::Pixmap::new(size.width(), size.height())
        .ok_or_else(|| failed("the image is empty".to_owned()))?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut canvas.as_mut());
    canvas.encode_png().map_err(|error| failed(error.to_string()))
}
