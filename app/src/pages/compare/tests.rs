//! The tests of two runs, both results side by side.

use std::collections::BTreeMap;

use leptos::prelude::*;
use runlens_api_types::{
    comparison::{ComparedOutput, ComparedResult, ComparedTest},
    sample::OutputStatus,
};

use crate::{
    components::mark::{mark, symbol},
    pages::run::code,
    url::{self, compare::CompareView, error_anchor, suite},
};

/// The tests of this page.
pub(super) fn table(run: i32, other: i32, tests: Vec<ComparedTest>, view: CompareView) -> AnyView {
    if tests.is_empty() {
        let nothing = match view.verdict {
            Some(_) => "No test has this verdict.",
            None => "Every test passes in both runs.",
        };
        return view! { <p class="nothing">{nothing}</p> }.into_any();
    }
    let rows: Vec<AnyView> = tests.into_iter().map(|test| row(run, other, test)).collect();
    view! {
        <table class="rows compared">
            <caption class="unseen">"Tests by verdict, with both results"</caption>
            <thead>
                <tr>
                    <th scope="col">"Test"</th>
                    <th scope="col">"Verdict"</th>
                    <th scope="col">"Command"</th>
                    <th scope="col">"Sample"</th>
                    <th scope="col">{format!("Run {run}, here")}</th>
                    <th scope="col">{format!("Run {other}, there")}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(run: i32, other: i32, test: ComparedTest) -> AnyView {
    let id = test.regression_test_id;
    let sample = match test.sample_id {
        Some(id) => {
            let name = test.sample_name.unwrap_or_else(|| format!("sample {id}"));
            view! { <a class="plain" href=suite::sample(id)>{name}</a> }.into_any()
        }
        None => view! { "–" }.into_any(),
    };
    let there = match &test.there {
        Some(there) => result(other, id, there, Some(&test.here)),
        None => view! { <span class="muted">"no result"</span> }.into_any(),
    };
    view! {
        <tr id=error_anchor(id)>
            <th scope="row" class="id"><a href=suite::regression_test(id)>{format!("#{id}")}</a></th>
            <td class="judged">{mark(test.verdict)}</td>
            <td class="command"><code>{test.command}</code></td>
            <td class="sample">{sample}</td>
            <td class="side" data-label="here">{result(run, id, &test.here, test.there.as_ref())}</td>
            <td class="side" data-label="there">{there}</td>
        </tr>
    }
    .into_any()
}

/// A result: its status, its exit code, and its outputs, each with whether the other run produced the same.
fn result(run: i32, test: i32, result: &ComparedResult, beside: Option<&ComparedResult>) -> AnyView {
    let exit = if result.exit_code == result.expected_rc {
        format!("exit code {}", code(result.exit_code))
    } else {
        format!(
            "exit code {}, expected {}",
            code(result.exit_code),
            code(result.expected_rc)
        )
    };
    let others: BTreeMap<i32, Option<&str>> = beside
        .into_iter()
        .flat_map(|beside| &beside.outputs)
        .map(|output| (output.output_id, output.sha256.as_deref()))
        .collect();
    let outputs: Vec<AnyView> = result
        .outputs
        .iter()
        .map(|output| {
            let differs =
                beside.is_some() && others.get(&output.output_id).copied() != Some(output.sha256.as_deref());
            let unlike = differs.then(|| view! { <span class="muted">" · not as in the other run"</span> });
            view! { <li>{file(run, test, output)}{unlike}</li> }.into_any()
        })
        .collect();
    view! { {mark(result.status)} " " <span class="exit">{exit}</span> <ul class="output-list">{outputs}</ul> }.into_any()
}

fn file(run: i32, test: i32, output: &ComparedOutput) -> AnyView {
    let name = output.filename.clone();
    let name = if output.status == OutputStatus::Fail {
        let label = format!("Difference of {name} in run {run}");
        view! { <a href=url::output::path(run, test, output.output_id) aria-label=label><code>{name}</code></a> }.into_any()
    } else {
        view! { <code>{name}</code> }.into_any()
    };
    view! { {symbol(output.status)} " " {name} }.into_any()
}
