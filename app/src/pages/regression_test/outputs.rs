//! The outputs that a test is expected to produce.

use leptos::prelude::*;
use runlens_api_types::suite::{ExpectedOutput, RegressionTest};

use crate::{components::facts, url::output};

/// The outputs of a test, each with a link to what the newest run produced.
pub(super) fn section(test: &RegressionTest, newest_run: Option<i32>) -> AnyView {
    let content = if test.outputs.is_empty() {
        view! { <p class="nothing">"No output is expected: the exit code decides."</p> }.into_any()
    } else {
        table(test, newest_run)
    };
    view! {
        <section id="outputs" aria-labelledby="outputs-title">
            <h2 id="outputs-title">"Expected outputs"</h2>
            {content}
        </section>
    }
    .into_any()
}

fn table(test: &RegressionTest, newest_run: Option<i32>) -> AnyView {
    let rows: Vec<AnyView> = test
        .outputs
        .iter()
        .map(|output| row(test.regression_test_id, output, newest_run))
        .collect();
    view! {
        <table class="rows expected-outputs">
            <caption class="unseen">"Expected outputs"</caption>
            <thead>
                <tr>
                    <th scope="col">"File"</th>
                    <th scope="col">"Expected"</th>
                    <th scope="col">"Accepted too"</th>
                    <th scope="col">"Newest result"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(test: i32, output: &ExpectedOutput, newest_run: Option<i32>) -> AnyView {
    let expected = match &output.expected {
        Some(hash) => facts::copied_hash(hash, &output.filename),
        None => view! { <span class="muted">"unknown"</span> }.into_any(),
    };
    let variants: Vec<AnyView> = output
        .variants
        .iter()
        .map(|hash| view! { <li>{facts::copied_hash(hash, &format!("an accepted variant of {}", output.filename))}</li> }.into_any())
        .collect();
    let variants = if variants.is_empty() {
        view! { <span class="muted">"nothing else"</span> }.into_any()
    } else {
        view! { <ul class="variants">{variants}</ul> }.into_any()
    };
    let ignored = output
        .ignored
        .then(|| view! { " " <span class="muted">"may be missing"</span> });
    let newest = newest_run
        .map(|run| view! { <a href=output::path(run, test, output.output_id)>{format!("in run {run}")}</a> });
    view! {
        <tr>
            <th scope="row" class="name"><code>{output.filename.clone()}</code>{ignored}</th>
            <td class="hashes" data-label="expected">{expected}</td>
            <td class="hashes" data-label="accepted too">{variants}</td>
            <td class="newest">{newest}</td>
        </tr>
    }
    .into_any()
}
