//! A pull request: what its newest commit says, and all its runs.

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, page::PageQuery};

use super::{changes, runs::table};
use crate::{
    components::{
        facts,
        head::head,
        page::{Address, Parts, page},
        pager::pager,
    },
    data::{
        changes::{Pull, pull},
        now,
    },
    format, url,
};

/// The page of a pull request.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, query: PageQuery) -> Result<Pull, ErrorBody> {
    pull(url::read_pull(parts.get("number"))?, query.offset).await
}

fn show(pull: Pull, _: PageQuery, address: Address) -> AnyView {
    let Pull {
        number,
        commits,
        pagination: at,
        newest,
    } = pull;
    let now = now();
    let repository = commits
        .first()
        .map(|commit| commit.repository.clone())
        .unwrap_or_default();
    let branch = commits.first().and_then(|commit| commit.branch.clone());
    let when = commits
        .iter()
        .flat_map(|commit| &commit.runs)
        .find_map(|run| run.created_at);
    let shown = commits.iter().map(|commit| commit.runs.len()).sum::<usize>();
    let is_whole = shown as u64 == at.total;
    let pushes = is_whole.then(
        || view! { <li>{format::pluralize(commits.len() as u64, "commit tested", "commits tested")}</li> },
    );
    let github = (!repository.is_empty()).then(|| {
        let href = format!("https://github.com/{repository}/pull/{number}");
        view! { <li><a href=href>{repository.clone()} " on GitHub " <span class="symbol" aria-hidden="true">"↗"</span></a></li> }
    });
    let more = |offset: u32| {
        if offset == 0 {
            url::pull(number)
        } else {
            format!("{}?offset={offset}", url::pull(number))
        }
    };
    let title = changes::title(&format!("PR #{number}"), &newest);
    let description = changes::description(&format!("Pull request {number}"), &newest, at.total);
    view! {
        {head(title, description, &address.path)}
        <header class="overview">
            <h1>{format!("PR #{number}")}</h1>
            <ul class="facts">
                {github}
                {branch.map(|branch| view! { <li>"branch " <b>{branch}</b></li> })}
                {pushes}
                <li>{format::pluralize(at.total, "run", "runs")}</li>
                {when.map(|at| view! { <li>"newest " {facts::time(at, now)}</li> })}
            </ul>
            {changes::verdicts(newest)}
        </header>
        <section aria-label="Runs">
            {table(commits, now, false)}
            {pager(at, shown, ["run", "runs"], ["Newer", "Older"], &more)}
        </section>
    }
    .into_any()
}
