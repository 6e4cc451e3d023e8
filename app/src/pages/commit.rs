//! A commit: what its newest runs say, and all its runs.

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, run::RunQuery};

use super::{changes, runs::table};
use crate::{
    components::{
        facts::{self, change},
        head::head,
        page::{Address, Parts, page},
    },
    data::{
        changes::{CommitRuns, commit},
        now,
    },
    format, url,
};

/// The page of a commit.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, _: ()) -> Result<(String, CommitRuns), ErrorBody> {
    let prefix = url::read_commit(parts.get("sha"))?;
    Ok((prefix.clone(), commit(prefix).await?))
}

fn show((prefix, found): (String, CommitRuns), (): (), address: Address) -> AnyView {
    let now = now();
    let shown = found
        .commits
        .iter()
        .map(|commit| commit.runs.len())
        .sum::<usize>();
    let rest = (found.total > shown as u64).then(|| {
        let href = url::runs(&RunQuery {
            commit: Some(prefix.clone()),
            ..RunQuery::default()
        });
        let total = format::number(found.total);
        view! { <p class="more"><a href=href>{format!("All {total} runs")}</a></p> }
    });
    if found.is_ambiguous {
        let title = format!("Commits {prefix}…");
        let description = format!("More than one commit that was tested begins with {prefix}.");
        return view! {
            {head(title, description.clone(), &address.path)}
            <header class="overview">
                <h1>"Commits " <code>{prefix}</code> "…"</h1>
                <p>{description} " More digits tell them apart."</p>
            </header>
            <section aria-label="Runs">{table(found.commits, now, true)}{rest}</section>
        }
        .into_any();
    }
    let CommitRuns {
        commits,
        total,
        newest,
        ..
    } = found;
    let Some(first) = commits.first().cloned() else {
        return ().into_any();
    };
    let short = facts::short(&first.sha);
    let of: Vec<AnyView> = commits
        .iter()
        .map(|commit| {
            view! { <li>{change(&commit.repository, commit.pull_request, commit.branch.as_deref())}</li> }
                .into_any()
        })
        .collect();
    let github = (!first.repository.is_empty()).then(|| {
        let href = format!("https://github.com/{}/commit/{}", first.repository, first.sha);
        view! { <li><a href=href>{first.repository.clone()} " on GitHub " <span class="symbol" aria-hidden="true">"↗"</span></a></li> }
    });
    let when = first.runs.iter().find_map(|run| run.created_at);
    let title = changes::title(&format!("Commit {short}"), &newest);
    let description = changes::description(&format!("Commit {short}"), &newest, total);
    view! {
        {head(title, description, &address.path)}
        <header class="overview">
            <h1>"Commit " {facts::hash(&first.sha)}</h1>
            <ul class="facts">
                {of}
                {github}
                <li>{format::pluralize(total, "run", "runs")}</li>
                {when.map(|at| view! { <li>"newest " {facts::time(at, now)}</li> })}
            </ul>
            {changes::verdicts(newest)}
        </header>
        <section aria-label="Runs">{table(commits, now, true)}{rest}</section>
    }
    .into_any()
}
