//! One run: what became of it, what failed, and what the infrastructure did.

mod categories;
mod errors;
mod failures;
mod infrastructure;
mod overview;
mod progress;
mod stages;
mod tests;
mod toolbar;

pub(crate) use failures::code;
pub(crate) use overview::facts;

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, ErrorCode,
    log::LogQuery,
    run::{Run, RunErrors},
};

use crate::{
    components::{
        facts::platform,
        head::{Picture, head_with_picture},
        page::{Address, Parts, page},
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
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, query: RunView) -> Result<RunPage, ErrorBody> {
    let id = url::read_id(parts.get("id"))?;
    run_page(id, query).await
}

/// What a run is called.
pub fn title(run: &Run) -> String {
    format!("Run {} · {}", run.run_id, platform(run.platform))
}

/// What a run is of, in a few words.
pub fn subject(run: &Run) -> String {
    let change = match (run.revision.pull_request, &run.revision.branch) {
        (Some(number), _) => format!("PR #{number}"),
        (None, Some(branch)) => branch.clone(),
        (None, None) => "a commit".to_owned(),
    };
    [change.as_str(), &run.commit_short, &run.revision.repository]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn show(page: RunPage, view: RunView, address: Address) -> AnyView {
    let now = now();
    let verdict = page.verdict.clone();
    let (run, summary) = (&page.run, &page.summary);
    let failed_itself = matches!(run.run_errors, RunErrors::Infrastructure | RunErrors::Both);
    let infrastructure_count = page
        .infrastructure
        .as_ref()
        .map(|page| page.pagination.total)
        .ok();
    let description = format!("{} of {}: {}", run.status, subject(run), verdict.text());
    let picture = Picture {
        path: url::preview(run.run_id),
        alt: format!("{}: {description}", title(run)),
    };
    let has_results = summary.skipped_count < summary.total_samples || summary.error_count > 0;
    let links = [
        Some(("errors", "Errors", Some(summary.error_count))),
        has_results.then_some(("categories", "Categories", Some(page.categories.pagination.total))),
        Some(("tests", "Tests", Some(summary.total_samples))),
        Some(("infrastructure", "Infrastructure", infrastructure_count)),
        Some(("progress", "Progress", Some(page.progress.pagination.total))),
    ];
    let may_read_log = !page
        .infrastructure
        .as_ref()
        .is_err_and(|body| body.code == ErrorCode::Forbidden);
    let stages = stages::stages(&page.progress.data, run.status, now);
    let overview = overview::overview(&page, verdict, stages, now);
    let navigation = navigation(run.run_id, links.into_iter().flatten());
    let names: Vec<String> = page
        .categories
        .data
        .iter()
        .map(|category| category.category.clone())
        .collect();
    let about = errors::About {
        run: page.run,
        counts: page.compared.ok(),
        has_results,
        may_read_log,
        categories: names,
        view: view.clone(),
    };
    let id = about.run.run_id;
    let infrastructure = infrastructure::section(page.infrastructure, &address.href(), now);
    // What kept the run from running comes before what it found.
    let (before, after) = if failed_itself {
        (Some(infrastructure), None)
    } else {
        (None, Some(infrastructure))
    };
    view! {
        {head_with_picture(format!("{} {}", about.run.status, title(&about.run)), description, &address.path, Some(picture))}
        {overview}
        {navigation}
        {before}
        {errors::section(about, page.errors, &page.summary, &address.href())}
        {has_results.then(|| categories::section(id, page.categories, &view))}
        {tests::section(id, page.tests, &page.summary, &view, &address.href())}
        {after}
        {progress::section(page.progress)}
    }
    .into_any()
}

fn navigation(run: i32, parts: impl Iterator<Item = (&'static str, &'static str, Option<u64>)>) -> AnyView {
    let links: Vec<AnyView> = parts
        .map(|(anchor, label, count)| {
            let count = count.map(|count| view! { " " <span class="count">{format::number(count)}</span> });
            // A plain jump within the page is the browser's: it moves the focus and marks the target.
            view! { <a href=format!("#{anchor}")>{label}{count}</a> }.into_any()
        })
        .collect();
    view! { <nav class="parts" aria-label="On this page">{links}<a href=url::log(run, &LogQuery::default())>"Log"</a></nav> }.into_any()
}
