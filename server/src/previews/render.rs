//! Draws pictures, a few at a time, and keeps them for a while.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use moka::future::Cache;
use resvg::{tiny_skia, usvg};
use runlens_domain::{Error, blocking::BlockingPool};

use crate::images::text::FONTS;

/// The most bytes of pictures that are kept.
const CAPACITY: u64 = 16 * 1024 * 1024;
/// PreviewCache that are drawn at the same time: each takes a core for some milliseconds, and 3 MB.
const AT_A_TIME: usize = 2;

/// The pictures. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PreviewCache {
    kept: Cache<u128, Bytes>,
    workers: BlockingPool,
}

impl Default for PreviewCache {
    fn default() -> Self {
        let weigh = |_: &u128, picture: &Bytes| u32::try_from(picture.len() + 100).unwrap_or(u32::MAX);
        Self {
            kept: Cache::builder().max_capacity(CAPACITY).weigher(weigh).build(),
            workers: BlockingPool::new(AT_A_TIME),
        }
    }
}

impl PreviewCache {
    /// The PNG of a drawing; `key` names it. Whoever asks for what is just being drawn waits for it.
    ///
    /// # Errors
    /// [`Error::Internal`] for a drawing that cannot be read.
    pub(crate) async fn draw(&self, key: u128, svg: String) -> Result<Bytes, Error> {
        let drawn = self.kept.try_get_with(key, async {
            self.workers.run(move || png(&svg)).await?.map(Bytes::from)
        });
        drawn
            .await
            .map_err(|error: Arc<Error>| Error::Internal(error.to_string()))
    }
}

/// A drawing as PNG, in its own size.
pub(crate) fn png(svg: &str) -> Result<Vec<u8>, Error> {
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
    let wrong = |error: String| Error::Internal(format!("a picture cannot be drawn: {error}"));
    let tree = usvg::Tree::from_str(svg, &OPTIONS).map_err(|error| wrong(error.to_string()))?;
    let size = tree.size().to_int_size();
    let mut canvas = tiny_skia::Pixmap::new(size.width(), size.height())
        .ok_or_else(|| wrong("it has no size".to_owned()))?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut canvas.as_mut());
    canvas.encode_png().map_err(|error| wrong(error.to_string()))
}
