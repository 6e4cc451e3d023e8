//! One run: what became of it, what failed, and what the infrastructure did.

mod categories;
mod errors;
mod infrastructure;
mod overview;
mod progress;
mod stages;
mod tests;
mod verdict;

pub(crate) use overview::facts;

use leptos::prelude::*;
use runlens_contract::{
    ErrorBody,
    log::LogQuery,
    run::{Run, RunErrors},
};

use crate::{
    components::{
        facts::platform,
        head::head,
        page::{Address, page},
    },
    data::{
        now,
        runs::{RunPage, run_page},
    },
    format,
    url::{self, RunView},
};

/// The page of a run.
pub fn route() -> AnyView {
    page(|path| id(path).is_some(), |address| Box::pin(fetch(address)), show)
}

/// The id in the page's address.
fn id(path: &str) -> Option<&str> {
    path.strip_prefix("/runs/").filter(|id| !id.is_empty() && !id.contains('/'))
}

async fn fetch(address: Address) -> Result<RunPage, ErrorBody> {
    let id = url::read_id(id(&address.path).unwrap_or_default())?;
    run_page(id, url::read::<RunView>(&address.search)?).await
}

/// What a run is called.
pub fn title(run: &Run) -> String {
    format!("Run {} · {}", run.run_id, platform(run.platform))
}

/// What a run is of, in a few words.
pub fn subject(run: &Run) -> String {
    let change = match (run.pull_request, &run.branch) {
        (Some(number), _) => format!("PR #{number}"),
        (None, Some(branch)) => branch.clone(),
        (None, None) => "a commit".to_owned(),
    };
    [change.as_str(), &run.commit_short, &run.repository].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn show(page: RunPage, address: Address) -> AnyView {
    // It has been read once already, to get the page.
    let view = url::read::<RunView>(&address.search).unwrap_or_default();
    let now = now();
    let RunPage { run, summary, progress, siblings, errors, infrastructure, categories, tests } = page;
    let types = errors.as_ref().map(|errors| errors.types.as_slice()).unwrap_or_default();
    let verdict = verdict::verdict(&run, &summary, types, &progress.data);
    let failed_itself = matches!(run.run_errors, RunErrors::Infrastructure | RunErrors::Both);
    let infrastructure_count = infrastructure.as_ref().map(|page| page.pagination.total).ok();
    let description = format!("{} of {}: {}", run.status, subject(&run), verdict.text());
    let has_results = summary.skipped_count < summary.total_samples;
    let links = [
        Some(("errors", "Errors", Some(summary.error_count))),
        has_results.then_some(("categories", "Categories", Some(categories.pagination.total))),
        Some(("tests", "Tests", Some(summary.total_samples))),
        Some(("infrastructure", "Infrastructure", infrastructure_count)),
        Some(("progress", "Progress", Some(progress.pagination.total))),
    ];
    let infrastructure = infrastructure::section(infrastructure, &address.href(), now);
    // What kept the run from running comes before what it found.
    let (before, after) = if failed_itself { (Some(infrastructure), None) } else { (None, Some(infrastructure)) };
    view! {
        {head(format!("{} {}", run.status, title(&run)), description, &address.path)}
        {overview::overview(&run, verdict, &siblings, stages::stages(&progress.data, run.status, now), now)}
        {navigation(run.run_id, links.into_iter().flatten())}
        {before}
        {errors::section(run.run_id, errors, has_results, &view, &address.href())}
        {has_results.then(|| categories::section(run.run_id, categories, &view))}
        {tests::section(run.run_id, tests, &summary, &view, &address.href())}
        {after}
        {progress::section(progress)}
    }
    .into_any()
}

fn navigation(run: i32, parts: impl Iterator<Item = (&'static str, &'static str, Option<u64>)>) -> AnyView {
    let links: Vec<AnyView> = parts
        .map(|(anchor, label, count)| {
            let count = count.map(|count| view! { " " <span class="count">{format::number(count)}</span> });
            // A plain jump within the page is the browser's: it moves the focus and marks the target.
            view! { <a href=format!("#{anchor}") rel="external">{label}{count}</a> }.into_any()
        })
        .collect();
    view! { <nav class="parts" aria-label="On this page">{links}<a href=url::log(run, &LogQuery::default())>"Log"</a></nav> }.into_any()
}
