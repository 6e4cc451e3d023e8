//! The tests of a run, one result each.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, Page,
    run::RunSummary,
    sample::{OutputStatus, ResultStatus, TestResult},
};

use crate::{
    components::{
        failure::missing_part,
        mark::{mark, symbol},
        pager::pager,
    },
    format,
    url::{self, RunView, suite},
};

/// The tests of a run.
pub(super) fn section(
    run: i32,
    tests: Result<Page<TestResult>, ErrorBody>,
    summary: &RunSummary,
    view: &RunView,
    path: &str,
) -> AnyView {
    let has_results = summary.skipped_count < summary.total_samples;
    let is_asked_for = view.status.is_some() || view.category.is_some() || view.test.is_some();
    let content = match tests {
        Err(body) => missing_part("Tests", &body, path),
        Ok(_) if !has_results && !is_asked_for => nothing_ran(run, summary.total_samples, view),
        Ok(tests) if tests.data.is_empty() => {
            view! { <p class="nothing">"No test is like that."</p> }.into_any()
        }
        Ok(tests) => table(run, tests, view),
    };
    let toolbar = (has_results || is_asked_for).then(|| toolbar(run, summary, view));
    view! {
        <section id="tests" aria-labelledby="tests-title">
            <h2 id="tests-title">"Tests"</h2>
            {toolbar}
            {content}
        </section>
    }
    .into_any()
}

/// A list of tests without a result says nothing; who wants it can ask for it.
fn nothing_ran(run: i32, total: u64, view: &RunView) -> AnyView {
    if total == 0 {
        return view! { <p class="nothing">"No test belongs to this run."</p> }.into_any();
    }
    let list = view
        .tests(Some(ResultStatus::NotStarted), None, 0)
        .address(run, "tests");
    view! { <p class="nothing">{format!("None of {} has a result. ", format::pluralize(total, "test", "tests"))}<a href=list>"List them"</a></p> }.into_any()
}

fn toolbar(run: i32, summary: &RunSummary, view: &RunView) -> AnyView {
    let choices = [
        (None, "all", summary.total_samples),
        (Some(ResultStatus::Fail), "failed", summary.fail_count),
        (
            Some(ResultStatus::MissingOutput),
            "missing output",
            summary.missing_output_count,
        ),
        (Some(ResultStatus::Pass), "passed", summary.pass_count),
        (
            Some(ResultStatus::NotStarted),
            "not started",
            summary.skipped_count,
        ),
    ];
    let links: Vec<AnyView> = choices
        .into_iter()
        .map(|(status, word, count)| {
            let to = view.tests(status, view.category.clone(), 0).address(run, "tests");
            let is_current = view.test.is_none() && view.status == status;
            // The counts are of all tests, not of one category's.
            let count = view
                .category
                .is_none()
                .then(|| view! { " " <span class="count">{format::number(count)}</span> });
            view! { <a href=to aria-current=is_current.then_some("true")>{word}{count}</a> }.into_any()
        })
        .collect();
    let narrowed = match (&view.test, &view.category) {
        (Some(test), _) => Some((format!("test #{test}"), view.tests(None, None, 0))),
        (None, Some(category)) => Some((category.clone(), view.tests(view.status, None, 0))),
        (None, None) => None,
    };
    let narrowed = narrowed.map(|(what, without)| {
        view! { <span class="narrowed">"only " <b>{what}</b> " " <a href=without.address(run, "tests")>"show all"</a></span> }
    });
    view! { <div class="toolbar"><nav class="choice" aria-label="Status of tests">{links}</nav>{narrowed}</div> }.into_any()
}

