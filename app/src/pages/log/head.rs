//! What is in a log as a whole, in numbers.

use leptos::prelude::*;
use runlens_contract::log::{LineRange, LogOutline};

use super::{lines::raw, viewer::Viewer};
use crate::{format, url::log::LogAddress};

/// What a preview of the page says: an addition to its title, and the beginning of its description.
pub(super) fn words(outline: &LogOutline, lines: Option<LineRange>) -> (String, String) {
    let place = match lines {
        Some(lines) if lines.first == lines.last => format!(", line {}", format::number(lines.first)),
        Some(lines) => format!(", lines {}–{}", format::number(lines.first), format::number(lines.last)),
        None => String::new(),
    };
    let so_far = if outline.is_complete { "" } else { " so far" };
    let errors = match (outline.levels.error + outline.levels.critical, outline.first_error_line) {
        (0, _) | (_, None) => "no errors".to_owned(),
        (count, Some(line)) => format!("{}, the first on line {}", format::counted(count, "error", "errors"), format::number(line)),
    };
    (place, format!("{}{so_far}, {errors}. ", format::counted(outline.lines, "line", "lines")))
}

/// Lines, size, errors, warnings, and how far they have been counted.
pub(super) fn counts(run: i32, viewer: Viewer) -> AnyView {
    let outline = viewer.outline;
    let lines = move || outline.with(|outline| format::counted(outline.lines, "line", "lines"));
    let size = move || outline.with(|outline| format::size(outline.size_bytes));
    let errors = move || outline.with(|outline| format::counted(outline.levels.error + outline.levels.critical, "error", "errors"));
    let warnings = move || outline.with(|outline| format::counted(outline.levels.warning, "warning", "warnings"));
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
                let href = LogAddress::permalink(run, LineRange { first: line, last: line });
                view! { <li><a href=href>{label}</a></li> }.into_any()
            };
            let first = outline.first_error_line.map(|line| link(line, "First error"));
            let last = outline.last_error_line.filter(|line| Some(*line) != outline.first_error_line).map(|line| link(line, "Last error"));
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
            <li><a href=raw(run) rel="external">"Raw ↓"</a></li>
            {going}
        </ul>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use runlens_contract::log::{LevelCounts, LineRange, LogOutline};

    use super::words;
    use crate::data::logs::samples::outline;

    #[test]
    fn a_preview_says_how_long_the_log_is_and_where_its_first_error() {
        let levels = LevelCounts { critical: 2, error: 310, ..LevelCounts::default() };
        let outline = LogOutline { levels, ..outline(184_203, Some(118_403)) };
        let (place, description) = words(&outline, Some(LineRange { first: 120, last: 140 }));
        assert_eq!(place, ", lines 120–140");
        assert_eq!(description, "184,203 lines, 312 errors, the first on line 118,403. ");
        let calm = LogOutline { is_complete: false, lines: 1, levels: LevelCounts::default(), first_error_line: None, ..outline };
        assert_eq!(words(&calm, None), (String::new(), "1 line so far, no errors. ".to_owned()));
    }
}
