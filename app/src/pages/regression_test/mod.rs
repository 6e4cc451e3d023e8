//! One regression test: what it is, how it has been doing on master, and its results over runs.

mod doing;
mod outputs;

use leptos::prelude::*;
use runlens_api_types::{ErrorBody, Page, recent::MAX_RUNS, suite::HistoryEntry, suite::RegressionTest};

use super::regression_tests::{category_links, sample_link};
use crate::{
    components::{
        failure::missing_part,
        head::head,
        history,
        page::{Address, Parts, page},
        pager::pager,
        strip,
    },
    data::{
        now,
        suite::{TestPage, test_page},
    },
    format,
    url::{self, suite::TestView},
};

/// The page of a regression test.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(parts: Parts, query: TestView) -> Result<TestPage, ErrorBody> {
    let id = url::read_id_of("regression_test_id", parts.get("id"))?;
    test_page(id, query).await
}

fn show(page: TestPage, view: TestView, address: Address) -> AnyView {
    let TestPage {
        test,
        health,
        recent,
        history,
    } = page;
    let id = test.regression_test_id;
    let now = now();
    let title = format!("Test {id} · {}", test.command);
    let newest = health
        .platforms
        .iter()
        .filter_map(|health| health.latest.as_ref())
        .map(|result| result.run.run_id)
        .max();
    let doing = view! {
        <div class="toolbar">
            {history::run_choice(view.runs, &|runs| view.with_runs(runs).address(id, "doing"))}
            {strip::legend()}
        </div>
        {doing::doing(id, &health, &recent, view.runs, MAX_RUNS, now)}
    };
    view! {
        {head(title, doing::in_words(&health), &address.path)}
        {overview(&test)}
        <nav class="parts" aria-label="On this page">
            <a href="#doing">"Results"</a>
            <a href="#outputs">"Expected outputs " <span class="count">{format::number(test.outputs.len() as u64)}</span></a>
            <a href="#history">"History"</a>
        </nav>
        <section id="doing" aria-labelledby="doing-title">
            <h2 id="doing-title">"Results over runs"</h2>
            {doing}
        </section>
        {outputs::section(&test, newest)}
        {history_section(id, &view, history, &address)}
    }
    .into_any()
}

fn overview(test: &RegressionTest) -> AnyView {
    let inactive = (!test.active)
        .then(|| view! { <span class="on">"not active: runs leave it out unless it is chosen"</span> });
    let description = test
        .description
        .clone()
        .filter(|text| !text.trim().is_empty())
        .map(|text| view! { <p class="rest">{text}</p> });
    let way = |words: &str, value: &Option<String>| {
        value
            .clone()
            .filter(|value| !value.is_empty())
            .map(|value| format!("{words} {value}"))
    };
    let ways = [
        way("input from", &test.input_type),
        way("output to", &test.output_type),
    ];
    let ways: Vec<AnyView> = ways
        .into_iter()
        .flatten()
        .map(|text| view! { <li>{text}</li> }.into_any())
        .collect();
    let code = test.expected_rc.map_or_else(
        || "no exit code expected".to_owned(),
        |code| format!("expects exit code {code}"),
    );
    let categories =
        (!test.categories.is_empty()).then(|| view! { <li>{category_links(&test.categories)}</li> });
    view! {
        <header class="overview">
            <h1><span>{format!("Test {}", test.regression_test_id)}</span> {inactive}</h1>
            <p class="whole-command"><code>{test.command.clone()}</code></p>
            <ul class="facts">
                <li>{sample_link(test.sample_id, test.sample_name.clone())}</li>
                {categories}
                <li>{code}</li>
                {ways}
            </ul>
            {description}
        </header>
    }
    .into_any()
}

fn history_section(
    id: i32,
    view: &TestView,
    history: Result<Page<HistoryEntry>, ErrorBody>,
    address: &Address,
) -> AnyView {
    let query = &view.history;
    let is_filtered = query.status.is_some() || query.platform.is_some() || query.branch.is_some();
    let plain = TestView {
        runs: view.runs,
        history: Default::default(),
    }
    .address(id, "history");
    let content = match history {
        Err(body) => missing_part("History", &body, &address.href()),
        Ok(page) if page.data.is_empty() => {
            let text = if is_filtered {
                "No result is like that."
            } else {
                "No run has a result of this test."
            };
            view! { <p class="nothing">{text}</p> }.into_any()
        }
        Ok(page) => {
            let (at, shown) = (page.pagination, page.data.len());
            view! {
                {history::table(page.data, false, now())}
                {pager(at, shown, ["result", "results"], ["Newer", "Older"], &|offset| view.at(offset).address(id, "history"))}
            }
            .into_any()
        }
    };
    view! {
        <section id="history" aria-labelledby="history-title">
            <h2 id="history-title">"History"</h2>
            <div class="toolbar">
                {history::filters(format!("{}#history", address.path), query, view.runs, None, is_filtered.then_some(plain))}
            </div>
            {content}
        </section>
    }
    .into_any()
}
