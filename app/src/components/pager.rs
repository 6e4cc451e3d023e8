//! Moving through a list that can be counted.

use leptos::prelude::*;
use runlens_api_types::page::Pagination;

use crate::format;

/// Where a page lies in its list, and links to its neighbours.
///
/// `names` are the words for one and for many, `ways` those for the page before and the page after; `href` is the
/// address of the page at an offset.
pub fn pager(
    at: Pagination,
    shown: usize,
    names: [&str; 2],
    ways: [&'static str; 2],
    href: &dyn Fn(u32) -> String,
) -> AnyView {
    let first = u64::from(at.offset) + 1;
    let last = u64::from(at.offset) + shown as u64;
    let total = format::pluralize(at.total, names[0], names[1]);
    let range = match shown {
        _ if at.offset == 0 && last == at.total => total,
        0 => format!("none here, {total} before"),
        _ => format!("{}–{} of {total}", format::number(first), format::number(last)),
    };
    let before = (at.offset > 0).then(|| href(at.offset.saturating_sub(at.limit)));
    let after = at.next_offset.map(href);
    let links = (before.is_some() || after.is_some()).then(|| {
        view! {
            <span class="ways">
                {way(before, "prev", format!("‹ {}", ways[0]))}
                {way(after, "next", format!("{} ›", ways[1]))}
            </span>
        }
    });
    view! { <nav class="pager" aria-label=format!("Pages of {}", names[1])><span class="range">{range}</span>{links}</nav> }.into_any()
}

/// A link to a neighbouring page; where there is none, its place.
pub fn way(href: Option<String>, rel: &'static str, label: String) -> AnyView {
    match href {
        Some(href) => view! { <a href=href rel=rel>{label}</a> }.into_any(),
        None => view! { <span class="off" aria-hidden="true">{label}</span> }.into_any(),
    }
}
