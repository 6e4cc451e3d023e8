//! The list of runs, newest first.

mod filters;
mod line;
mod master;
mod table;

pub(crate) use crate::components::facts::change;
use line::run_link;
pub(crate) use table::table;

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, run::RunQuery};

use crate::{
    components::{
        head::head,
        page::{Address, Parts, page},
        pager::pager,
    },
    data::{
        now,
        run_lists::{RunList, run_list},
    },
    format, url,
};
use filters::{filters, is_filtered, shortcuts};

/// The list of runs.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(_: Parts, query: RunQuery) -> Result<RunList, ErrorBody> {
    run_list(query).await
}

fn show(list: RunList, query: RunQuery, address: Address) -> AnyView {
    let now = now();
    let at = list.pagination;
    let shown = list.commits.iter().map(|commit| commit.runs.len()).sum();
    let more = |offset: u32| {
        let mut query = query.clone();
        query.page.offset = offset;
        url::runs(&query)
    };
    let description = format!(
        "{} of the regression test platform, newest first.",
        format::pluralize(at.total, "run", "runs")
    );
    let content = if list.commits.is_empty() {
        empty(is_filtered(&query), at.offset > 0)
    } else {
        table(list.commits, now, true)
    };
    view! {
        {head("Runs".to_owned(), description, &address.path)}
        <div class="above">
            <h1>"Runs"</h1>
            {shortcuts(&query)}
        </div>
        {filters(&query)}
        {master::strips(&list.master, now)}
        {content}
        {pager(at, shown, ["run", "runs"], ["Newer", "Older"], &more)}
    }
    .into_any()
}

fn empty(is_filtered: bool, is_beyond: bool) -> AnyView {
    let (title, text, way) = match (is_filtered, is_beyond) {
        (_, true) => (
            "There are no runs this far back",
            "The list is shorter than its address says.",
            "Newest runs",
        ),
        (true, false) => (
            "No run is like that",
            "No run has all of these properties. Fewer filters find more.",
            "Clear the filters",
        ),
        (false, false) => (
            "There are no runs yet",
            "A run appears here when the platform takes up a commit or a pull request.",
            "Look again",
        ),
    };
    view! { <div class="empty"><h2>{title}</h2><p>{text}</p><p class="ways"><a href="/runs">{way}</a></p></div> }.into_any()
}
