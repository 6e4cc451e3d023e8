//! The list of media samples.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, Page,
    suite::{MAX_CONTAINS, Sample, SuiteSampleQuery},
};

use crate::{
    components::{
        facts, filter,
        head::head,
        page::{Address, Parts, page},
        pager::pager,
    },
    data::suite::sample_list,
    format,
    url::suite,
};

/// Tests of a sample that its row names; the sample's page has all.
const TESTS_NAMED: usize = 6;

/// The list of samples.
pub fn route() -> AnyView {
    page(|parts, query| Box::pin(fetch(parts, query)), show)
}

async fn fetch(_: Parts, query: SuiteSampleQuery) -> Result<Page<Sample>, ErrorBody> {
    sample_list(query).await
}

fn show(samples: Page<Sample>, query: SuiteSampleQuery, address: Address) -> AnyView {
    let (at, shown) = (samples.pagination, samples.data.len());
    let more = |offset: u32| {
        let mut query = query.clone();
        query.page.offset = offset;
        suite::samples(&query)
    };
    let description = format!(
        "{} that the regression tests read.",
        format::pluralize(at.total, "media sample", "media samples")
    );
    let is_filtered = query.extension.is_some() || query.contains.is_some();
    let content = if samples.data.is_empty() {
        empty(is_filtered, at.offset > 0)
    } else {
        table(samples.data)
    };
    view! {
        {head("Samples".to_owned(), description, &address.path)}
        <div class="above">
            <h1>"Samples"</h1>
            {filters(&query, is_filtered)}
        </div>
        {content}
        {pager(at, shown, ["sample", "samples"], ["Before", "More"], &more)}
    }
    .into_any()
}

fn filters(query: &SuiteSampleQuery, is_filtered: bool) -> AnyView {
    let fields = view! {
        {filter::text("contains", "Name", "", query.contains.clone(), MAX_CONTAINS as u32)}
        {filter::text("extension", "Extension", "short", query.extension.clone(), 64)}
        <button type="submit">"Filter"</button>
        {is_filtered.then(|| view! { <a href="/samples">"Clear"</a> })}
    };
    filter::filter("/samples".to_owned(), "Filter samples", fields.into_any())
}

fn empty(is_filtered: bool, is_beyond: bool) -> AnyView {
    let (title, text, way) = match (is_filtered, is_beyond) {
        (_, true) => (
            "There are not that many samples",
            "The list is shorter than its address says.",
            "First samples",
        ),
        (true, false) => (
            "No sample is like that",
            "No sample has this name and this extension. Fewer filters find more.",
            "Clear the filters",
        ),
        (false, false) => (
            "There are no samples yet",
            "A sample appears here when it is uploaded to the platform.",
            "Look again",
        ),
    };
    view! { <div class="empty"><h2>{title}</h2><p>{text}</p><p class="ways"><a href="/samples">{way}</a></p></div> }.into_any()
}

fn table(samples: Vec<Sample>) -> AnyView {
    let rows: Vec<AnyView> = samples.iter().map(row).collect();
    view! {
        <table class="rows samples">
            <caption class="unseen">"Samples, by number"</caption>
            <thead>
                <tr>
                    <th scope="col">"Sample"</th>
                    <th scope="col">"Name"</th>
                    <th scope="col">"Extension"</th>
                    <th scope="col">"Hash"</th>
                    <th scope="col">"Tests"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// What a sample is called.
pub(super) fn name(sample: &Sample) -> String {
    if sample.original_name.is_empty() {
        format!("Sample {}", sample.sample_id)
    } else {
        sample.original_name.clone()
    }
}

fn row(sample: &Sample) -> AnyView {
    let id = sample.sample_id;
    let hash = match &sample.sha {
        Some(sha) => facts::copied_hash(sha, &name(sample)),
        None => view! { <span class="muted">"unknown"</span> }.into_any(),
    };
    view! {
        <tr>
            <td class="id"><a href=suite::sample(id)>{format!("#{id}")}</a></td>
            <th scope="row" class="sample"><a href=suite::sample(id)>{name(sample)}</a></th>
            <td class="extension">{sample.extension.clone()}</td>
            <td class="hashes">{hash}</td>
            <td class="tests">{tests(sample)}</td>
        </tr>
    }
    .into_any()
}

fn tests(sample: &Sample) -> AnyView {
    let ids = &sample.regression_test_ids;
    if ids.is_empty() {
        return view! { <span class="muted">"none"</span> }.into_any();
    }
    let links: Vec<AnyView> = ids
        .iter()
        .take(TESTS_NAMED)
        .map(|id| view! { <a href=suite::regression_test(*id)>{format!("#{id}")}</a> " " }.into_any())
        .collect();
    let left_out = (ids.len() > TESTS_NAMED).then(|| {
        let text = format!("and {} more", ids.len() - TESTS_NAMED);
        view! { <a href=suite::sample(sample.sample_id)>{text}</a> }
    });
    view! { <span class="test-links">{links}{left_out}</span> }.into_any()
}
