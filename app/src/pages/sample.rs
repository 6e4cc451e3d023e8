//! One media sample: its regression tests with their newest results, and the results of all of them.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, Page,
    recent::PlatformResults,
    suite::{HistoryEntry, RegressionTest, RegressionTestQuery, Sample, SampleHistoryQuery},
};

use super::{regression_tests::category_links, samples::name};
use crate::{
    components::{
        facts, filter,
        head::head,
        history,
        page::{Address, Parts, page},
        pager::pager,
        strip,
    },
    data::{
        now,
        suite::{RUNS_OF_SAMPLE, SamplePage, sample_page},
    },
    format,
    url::{
        self,
        suite::{self, SampleView},
    },
};

/// The page of a sample.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, query: SampleView) -> Result<SamplePage, ErrorBody> {
    let id = url::read_id_of("sample_id", parts.get("id"))?;
    sample_page(id, query).await
}

fn show(page: SamplePage, view: SampleView, address: Address) -> AnyView {
    let SamplePage {
        sample,
        tests,
        recent,
        history,
    } = page;
    let description = format!(
        "Read by {} of the suite.",
        format::pluralize(tests.pagination.total, "regression test", "regression tests")
    );
    let total = format::number(tests.pagination.total);
    view! {
        {head(format!("Sample {} · {}", sample.sample_id, name(&sample)), description, &address.path)}
        {overview(&sample)}
        <nav class="parts" aria-label="On this page">
            <a href="#tests">"Tests " <span class="count">{total}</span></a>
            <a href="#history">"History"</a>
        </nav>
        {tests_section(&sample, tests, &recent, &view)}
        {history_section(&sample, &view, history, &address)}
    }
    .into_any()
}

fn overview(sample: &Sample) -> AnyView {
    let hash = sample
        .sha
        .as_deref()
        .map(|sha| view! { <li>"SHA-256 " {facts::copied_hash(sha, &name(sample))}</li> });
    let extension = (!sample.extension.is_empty())
        .then(|| view! { <li>"extension " <b>{sample.extension.clone()}</b></li> });
    let number = (!sample.original_name.is_empty())
        .then(|| view! { <span class="on">{format!("sample {}", sample.sample_id)}</span> });
    view! {
        <header class="overview">
            <h1><span>{name(sample)}</span> {number}</h1>
            <ul class="facts">{hash}{extension}</ul>
        </header>
    }
    .into_any()
}

fn tests_section(
    sample: &Sample,
    tests: Page<RegressionTest>,
    recent: &PlatformResults,
    view: &SampleView,
) -> AnyView {
    let id = sample.sample_id;
    let content = if tests.data.is_empty() {
        view! { <p class="nothing">"No regression test reads this sample."</p> }.into_any()
    } else {
        let left_out = (tests.pagination.next_offset.is_some()).then(|| {
            let all = suite::regression_tests(&RegressionTestQuery {
                sample_id: Some(id),
                ..RegressionTestQuery::default()
            });
            let text = format!(
                "{} of {} tests are shown. ",
                tests.data.len(),
                format::number(tests.pagination.total)
            );
            view! { <p class="nothing">{text} <a href=all>"All of them"</a></p> }
        });
        let items: Vec<AnyView> = tests
            .data
            .iter()
            .map(|test| of_test(test, recent, view))
            .collect();
        view! {
            <div class="toolbar">
                {history::run_choice(view.runs, &|runs| view.with_runs(runs).address(id, "tests"))}
                {strip::legend()}
            </div>
            {items}
            {left_out}
        }
        .into_any()
    };
    view! {
        <section id="tests" aria-labelledby="tests-title">
            <h2 id="tests-title">"Regression tests"</h2>
            {content}
        </section>
    }
    .into_any()
}

fn of_test(test: &RegressionTest, recent: &PlatformResults, view: &SampleView) -> AnyView {
    let id = test.regression_test_id;
    let now = now();
    let strips: Vec<AnyView> = recent
        .data
        .iter()
        .map(|results| {
            view! {
                <div class="of-platform">
                    <p><b>{facts::platform(results.platform)}</b> " " <span class="muted">{history::extent(view.runs, results.runs.len(), RUNS_OF_SAMPLE)}</span></p>
                    {strip::strip(id, results, now)}
                </div>
            }
            .into_any()
        })
        .collect();
    let inactive = (!test.active).then(|| view! { " " <span class="muted">"not active"</span> });
    view! {
        <div class="on-platform">
            <h3><a href=suite::regression_test(id)>{format!("Test {id}")}</a> <code>{test.command.clone()}</code>{inactive}</h3>
            <p class="categories">{category_links(&test.categories)}</p>
            <div class="side-by-side">{strips}</div>
        </div>
    }
    .into_any()
}

fn history_section(
    sample: &Sample,
    view: &SampleView,
    history: Page<HistoryEntry>,
    address: &Address,
) -> AnyView {
    let id = sample.sample_id;
    let query = &view.history;
    let plain = SampleView {
        runs: view.runs,
        history: SampleHistoryQuery::default(),
    };
    let is_filtered = SampleView {
        history: SampleHistoryQuery::default(),
        ..view.at(0)
    } != view.at(0);
    let tests = sample
        .regression_test_ids
        .iter()
        .map(|id| (id.to_string(), format!("#{id}")))
        .collect();
    let chosen = query.regression_test_id.map(|id| id.to_string());
    let test = filter::choice_among("regression_test_id", "Test", chosen.as_deref(), tests);
    let clear = is_filtered.then(|| plain.address(id, "history"));
    let (at, shown) = (history.pagination, history.data.len());
    let content = if history.data.is_empty() {
        let text = if is_filtered {
            "No result is like that."
        } else {
            "No run has a result of this sample's tests."
        };
        view! { <p class="nothing">{text}</p> }.into_any()
    } else {
        view! {
            {history::table(history.data, true, now())}
            {pager(at, shown, ["result", "results"], ["Newer", "Older"], &|offset| view.at(offset).address(id, "history"))}
        }
        .into_any()
    };
    view! {
        <section id="history" aria-labelledby="history-title">
            <h2 id="history-title">"History"</h2>
            <div class="toolbar">{history::filters(format!("{}#history", address.path), &query.history, view.runs, Some(test), clear)}</div>
            {content}
        </section>
    }
    .into_any()
}
