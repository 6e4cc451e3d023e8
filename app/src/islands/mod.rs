//! What a browser takes over of a page. An island is made on the server too, and reads without JavaScript.

#![expect(unreachable_pub, reason = "what the macro of islands adds is public")]

pub(crate) mod live;
pub(crate) mod log;
pub(crate) mod palette;
mod stream;
pub mod times;

use leptos::{
    wasm_bindgen::JsCast,
    web_sys::{Element, NodeList},
};

/// The elements within another that a selector means.
fn all(root: &Element, selector: &str) -> impl Iterator<Item = Element> + use<> {
    let found = root.query_selector_all(selector).ok();
    let count = found.as_ref().map_or(0, NodeList::length);
    (0..count).filter_map(move |at| found.as_ref()?.item(at)?.dyn_into().ok())
}
