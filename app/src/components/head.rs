//! What a page says of itself to the browser, to search engines and to previews of links.

use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// Title, description and preview of a page.
pub fn head(title: String, description: String, path: &str) -> AnyView {
    let address = format!("{}{path}", crate::data::origin());
    let title = format!("{title} · Runlens");
    view! {
        <Title text=title.clone()/>
        <Meta name="description" content=description.clone()/>
        <Meta property="og:type" content="website"/>
        <Meta property="og:site_name" content="Runlens"/>
        <Meta property="og:title" content=title/>
        <Meta property="og:description" content=description/>
        <Meta property="og:url" content=address/>
    }
    .into_any()
}
