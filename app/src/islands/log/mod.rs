//! A log in the browser: the rows that came with the page, and all the others as they are come to.

mod cache;
mod density;
mod find;
mod head;
mod keys;
mod lines;
mod tools;
mod viewer;
mod viewport;

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    data::logs::LogStart,
    url::{self, log::LogAddress},
};
use lines::Frame;
use viewer::Viewer;

/// The log of a run. `search` is the query of the page's address.
#[island(lazy)]
pub(crate) fn LogViewer(run: i32, search: String, start: LogStart) -> impl IntoView {
    // It has been read once already, to get the page.
    let address = url::read::<LogAddress>(&search).unwrap_or_default();
    let is_filtered = !address.filter().is_empty();
    let frame = Arc::new(Frame {
        run,
        address,
        is_filtered,
    });
    let viewer = Viewer::new(&start, frame.clone());
    let pages = lines::pages(&frame, &start.rows.data, start.rows.total, start.rows.is_complete);
    let is_empty = start.rows.data.is_empty();
    let content = if is_empty {
        nothing(run, &frame, &start)
    } else {
        window(&frame, viewer)
    };
    viewer.begin();
    view! {
        <div class="log-page">
            {head::counts(run, viewer)}
            {tools::tools(&frame, viewer)}
            {(!is_empty).then(|| tools::bar(&frame, viewer, pages))}
            {content}
            <p class="unseen" role="status" aria-live="polite">{move || viewer.spoken.get()}</p>
            {tools::help()}
        </div>
    }
}

/// The rows, and the whole log beside them.
fn window(frame: &Arc<Frame>, viewer: Viewer) -> AnyView {
    let run = frame.run;
    let last_line = Signal::derive(move || {
        viewer
            .outline
            .with(|outline| outline.lines)
            .max(viewer.total.get())
    });
    let table = lines::table(frame.clone(), viewer.rows, viewer.total, last_line, viewer.chosen);
    view! {
        <div class="log-window">
            // What scrolls can be reached by keyboard.
            <div class="scroller" node_ref=viewer.scroller tabindex="0" role="region" aria-label="Lines of the log" on:scroll=move |_| _ = viewer.scrolled() on:click=move |event| viewer.clicked(&event)>
                <div class="span" node_ref=viewer.span>
                    <div class="layer" node_ref=viewer.layer>{table}</div>
                </div>
            </div>
            <nav class="density" aria-label="The whole log" on:click=move |event| viewer.clicked_map(&event)>
                {move || viewer.outline.with(|outline| density::map(run, &outline.density))}
                <div class="here" node_ref=viewer.here></div>
            </nav>
        </div>
    }
    .into_any()
}

/// A page without a row.
fn nothing(run: i32, frame: &Frame, start: &LogStart) -> AnyView {
    let all = url::log(run, &LogAddress::default());
    let has_place = frame.address.placeless() != frame.address;
    let is_searched = start.rows.is_complete;
    let (title, text, way) = match (frame.is_filtered, start.fault.is_some()) {
        (true, true) => (
            "Nothing was looked for",
            "The text is no regular expression: see above.",
            Some((all, "All lines")),
        ),
        (true, _) if !is_searched => (
            "No line is like that so far",
            "The log is still being searched: load this page again in a moment.",
            Some((all, "All lines")),
        ),
        (true, _) if has_place => (
            "There is nothing further",
            "The lines that are like that end here.",
            Some((all, "All lines")),
        ),
        (true, _) => (
            "No line is like that",
            "No line of this log has all of these properties.",
            Some((all, "All lines")),
        ),
        (false, _) => (
            "The log is empty",
            "There is a log, and nothing has been written to it.",
            None,
        ),
    };
    let way = way.map(|(href, label)| view! { <p class="ways"><a href=href>{label}</a></p> });
    view! { <div class="empty"><h2>{title}</h2><p>{text}</p>{way}</div> }.into_any()
}
