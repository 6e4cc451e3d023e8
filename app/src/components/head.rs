//! What a page says of itself to the browser, to search engines and to previews of links.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

use crate::data::recent::TITLE_END;

/// Width and height of a preview's picture, in pixels.
pub const PICTURE_SIZE: (u32, u32) = (1200, 630);

/// The picture of a preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its path.
    pub path: String,
    /// What it shows, in words.
    pub alt: String,
}

/// Title, description and preview of a page; `path` is its address.
pub fn head(title: String, description: String, path: &str) -> AnyView {
    head_with_picture(title, description, path, None)
}

/// Title, description and preview of a page that has a picture.
pub fn head_with_picture(
    title: String,
    description: String,
    path: &str,
    picture: Option<Picture>,
) -> AnyView {
    let origin = crate::data::origin();
    let address = format!("{origin}{path}");
    tell_canonical(&address);
    let title = format!("{title}{TITLE_END}");
    let card = if picture.is_some() {
        "summary_large_image"
    } else {
        "summary"
    };
    let picture = picture.map(|picture| {
        let (width, height) = PICTURE_SIZE;
        view! {
            <Meta property="og:image" content=format!("{origin}{}", picture.path)/>
            <Meta property="og:image:type" content="image/png"/>
            <Meta property="og:image:width" content=width.to_string()/>
            <Meta property="og:image:height" content=height.to_string()/>
            <Meta property="og:image:alt" content=picture.alt/>
        }
    });
    // Previews of Twitter's kind take what they do not find from Open Graph's properties.
    view! {
        <Title text=title.clone()/>
        <Meta name="description" content=description.clone()/>
        <Meta property="og:type" content="website"/>
        <Meta property="og:site_name" content="Runlens"/>
        <Meta property="og:title" content=title/>
        <Meta property="og:description" content=description/>
        <Meta property="og:url" content=address/>
        <Meta name="twitter:card" content=card/>
        {picture}
    }
    .into_any()
}

/// Tells search engines by which address the page is to be known.
fn tell_canonical(address: &str) {
    let is_plain = address
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"'));
    if is_plain
        && let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(link) = http::HeaderValue::from_str(&format!("<{address}>; rel=\"canonical\""))
    {
        response.insert_header(http::header::LINK, link);
    }
}
