//! The list of regression tests, each with its newest results on master.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody,
    recent::{PlatformResults, RUNS_BEFORE},
    sample::UNCATEGORIZED,
    suite::{MAX_CONTAINS, RegressionTest, RegressionTestQuery},
};

use crate::{
    components::{
        facts, filter,
        head::head,
        page::{Address, Parts, page},
        pager::pager,
        strip,
    },
    data::suite::{TestList, test_list},
    format,
    url::suite,
};

/// The list of regression tests.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(_: Parts, query: RegressionTestQuery) -> Result<TestList, ErrorBody> {
    test_list(query).await
}

fn show(list: TestList, query: RegressionTestQuery, address: Address) -> AnyView {
    let TestList {
        tests,
        categories,
        recent,
    } = list;
    let (at, shown) = (tests.pagination, tests.data.len());
    let more = |offset: u32| {
        let mut query = query.clone();
        query.page.offset = offset;
        suite::regression_tests(&query)
    };
    let description = format!(
        "{} of the suite, with their newest results on master.",
        format::pluralize(at.total, "regression test", "regression tests")
    );
    let is_filtered = RegressionTestQuery {
        page: query.page,
        ..RegressionTestQuery::default()
    } != query;
    let content = if tests.data.is_empty() {
        empty(is_filtered, at.offset > 0)
    } else {
        table(tests.data, &recent)
    };
    view! {
        {head("Regression tests".to_owned(), description, &address.path)}
        <div class="above">
            <h1>"Regression tests"</h1>
            {filters(&query, categories, is_filtered)}
        </div>
        {content}
        {pager(at, shown, ["test", "tests"], ["Before", "More"], &more)}
    }
    .into_any()
}

fn filters(query: &RegressionTestQuery, categories: Vec<String>, is_filtered: bool) -> AnyView {
    let names = categories
        .into_iter()
        .chain([UNCATEGORIZED.to_owned()])
        .map(|name| (name.clone(), name))
        .collect();
    let active = query.active.map(|active| if active { "true" } else { "false" });
    let actives = [("true", "active"), ("false", "not active")]
        .map(|(value, words)| (value.to_owned(), words.to_owned()));
    let fields = view! {
        {filter::choice_among("category", "Category", query.category.as_deref(), names)}
        {filter::choice_among("active", "Active", active, actives.into())}
        {filter::text("contains", "Command", "", query.contains.clone(), MAX_CONTAINS as u32)}
        {filter::unseen("sample_id", query.sample_id.map(|id| id.to_string()))}
        <button type="submit">"Filter"</button>
        {is_filtered.then(|| view! { <a href="/regression-tests">"Clear"</a> })}
    };
    filter::filter(
        "/regression-tests".to_owned(),
        "Filter regression tests",
        fields.into_any(),
    )
}

fn empty(is_filtered: bool, is_beyond: bool) -> AnyView {
    let (title, text, way) = match (is_filtered, is_beyond) {
        (_, true) => (
            "There are not that many tests",
            "The list is shorter than its address says.",
            "First tests",
        ),
        (true, false) => (
            "No test is like that",
            "No test has all of these properties. Fewer filters find more.",
            "Clear the filters",
        ),
        (false, false) => (
            "There are no regression tests yet",
            "A test appears here when it is added on the platform.",
            "Look again",
        ),
    };
    view! { <div class="empty"><h2>{title}</h2><p>{text}</p><p class="ways"><a href="/regression-tests">{way}</a></p></div> }.into_any()
}

fn table(tests: Vec<RegressionTest>, recent: &PlatformResults) -> AnyView {
    let heads: Vec<AnyView> = recent
        .data
        .iter()
        .map(|results| view! { <th scope="col">{facts::platform(results.platform)}</th> }.into_any())
        .collect();
    let rows: Vec<AnyView> = tests.into_iter().map(|test| row(test, recent)).collect();
    view! {
        <div class="toolbar">
            <p class="muted">{format!("Strips: the newest {RUNS_BEFORE} completed runs of master, oldest first.")}</p>
            {strip::legend()}
        </div>
        <table class="rows suite-tests">
            <caption class="unseen">"Regression tests, by number"</caption>
            <thead>
                <tr>
                    <th scope="col">"Test"</th>
                    <th scope="col">"Command"</th>
                    <th scope="col">"Sample"</th>
                    <th scope="col">"Categories"</th>
                    {heads}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(test: RegressionTest, recent: &PlatformResults) -> AnyView {
    let id = test.regression_test_id;
    let strips: Vec<AnyView> = recent
        .data
        .iter()
        .map(|results| {
            let platform = facts::platform(results.platform);
            let strip = strip::small_strip(&format!("Test {id} on {platform}"), id, results.of(id));
            view! { <td class="results" data-label=platform>{strip}</td> }.into_any()
        })
        .collect();
    let inactive = (!test.active).then(|| view! { " " <span class="muted">"not active"</span> });
    view! {
        <tr>
            <th scope="row" class="id"><a href=suite::regression_test(id)>{format!("#{id}")}</a></th>
            <td class="command"><code>{test.command}</code>{inactive}</td>
            <td class="sample">{sample_link(test.sample_id, test.sample_name)}</td>
            <td class="categories">{category_links(&test.categories)}</td>
            {strips}
        </tr>
    }
    .into_any()
}

/// A test's sample by its name.
pub(super) fn sample_link(id: Option<i32>, name: Option<String>) -> AnyView {
    match (id, name) {
        (Some(id), name) => {
            view! { <a href=suite::sample(id)>{name.unwrap_or_else(|| format!("sample {id}"))}</a> }
                .into_any()
        }
        (None, _) => view! { <span class="muted">"no sample"</span> }.into_any(),
    }
}

/// A test's categories, each a link to the tests in it.
pub(super) fn category_links(categories: &[String]) -> AnyView {
    let links: Vec<AnyView> = categories
        .iter()
        .enumerate()
        .map(|(place, name)| {
            let comma = (place > 0).then_some(", ");
            view! { {comma}<a class="plain" href=suite::category(name)>{name.clone()}</a> }.into_any()
        })
        .collect();
    links.into_any()
}
