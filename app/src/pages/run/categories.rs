//! Results by category.

use leptos::prelude::*;
use runlens_api_types::{Page, run::CategorySummary};

use crate::{format, url::RunView};

/// Results by category.
pub(super) fn section(run: i32, categories: Page<CategorySummary>, view: &RunView) -> AnyView {
    let left_out = categories
        .pagination
        .total
        .saturating_sub(categories.data.len() as u64);
    let rows: Vec<AnyView> = categories
        .data
        .into_iter()
        .map(|category| row(run, category, view))
        .collect();
    let rest = (left_out > 0)
        .then(|| view! { <p class="nothing">{format!("and {} more", format::pluralize(left_out, "category", "categories"))}</p> });
    view! {
        <section id="categories" aria-labelledby="categories-title">
            <h2 id="categories-title">"Results by category"</h2>
            <table class="rows categories">
                <caption class="unseen">"Results by category, most failures first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Category"</th>
                        <th scope="col" class="end">"Failed"</th>
                        <th scope="col" class="end">"Missing output"</th>
                        <th scope="col" class="end">"Passed"</th>
                        <th scope="col" class="end">"Not started"</th>
                        <th scope="col" class="end">"Tests"</th>
                        <th scope="col" class="share" aria-hidden="true"></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {rest}
        </section>
    }
    .into_any()
}

fn row(run: i32, category: CategorySummary, view: &RunView) -> AnyView {
    let counts = category.counts;
    let number = |n: u64, class: &'static str| {
        let class = if n == 0 { "zero" } else { class };
        view! { <span class=class>{format::number(n)}</span> }.into_any()
    };
    let all = counts.total.max(1);
    let (failed, missing) = (
        counts.fail_count * 100 / all,
        counts.missing_output_count * 100 / all,
    );
    let passed = counts.pass_count * 100 / all;
    let tests = view
        .tests(None, Some(category.category.clone()), 0)
        .address(run, "tests");
    view! {
        <tr>
            <th scope="row" class="name"><a href=tests>{category.category.clone()}</a></th>
            <td class="end" data-label="failed">{number(counts.fail_count, "fail")}</td>
            <td class="end" data-label="missing">{number(counts.missing_output_count, "missing")}</td>
            <td class="end" data-label="passed">{number(counts.pass_count, "pass")}</td>
            <td class="end" data-label="not started">{number(counts.skipped_count, "queued")}</td>
            <td class="end" data-label=if counts.total == 1 { "test" } else { "tests" }>{number(counts.total, "")}</td>
            <td class="share" aria-hidden="true">
                <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none">
                    <rect class="fail" width=failed height="8"/>
                    <rect class="missing" x=failed width=missing height="8"/>
                    <rect class="pass" x=failed + missing width=passed height="8"/>
                </svg>
            </td>
        </tr>
    }
    .into_any()
}
