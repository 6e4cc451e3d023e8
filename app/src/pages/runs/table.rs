//! Runs as a table: a row a commit, its platforms side by side.

use leptos::prelude::*;
use runlens_api_types::{
    Timestamp,
    run::{OperatingSystem, RunQuery},
};

use super::run_link;
use crate::{
    components::facts::{self, change},
    data::run_lists::Commit,
    url,
};

/// Runs, a row a commit. `has_change` says what each is of: where all are of one thing, that need not be said.
pub(crate) fn table(commits: Vec<Commit>, now: Timestamp, has_change: bool) -> AnyView {
    let platforms = platforms(&commits);
    let heads: Vec<AnyView> = platforms
        .iter()
        .map(|platform| view! { <th scope="col">{capitalized(facts::platform(*platform))}</th> }.into_any())
        .collect();
    let rows: Vec<AnyView> = commits
        .into_iter()
        .map(|commit| row(commit, &platforms, now, has_change))
        .collect();
    view! {
        <table class="rows runs">
            <caption class="unseen">"Runs by commit, newest first"</caption>
            <thead>
                <tr>
                    {has_change.then(|| view! { <th scope="col">"Change"</th> })}
                    <th scope="col">"Commit"</th>
                    {heads}
                    {has_change.then(|| view! { <th scope="col" class="repository">"Repository"</th> })}
                    <th scope="col" class="end">"When"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// The columns: one more where there is a run of neither platform.
fn platforms(commits: &[Commit]) -> Vec<OperatingSystem> {
    let mut platforms = vec![OperatingSystem::Linux, OperatingSystem::Windows];
    if commits
        .iter()
        .flat_map(|commit| &commit.runs)
        .any(|run| run.platform == OperatingSystem::Unknown)
    {
        platforms.push(OperatingSystem::Unknown);
    }
    platforms
}

fn row(commit: Commit, platforms: &[OperatingSystem], now: Timestamp, has_change: bool) -> AnyView {
    let cells: Vec<AnyView> = platforms
        .iter()
        .map(|platform| cell(&commit, *platform))
        .collect();
    let Commit {
        repository,
        branch,
        pull_request,
        sha,
        runs,
    } = commit;
    let when = runs
        .iter()
        .find_map(|run| run.created_at)
        .map(|at| facts::time(at, now));
    let from_repository = (!repository.is_empty()).then(|| {
        let href = url::runs(&RunQuery {
            repository: Some(repository.clone()),
            ..RunQuery::default()
        });
        view! { <a class="plain" href=href>{repository.clone()}</a> }
    });
    view! {
        <tr>
            {has_change.then(|| view! { <td class="change">{change(&repository, pull_request, branch.as_deref())}</td> })}
            <td class="commit">{facts::commit(&repository, &sha)}</td>
            {cells}
            {has_change.then(|| view! { <td class="repository">{from_repository}</td> })}
            <td class="when end">{when}</td>
        </tr>
    }
    .into_any()
}

fn cell(commit: &Commit, platform: OperatingSystem) -> AnyView {
    let runs: Vec<AnyView> = commit
        .runs
        .iter()
        .filter(|run| run.platform == platform)
        .map(run_link)
        .collect();
    let label = capitalized(facts::platform(platform));
    if runs.is_empty() {
        return view! { <td class="result none" data-label=label><span class="muted" title="No run on this platform">"–"</span></td> }
            .into_any();
    }
    view! { <td class="result" data-label=label>{runs}</td> }.into_any()
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}
