//! The errors of an open group: one row a test, with links to everything that is known of it.

use leptos::prelude::*;
use runlens_api_types::{
    Page,
    comparison::{ComparedTest, Verdict},
    recent::RecentResults,
    sample::OutputStatus,
    test_error::{ErrorBucket, GroupBy, TestError, TestErrorType},
};

use super::errors::About;
use crate::{
    components::{
        facts,
        mark::{Mark, symbol},
        pager::pager,
        strip::small_strip,
    },
    data::runs::Opened,
    format,
    url::{self, RunView, bucket_anchor, error_anchor, log::LogAddress, suite},
};

/// Errors of one test, which follow each other.
struct Failure {
    test: i32,
    sample: Option<(i32, String)>,
    command: String,
    verdict: Option<Verdict>,
    errors: Vec<TestError>,
}

/// Puts the errors of a test together: they follow each other.
fn by_test(errors: Vec<TestError>) -> Vec<Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    for error in errors {
        if let Some(failure) = failures
            .last_mut()
            .filter(|failure| failure.test == error.regression_test_id)
        {
            failure.errors.push(error);
            continue;
        }
        failures.push(Failure {
            test: error.regression_test_id,
            sample: error.sample_id.map(|id| {
                (
                    id,
                    error
                        .sample_name
                        .clone()
                        .unwrap_or_else(|| format!("sample {id}")),
                )
            }),
            command: error.command.clone(),
            verdict: error.verdict,
            errors: vec![error],
        });
    }
    failures
}

/// The errors of an open group.
pub(super) fn list(
    about: &About,
    grouping: GroupBy,
    opened: Opened,
    bucket: &ErrorBucket,
    recent: Option<&RecentResults>,
) -> AnyView {
    let Opened {
        key,
        errors,
        is_one_test,
    } = opened;
    let (view, anchor) = (&about.view, bucket_anchor(&key));
    let (at, shown) = (errors.pagination, errors.data.len());
    // A group of one test has named its command already; groups by verdict have named that.
    let has_command = grouping != GroupBy::RegressionId;
    let has_verdict = grouping != GroupBy::Verdict && about.reference().is_some();
    let rows: Vec<AnyView> = by_test(errors.data)
        .into_iter()
        .map(|failure| row(about, failure, has_command, has_verdict, recent))
        .collect();
    let pages = (!is_one_test && (at.offset > 0 || at.next_offset.is_some())).then(|| {
        pager(at, shown, ["error", "errors"], ["Before", "More"], &|offset| {
            about.address(&view.opened(Some(&key), offset), &anchor)
        })
    });
    let all = (is_one_test && bucket.count > shown as u64).then(|| {
        let all = format!("Show all {}", format::pluralize(bucket.count, "error", "errors"));
        let to = about.address(&view.opened(Some(&key), 0), &anchor);
        view! { <p class="nothing">{format!("Only test #{} is shown. ", view.test.unwrap_or_default())}<a href=to>{all}</a></p> }
    });
    let verdict_head = has_verdict.then(|| view! { <th scope="col">"Verdict"</th> });
    let command_head = has_command.then(|| view! { <th scope="col">"Command"</th> });
    view! {
        <table class="rows errors">
            <caption class="unseen">{format!("Errors: {}", bucket.label)}</caption>
            <thead>
                <tr>
                    <th scope="col">"Test"</th>
                    {verdict_head}
                    {command_head}
                    <th scope="col">"Sample"</th>
                    <th scope="col">"What is wrong"</th>
                    <th scope="col">"History"</th>
                    <th scope="col" class="end"><span class="unseen">"More"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pages}
        {all}
    }
    .into_any()
}

fn row(
    about: &About,
    failure: Failure,
    has_command: bool,
    has_verdict: bool,
    recent: Option<&RecentResults>,
) -> AnyView {
    let (run, test) = (about.run.run_id, failure.test);
    let anchor = error_anchor(test);
    let sample = match failure.sample {
        Some((id, name)) => view! { <a class="plain" href=suite::sample(id)>{name}</a> }.into_any(),
        None => view! { "–" }.into_any(),
    };
    let verdict = has_verdict.then(
        || view! { <td class="judged">{failure.verdict.map(|verdict| symbol(Mark::from(verdict)))}</td> },
    );
    let command = has_command.then(|| view! { <td class="command"><code>{failure.command}</code></td> });
    let wrong: Vec<AnyView> = failure
        .errors
        .into_iter()
        .map(|error| view! { <li>{what(run, error)}</li> }.into_any())
        .collect();
    let history = recent.and_then(|recent| {
        let what = format!(
            "Test {test} on {}: master, and last this run",
            facts::platform(recent.platform)
        );
        small_strip(&what, test, recent.of(test))
    });
    let log = about.may_read_log.then(|| {
        let address = LogAddress {
            contains: Some(format!(r"#{test}\b")),
            is_regex: true,
            ..LogAddress::default()
        };
        view! { <a href=url::log(run, &address) aria-label=format!("Log of test {test}")>"log"</a> }
    });
    view! {
        <tr id=anchor>
            <th scope="row" class="id"><a href=suite::regression_test(test)>{format!("#{test}")}</a></th>
            {verdict}
            {command}
            <td class="sample">{sample}</td>
            <td class="message"><ul class="wrong">{wrong}</ul></td>
            <td class="history">{history}</td>
            <td class="more end">
                {log}
                <a href=RunView::failure(run, test) aria-label=format!("Lasting link to the failure of test {test}") title="Lasting link">"link"</a>
            </td>
        </tr>
    }
    .into_any()
}

