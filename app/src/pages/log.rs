//! The log of a run, page by page.

mod lines;
mod paging;

use leptos::prelude::*;
use runlens_contract::{
    ErrorBody, ErrorCode,
    log::{LogFilter, LogLevel, LogQuery, LogSource},
};

use crate::{
    components::{
        failure::{failed_part, failure},
        filter,
        head::head,
        mark::mark,
        page::{Address, page},
    },
    data::{
        logs::{LogView, log_view},
        now,
    },
    pages::run::{facts, subject, title},
    url,
};

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
    log_view(id, url::read::<LogQuery>(&address.search)?).await
}

fn show(page: LogView, address: Address) -> AnyView {
    // It has been read once already, to get the page.
    let query = url::read::<LogQuery>(&address.search).unwrap_or_default();
    let LogView { run, lines } = page;
    let id = run.run_id;
    let content = match lines {
        Err(body) if matches!(body.code, ErrorCode::ValidationError | ErrorCode::InternalError | ErrorCode::Unavailable) => {
            return failure(&body, &address.href());
        }
        Err(body) => failed_part(&body, &address.href()),
        Ok(page) => {
            let pages = paging::paging(id, &query, &page);
            let end = page.data.len();
            let content = if end == 0 { nothing(id, &query) } else { lines::table(page.data, query.filter.contains.as_deref()) };
            view! { {filters(id, &query)} {pages.bar("Pages of the log")} {content} {pages.bar("Pages of the log, again")} }.into_any()
        }
    };
    view! {
        {head(format!("Log of run {id}"), format!("Build log of {}.", subject(&run)), &address.path)}
        <header class="overview log-head">
            <h1><a href=url::run(id)>{title(&run)}</a> <span class="step" aria-hidden="true">"›"</span> " Log" <span class="state">{mark(run.status)}</span></h1>
            {facts(&run, now())}
        </header>
        {content}
    }
    .into_any()
}

fn filters(id: i32, query: &LogQuery) -> AnyView {
    let clear = (!query.filter.is_empty()).then(|| view! { <a href=url::log(id, &LogQuery::default())>"Clear"</a> });
    let fields = view! {
        {filter::text("contains", "Contains", "wide", query.filter.contains.clone(), LogFilter::MAX_CONTAINS as u32)}
        {filter::choice::<LogLevel>("level", "Level", query.filter.level)}
        {filter::choice::<LogSource>("source", "Source", query.filter.source)}
        <button type="submit">"Filter"</button>
        {clear}
    };
    filter::filter(url::log(id, &LogQuery::default()), "Filter lines", fields.into_any())
}

/// A page without a line.
fn nothing(id: i32, query: &LogQuery) -> AnyView {
    let all = url::log(id, &LogQuery::default());
    let (title, text, way) = match (query.cursor.is_some(), !query.filter.is_empty()) {
        (true, _) => ("There is nothing further", "The log ends here.", Some((all, "From the start"))),
        (false, true) => ("No line is like that", "No line of this log has all of these properties.", Some((all, "All lines"))),
        (false, false) => ("The log is empty", "There is a log, and nothing has been written to it.", None),
    };
    let way = way.map(|(href, label)| view! { <p class="ways"><a href=href>{label}</a></p> });
    view! { <div class="empty"><h2>{title}</h2><p>{text}</p>{way}</div> }.into_any()
}
