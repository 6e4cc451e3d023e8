//! What is in a log as a whole, in numbers.

use leptos::prelude::*;
use runlens_api_types::log::LineRange;

use super::{lines::raw, viewer::Viewer};
use crate::{format, url::log::LogAddress};

/// Lines, size, errors, warnings, and how far they have been counted.
pub(super) fn counts(run: i32, viewer: Viewer) -> AnyView {
    let outline = viewer.outline;
    let lines = move || outline.with(|outline| format::pluralize(outline.lines, "line", "lines"));
    let size = move || outline.with(|outline| format::size(outline.size_bytes));
    let errors = move || {
        outline.with(|outline| {
            format::pluralize(outline.levels.error + outline.levels.critical, "error", "errors")
        })
    };
    let warnings =
        move || outline.with(|outline| format::pluralize(outline.levels.warning, "warning", "warnings"));
    let going = move || {
        outline.with(|outline| {
            (!outline.is_complete).then(|| {
                let (done, size) = (outline.indexed_bytes, outline.size_bytes.max(1));
                let words = format!("{} of {} gone through", format::size(done), format::size(size));
                view! { <li class="going"><progress max=size.to_string() value=done.to_string() aria-label=words.clone()></progress> " " {words}</li> }
            })
        })
    };
    let ways = move || {
        outline.with(|outline| {
            let link = |line: u64, label: &'static str| {
                let href = LogAddress::permalink(
                    run,
                    LineRange {
                        first: line,
                        last: line,
                    },
                );
                view! { <li><a href=href>{label}</a></li> }.into_any()
            };
            let first = outline.first_error_line.map(|line| link(line, "First error"));
            let last = outline
                .last_error_line
                .filter(|line| Some(*line) != outline.first_error_line)
                .map(|line| link(line, "Last error"));
            (first, last)
        })
    };
    view! {
        <ul class="facts log-counts">
            <li><b>{lines}</b></li>
            <li>{size}</li>
            <li class=move || if outline.with(|outline| outline.first_error_line.is_some()) { "fail" } else { "" }>
                <span class="symbol" aria-hidden="true">"✕"</span> " " {errors}
            </li>
            <li class=move || if outline.with(|outline| outline.levels.warning > 0) { "warned" } else { "" }>
                <span class="symbol" aria-hidden="true">"!"</span> " " {warnings}
            </li>
            {ways}
            <li><a href=raw(run)>"Raw ↓"</a></li>
            {going}
        </ul>
    }
    .into_any()
}