/// What is wrong: an exit code, or an output with the way to what of it differs.
fn what(run: i32, error: TestError) -> AnyView {
    let sign = symbol(error.kind);
    let name = error.filename.unwrap_or_default();
    match (error.kind, error.output_id) {
        (TestErrorType::DiffMismatch, Some(output)) => {
            let to = url::output::path(run, error.regression_test_id, output);
            view! { {sign} " " <a href=to aria-label=format!("Difference of {name}")><code>{name.clone()}</code></a> }.into_any()
        }
        (TestErrorType::MissingOutput, _) => view! { {sign} " " <code>{name}</code> " is missing" }.into_any(),
        _ => view! { {sign} " " {format!("exit code {}, expected {}", code(error.exit_code), code(error.expected_rc))} }.into_any(),
    }
}

/// An exit code, for people.
pub(crate) fn code(code: Option<i32>) -> String {
    code.map_or_else(|| "none".to_owned(), |code| code.to_string())
}

/// Tests that the run fixed: what was wrong with them in the reference run.
pub(super) fn fixed(about: &About, tests: Page<ComparedTest>, anchor: &str) -> AnyView {
    let view = &about.view;
    let (at, shown) = (tests.pagination, tests.data.len());
    let there = about.reference().map(|reference| reference.run_id);
    let rows: Vec<AnyView> = tests
        .data
        .into_iter()
        .map(|test| {
            let id = test.regression_test_id;
            let sample = match test.sample_id {
                Some(id) => {
                    let name = test.sample_name.unwrap_or_else(|| format!("sample {id}"));
                    view! { <a class="plain" href=suite::sample(id)>{name}</a> }.into_any()
                }
                None => view! { "–" }.into_any(),
            };
            let was: Vec<AnyView> = test
                .there
                .zip(there)
                .map(|(result, run)| was_wrong(run, id, result))
                .unwrap_or_default();
            view! {
                <tr id=error_anchor(id)>
                    <th scope="row" class="id"><a href=suite::regression_test(id)>{format!("#{id}")}</a></th>
                    <td class="command"><code>{test.command}</code></td>
                    <td class="sample">{sample}</td>
                    <td class="message"><ul class="wrong">{was}</ul></td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let pages = (at.offset > 0 || at.next_offset.is_some()).then(|| {
        let key = Verdict::FixedHere.to_string();
        pager(at, shown, ["test", "tests"], ["Before", "More"], &|offset| {
            about.address(&view.opened(Some(&key), offset), anchor)
        })
    });
    view! {
        <table class="rows errors">
            <caption class="unseen">{format!("Tests that pass here and fail in {}", about.baseline())}</caption>
            <thead>
                <tr>
                    <th scope="col">"Test"</th>
                    <th scope="col">"Command"</th>
                    <th scope="col">"Sample"</th>
                    <th scope="col">{format!("What was wrong in {}", about.baseline())}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pages}
    }
    .into_any()
}

/// What is wrong with a result of another run.
fn was_wrong(run: i32, test: i32, result: runlens_api_types::comparison::ComparedResult) -> Vec<AnyView> {
    let exit = (result.exit_code != result.expected_rc).then(|| {
        let words = format!(
            "exit code {}, expected {}",
            code(result.exit_code),
            code(result.expected_rc)
        );
        view! { <li>{symbol(TestErrorType::ExitCodeMismatch)} " " {words}</li> }.into_any()
    });
    let outputs = result.outputs.into_iter().filter(|output| output.status != OutputStatus::Pass).map(|output| {
        let sign = symbol(output.status);
        let name = output.filename;
        if output.status == OutputStatus::MissingOutput {
            return view! { <li>{sign} " " <code>{name}</code> " is missing"</li> }.into_any();
        }
        let to = url::output::path(run, test, output.output_id);
        view! { <li>{sign} " " <a href=to aria-label=format!("Difference of {name} in run {run}")><code>{name.clone()}</code></a></li> }
            .into_any()
    });
    exit.into_iter().chain(outputs).collect()
}
