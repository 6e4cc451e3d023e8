//! What narrows the list of runs down: a form, and links to what is asked for most.

use leptos::prelude::*;
use runlens_api_types::run::{RunPlatform, RunQuery, RunStatus, RunTestType};

use crate::{components::filter, url};

/// Whether the list is of some runs only.
pub(super) fn is_filtered(query: &RunQuery) -> bool {
    RunQuery {
        page: query.page,
        sort: query.sort,
        include: query.include.clone(),
        ..RunQuery::default()
    } != *query
}

/// The form.
pub(super) fn filters(query: &RunQuery) -> AnyView {
    let clear = is_filtered(query).then(|| view! { <a href="/runs">"Clear"</a> });
    // What a link has narrowed the list down by, and no field shows, stays.
    let kept: Vec<AnyView> = [
        ("test_type", query.test_type.map(|value| value.to_string())),
        ("reference", query.is_baseline.map(|value| value.to_string())),
        ("commit_sha", query.commit_sha.clone()),
        (
            "created_after",
            query.created_after.map(|value| value.to_string()),
        ),
        (
            "created_before",
            query.created_before.map(|value| value.to_string()),
        ),
        ("sort", query.sort.map(|value| value.to_string())),
    ]
    .into_iter()
    .filter_map(|(name, value)| {
        value.map(|value| view! { <input type="hidden" name=name value=value/> }.into_any())
    })
    .collect();
    let fields = view! {
        {kept}
        {filter::choice::<RunStatus>("status", "Status", query.status)}
        {filter::choice::<RunPlatform>("platform", "Platform", query.platform)}
        {filter::text("pull_request", "PR", "short", query.pull_request.map(|number| number.to_string()), 10)}
        {filter::text("branch", "Branch", "", query.branch.clone(), 255)}
        {filter::text("commit", "Commit", "short", query.commit.clone(), 40)}
        {filter::text("repository", "Repository", "", query.repository.clone(), 201)}
        {filter::text("q", "Text", "", query.q.clone(), 100)}
        <button type="submit">"Filter"</button>
        {clear}
    };
    filter::filter("/runs".to_owned(), "Filter runs", fields.into_any())
}

/// What is asked for most, a click away.
pub(super) fn shortcuts(query: &RunQuery) -> AnyView {
    let all = RunQuery::default;
    let shortcuts = [
        ("All", all()),
        (
            "Failures of PRs",
            RunQuery {
                status: Some(RunStatus::Fail),
                test_type: Some(RunTestType::Pr),
                ..all()
            },
        ),
        (
            "Running",
            RunQuery {
                status: Some(RunStatus::Running),
                ..all()
            },
        ),
        (
            "Master",
            RunQuery {
                branch: Some("master".to_owned()),
                test_type: Some(RunTestType::Commit),
                ..all()
            },
        ),
    ];
    let current = RunQuery {
        page: all().page,
        ..query.clone()
    };
    let links: Vec<AnyView> = shortcuts
        .into_iter()
        .map(|(name, query)| {
            let is_current = (current == query).then_some("true");
            view! { <a href=url::runs(&query) aria-current=is_current>{name}</a> }.into_any()
        })
        .collect();
    view! { <nav class="choice shortcuts" aria-label="Runs often asked for">{links}</nav> }.into_any()
}

#[cfg(test)]
mod tests {
    use runlens_api_types::run::RunQuery;

    use super::is_filtered;

    #[test]
    fn a_page_of_the_list_is_not_a_filter() {
        let mut query = RunQuery::default();
        query.page.offset = 50;
        assert!(!is_filtered(&query));
        assert!(is_filtered(&RunQuery {
            branch: Some("master".to_owned()),
            ..query
        }));
    }
}