fn table(run: i32, tests: Page<TestResult>, view: &RunView) -> AnyView {
    let (at, shown) = (tests.pagination, tests.data.len());
    let is_single = view.test.is_some();
    let rows: Vec<AnyView> = tests
        .data
        .into_iter()
        .map(|test| row(run, test, is_single, view))
        .collect();
    let more = |offset: u32| {
        view.tests(view.status, view.category.clone(), offset)
            .address(run, "tests")
    };
    let pages = (!is_single).then(|| pager(at, shown, ["test", "tests"], ["Before", "More"], &more));
    view! {
        <table class="rows tests">
            <caption class="unseen">"Tests and their results"</caption>
            <thead>
                <tr>
                    <th scope="col">"Test"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Command"</th>
                    <th scope="col">"Sample"</th>
                    <th scope="col">"Exit code"</th>
                    <th scope="col">"Outputs"</th>
                    <th scope="col" class="end">"Runtime"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pages}
    }
    .into_any()
}

fn row(run: i32, test: TestResult, is_single: bool, view: &RunView) -> AnyView {
    let id = test.regression_test_id;
    let to = view.test(id).address(run, "tests");
    let sample = match test.sample_id {
        Some(id) => {
            let name = test.sample_name.clone().unwrap_or_else(|| format!("sample {id}"));
            view! { <a class="plain" href=suite::sample(id)>{name}</a> }.into_any()
        }
        None => view! { "–" }.into_any(),
    };
    let exit = match (test.exit_code, test.expected_rc) {
        _ if test.status == ResultStatus::NotStarted => String::new(),
        (got, expected) if got == expected => code(got),
        (got, expected) => format!("{}, expected {}", code(got), code(expected)),
    };
    let is_wrong_exit = test.exit_code != test.expected_rc && test.status != ResultStatus::NotStarted;
    let outputs = if is_single {
        output_list(run, &test)
    } else {
        output_count(&test, to)
    };
    let runtime = test.runtime_ms.map(|ms| format::duration(i64::from(ms)));
    let categories = test.categories.join(", ");
    view! {
        <tr id=format!("test-{id}") title=categories>
            <th scope="row" class="id"><a href=suite::regression_test(id)>{format!("#{id}")}</a></th>
            <td class="status">{mark(test.status)}</td>
            <td class="command"><code>{test.command}</code></td>
            <td class="sample">{sample}</td>
            <td class="exit" class:fail=is_wrong_exit>{exit}</td>
            <td class="outputs">{outputs}</td>
            <td class="end runtime">{runtime}</td>
        </tr>
    }
    .into_any()
}

fn code(code: Option<i32>) -> String {
    code.map_or_else(|| "none".to_owned(), |code| code.to_string())
}

/// How many outputs are not as expected: a link to which.
fn output_count(test: &TestResult, to: String) -> AnyView {
    let of = |status: OutputStatus| {
        test.outputs
            .iter()
            .filter(|output| output.status == status)
            .count()
    };
    let (all, differ, missing) = (
        test.outputs.len(),
        of(OutputStatus::Fail),
        of(OutputStatus::MissingOutput),
    );
    let bad = [
        (OutputStatus::Fail, differ),
        (OutputStatus::MissingOutput, missing),
    ];
    let parts: Vec<AnyView> = bad
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(status, count)| view! { {symbol(status)} " " {format!("{count} of {all} ")} }.into_any())
        .collect();
    if !parts.is_empty() {
        return view! { <a class="plain" href=to>{parts}</a> }.into_any();
    }
    view! { <span class="muted">{if all == 0 { String::new() } else { format!("{all} as expected") }}</span> }
        .into_any()
}

/// Every output by name; one that differs leads to how.
fn output_list(run: i32, test: &TestResult) -> AnyView {
    let items: Vec<AnyView> = test
        .outputs
        .iter()
        .map(|output| {
            let name = view! { <code>{output.filename.clone()}</code> };
            let name = match output.status {
                OutputStatus::Fail => {
                    view! { <a href=url::output::path(run, test.regression_test_id, output.output_id)>{name}</a> }.into_any()
                }
                OutputStatus::Pass | OutputStatus::MissingOutput => name.into_any(),
            };
            view! { <li>{mark(output.status)} " " {name}</li> }.into_any()
        })
        .collect();
    view! { <ul class="output-list">{items}</ul> }.into_any()
}
