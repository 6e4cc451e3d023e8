//! The log of a run: a window onto its lines, and everything to find one's way in them.

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
use runlens_contract::{ErrorBody, ErrorCode};

use crate::{
    components::{
        failure::{failed_part, failure},
        head::head,
        mark::mark,
        page::{Address, page},
    },
    data::{
        logs::{LogStart, LogView, log_view},
        now,
    },
    pages::run::{facts, subject, title},
    url::{self, log::LogAddress},
};
use lines::Frame;
use viewer::Viewer;

/// The page of a log.
pub fn route() -> AnyView {
    page(|path| id(path).is_some(), |address| Box::pin(fetch(address)), show)
}

/// The run's id in the page's address.
fn id(path: &str) -> Option<&str> {
    path.strip_prefix("/runs/")?.strip_suffix("/logs").filter(|id| !id.is_empty() && !id.contains('/'))
}

async fn fetch(address: Address) -> Result<LogView, ErrorBody> {
    let id = url::read_id(id(&address.path).unwrap_or_default())?;
    log_view(id, &url::read::<LogAddress>(&address.search)?).await
}

fn show(page: LogView, address: Address) -> AnyView {
    // It has been read once already, to get the page.
    let at = url::read::<LogAddress>(&address.search).unwrap_or_default();
    let LogView { run, log } = page;
    let id = run.run_id;
    let (words, content) = match log {
        Err(body) if matches!(body.code, ErrorCode::ValidationError | ErrorCode::InternalError | ErrorCode::Unavailable) => {
            return failure(&body, &address.href());
        }
        Err(body) => (None, failed_part(&body, &address.href())),
        Ok(start) => {
            let words = head::words(&start.outline, at.lines);
            // Another place is another window: nothing of the one before is put to use again, neither where it was nor what was typed.
            let key = address.href();
            let content = view! { <For each=move || [key.clone()] key=String::clone children=move |_| shown(id, &at, start.clone())/> };
            (Some(words), content.into_any())
        }
    };
    let (place, description) = words.unwrap_or_default();
    view! {
        {head(format!("Log of run {id}{place}"), format!("{description}Build log of {}.", subject(&run)), &address.href())}
        <header class="overview log-head">
            <h1><a href=url::run(id)>{title(&run)}</a> <span class="step" aria-hidden="true">"›"</span> " Log" <span class="state">{mark(run.status)}</span></h1>
            {facts(&run, now())}
        </header>
        {content}
    }
    .into_any()
}

/// A log that is there.
fn shown(run: i32, address: &LogAddress, start: LogStart) -> AnyView {
    let frame = Arc::new(Frame { run, address: address.clone(), is_filtered: !address.filter().is_empty() });
    let viewer = Viewer::new(&start, frame.clone());
    let pages = lines::pages(&frame, &start.rows.data, start.rows.total, start.rows.is_complete);
    let is_empty = start.rows.data.is_empty();
    let content = if is_empty { nothing(run, &frame, &start) } else { window(&frame, viewer) };
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
    .into_any()
}

/// The rows, and the whole log beside them.
fn window(frame: &Arc<Frame>, viewer: Viewer) -> AnyView {
    let run = frame.run;
    let last_line = Signal::derive(move || viewer.outline.with(|outline| outline.lines).max(viewer.total.get()));
    let table = lines::table(frame.clone(), viewer.rows, viewer.total, last_line, viewer.chosen);
    view! {
        <div class="log-window">
            // What scrolls can be reached by keyboard.
            <div class="scroller" node_ref=viewer.scroller tabindex="0" role="region" aria-label="Lines of the log" on:scroll=move |_| viewer.scrolled() on:click=move |event| viewer.clicked(&event)>
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
        (true, true) => ("Nothing was looked for", "The text is no regular expression: see above.", Some((all, "All lines"))),
        (true, _) if !is_searched => {
            ("No line is like that so far", "The log is still being searched: load this page again in a moment.", Some((all, "All lines")))
        }
        (true, _) if has_place => ("There is nothing further", "The lines that are like that end here.", Some((all, "All lines"))),
        (true, _) => ("No line is like that", "No line of this log has all of these properties.", Some((all, "All lines"))),
        (false, _) => ("The log is empty", "There is a log, and nothing has been written to it.", None),
    };
    let way = way.map(|(href, label)| view! { <p class="ways"><a href=href>{label}</a></p> });
    view! { <div class="empty"><h2>{title}</h2><p>{text}</p>{way}</div> }.into_any()
}
