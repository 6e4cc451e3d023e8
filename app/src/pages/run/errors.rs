//! What failed, in groups that open. What is broken by the change is open by itself.

use leptos::prelude::*;
use runlens_api_types::{
    ErrorBody, Page, TextEnum,
    comparison::{BaselineRun, Verdict},
    recent::RecentResults,
    run::{Run, RunSummary},
    test_error::{BucketSort, ErrorBucket, GroupBy},
    verdict::{baseline_name, baseline_phrase},
};

use super::{failures, toolbar};
use crate::{
    components::{
        failure::missing_part,
        mark::{Mark, mark},
        pager::pager,
    },
    data::runs::{Compared, Errors, Opened},
    format,
    url::{RunView, bucket_anchor},
};

/// What the errors are of, and how they are looked at.
pub(super) struct About {
    /// Whose errors they are.
    pub(super) run: Run,
    /// The run beside its reference run; none where that may not be known.
    pub(super) counts: Option<Compared>,
    /// Whether a test has a result.
    pub(super) has_results: bool,
    /// Whether the reader may see the log.
    pub(super) may_read_log: bool,
    /// Names of the categories.
    pub(super) categories: Vec<String>,
    /// How they are looked at.
    pub(super) view: RunView,
}

impl About {
    /// The run that it is compared with.
    pub(super) fn reference(&self) -> Option<&BaselineRun> {
        self.counts.as_ref()?.baseline.as_ref()
    }

    /// Address of a view of the run, at a part of the page.
    pub(super) fn address(&self, view: &RunView, part: &str) -> String {
        view.address(self.run.run_id, part)
    }

    /// What the reference run is called.
    pub(super) fn baseline(&self) -> String {
        self.reference().map_or_else(
            || "the reference run".to_owned(),
            |reference| baseline_name(&self.run, reference),
        )
    }
}

/// A verdict, with the reference run named.
fn verdict_name(about: &About, verdict: Verdict) -> AnyView {
    if verdict != Verdict::FailingIdentically {
        return mark(verdict);
    }
    let Mark { symbol, class, .. } = verdict.into();
    let place = about.reference().map_or_else(
        || "before".to_owned(),
        |reference| baseline_phrase(&about.run, reference),
    );
    view! { <span class=class><span class="symbol" aria-hidden="true">{symbol}</span>{format!("same as {place}")}</span> }.into_any()
}

/// What failed.
pub(super) fn section(
    mut about: About,
    errors: Result<Errors, ErrorBody>,
    summary: &RunSummary,
    path: &str,
) -> AnyView {
    let fixed = about.counts.as_mut().and_then(|compared| compared.fixed.take());
    let has_fixed = about
        .counts
        .as_ref()
        .is_some_and(|compared| compared.baseline.is_some() && compared.counts.fixed_here > 0);
    let content = match errors {
        Err(body) => missing_part("Errors", &body, path),
        Ok(_) if summary.error_count == 0 && !about.has_results => {
            view! { <p class="nothing">"No test has a result."</p> }.into_any()
        }
        Ok(_) if summary.error_count == 0 && !has_fixed => {
            view! { <p class="nothing">"No test raised an error."</p> }.into_any()
        }
        Ok(errors) => groups(&about, errors, fixed),
    };
    view! { <section id="errors" aria-labelledby="errors-title"><h2 id="errors-title">"Errors"</h2>{content}</section> }.into_any()
}

fn groups(
    about: &About,
    errors: Errors,
    fixed: Option<Page<runlens_api_types::comparison::ComparedTest>>,
) -> AnyView {
    let Errors {
        grouping,
        groups,
        mut opened,
        recent,
    } = errors;
    let view = &about.view;
    let (at, shown) = (groups.pagination, groups.data.len());
    let is_empty = groups.data.is_empty();
    let rows: Vec<AnyView> = groups
        .data
        .into_iter()
        .map(|bucket| {
            let place = opened.iter().position(|opened| opened.key == bucket.key);
            let inside = place.map(|place| opened.swap_remove(place));
            group(about, grouping, bucket, inside, recent.as_ref())
        })
        .collect();
    let names = names(grouping);
    let fixed_row = (grouping == GroupBy::Verdict
        && !view.is_new
        && view.severity.is_none()
        && view.kind.is_none()
        && view.category.is_none())
    .then(|| fixed_group(about, fixed))
    .flatten();
    let pages = (at.offset > 0 || at.next_offset.is_some()).then(|| {
        pager(at, shown, names, ["Before", "More"], &|offset| {
            about.address(&view.groups_at(offset), "errors")
        })
    });
    let content = if is_empty && fixed_row.is_none() {
        let nothing = if view.is_new {
            "No error is new: each is so in the reference run."
        } else {
            "No error is like that."
        };
        let all = RunView {
            is_new: false,
            severity: None,
            kind: None,
            category: None,
            ..view.groups_at(0)
        };
        view! { <p class="nothing">{nothing} " " <a href=about.address(&all, "errors")>"Show all"</a></p> }
            .into_any()
    } else {
        view! {
            <table class="rows buckets">
                <caption class="unseen">{format!("Errors by {}", names[0])}</caption>
                <thead>{head(about, grouping)}</thead>
                {rows}
                {fixed_row}
            </table>
        }
        .into_any()
    };
    view! { {toolbar::toolbar(about, grouping)} {content} {pages} }.into_any()
}

fn names(grouping: GroupBy) -> [&'static str; 2] {
    match grouping {
        GroupBy::Type => ["type", "types"],
        GroupBy::SampleId => ["sample", "samples"],
        GroupBy::RegressionId => ["test", "tests"],
        GroupBy::Category => ["category", "categories"],
        GroupBy::Severity => ["severity", "severities"],
        GroupBy::Verdict => ["verdict", "verdicts"],
    }
}

/// Whether groups are told apart by what is new in them: a verdict says so itself.
fn has_new_columns(about: &About, grouping: GroupBy) -> bool {
    grouping != GroupBy::Verdict && about.reference().is_some()
}

/// The head of each column: a link that sorts by it, and turns the order round where it is sorted by it already.
fn head(about: &About, grouping: GroupBy) -> AnyView {
    use BucketSort as Sort;
    let current = about.view.order(grouping);
    let column = |label: &'static str, first: Sort, class: &'static str| {
        let is_current = current == first || current == first.reversed();
        let to = about
            .view
            .sorted(if current == first { first.reversed() } else { first });
        let order = is_current.then(|| {
            if current.as_str().starts_with('-') {
                "descending"
            } else {
                "ascending"
            }
        });
        view! { <th scope="col" class=class aria-sort=order><a class="sort" href=about.address(&to, "errors")>{label}</a></th> }.into_any()
    };
    let new = has_new_columns(about, grouping).then(|| {
        [
            column("New", Sort::NewDescending, "end"),
            column("Known", Sort::KnownDescending, "end"),
        ]
        .into_any()
    });
    view! {
        <tr>
            {column(toolbar::label(grouping), Sort::KeyAscending, "")}
            {column("Worst", Sort::SeverityDescending, "")}
            {column("Tests", Sort::TestsDescending, "end")}
            {column("Samples", Sort::SamplesDescending, "end")}
            {new}
            {column("Errors", Sort::CountDescending, "end")}
        </tr>
    }
    .into_any()
}

/// The name of a group, as a link that opens or closes it where its errors can be asked for.
fn opener(name: AnyView, to: Option<String>, is_open: bool) -> AnyView {
    match to {
        Some(to) => view! { <a class="opener" href=to aria-expanded=if is_open { "true" } else { "false" }>{name}</a> }.into_any(),
        None => view! { <span class="opener off">{name}</span> }.into_any(),
    }
}

fn group(
    about: &About,
    grouping: GroupBy,
    bucket: ErrorBucket,
    inside: Option<Opened>,
    recent: Option<&RecentResults>,
) -> AnyView {
    let view = &about.view;
    let anchor = bucket_anchor(&bucket.key);
    let is_open = inside.is_some();
    let verdict = bucket.key.parse().ok().filter(|_| grouping == GroupBy::Verdict);
    let name = match verdict {
        Some(verdict) => verdict_name(about, verdict),
        None => bucket.label.clone().into_any(),
    };
    // What is open by itself is not closed: it is what the page is for.
    let is_chosen = view.bucket.as_deref() == Some(bucket.key.as_str()) || view.test.is_some() && is_open;
    let to = match (is_open, is_chosen) {
        (false, _) => view
            .bucket_query(grouping, &bucket.key)
            .map(|_| view.opened(Some(&bucket.key), 0)),
        (true, true) => Some(view.opened(None, 0)),
        (true, false) => None,
    };
    let label = opener(name, to.map(|to| about.address(&to, &anchor)), is_open);
    let count = |n: Option<u64>, label: &'static str| {
        let class = if n.unwrap_or(0) == 0 { "zero" } else { "" };
        view! { <td class="end" data-label=label><span class=class>{format::number(n.unwrap_or(0))}</span></td> }.into_any()
    };
    let has_new = has_new_columns(about, grouping);
    let new =
        has_new.then(|| [count(bucket.new_count, "new"), count(bucket.known_count, "known")].into_any());
    let columns = if has_new { "7" } else { "5" };
    let inside = inside.map(|opened| {
        view! { <tr class="inside"><td colspan=columns>{failures::list(about, grouping, opened, &bucket, recent)}</td></tr> }
    });
    let is_command = grouping == GroupBy::RegressionId;
    view! {
        <tbody id=anchor class:open=is_open>
            <tr>
                <th scope="row" class="name" class:command=is_command>{label}</th>
                <td class="worst">{mark(bucket.severity)}</td>
                {cell(bucket.regression_test_ids.len() as u64, "end", ["test", "tests"])}
                {cell(bucket.sample_ids.len() as u64, "end", ["sample", "samples"])}
                {new}
                {cell(bucket.count, "end total", ["error", "errors"])}
            </tr>
            {inside}
        </tbody>
    }
    .into_any()
}

/// A number, which a narrow window shows with what it counts.
fn cell(n: u64, class: &'static str, [one, many]: [&'static str; 2]) -> AnyView {
    view! { <td class=class data-label=if n == 1 { one } else { many }>{format::number(n)}</td> }.into_any()
}

/// Tests that the run fixed: no errors, but what a verdict is without them is half of it.
fn fixed_group(
    about: &About,
    fixed: Option<Page<runlens_api_types::comparison::ComparedTest>>,
) -> Option<AnyView> {
    let count = about.counts.as_ref()?.counts.fixed_here;
    about.reference().filter(|_| count > 0)?;
    let key = Verdict::FixedHere.as_str();
    let (anchor, is_open) = (bucket_anchor(key), fixed.is_some());
    let view = RunView {
        group_by: Some(GroupBy::Verdict),
        ..about.view.clone()
    };
    let to = view.opened((!is_open).then_some(key), 0);
    let label = opener(
        verdict_name(about, Verdict::FixedHere),
        Some(about.address(&to, &anchor)),
        is_open,
    );
    let inside = fixed.map(|tests| view! { <tr class="inside"><td colspan="5">{failures::fixed(about, tests, &anchor)}</td></tr> });
    let row = view! {
        <tbody id=anchor.clone() class:open=is_open>
            <tr>
                <th scope="row" class="name">{label}</th>
                <td class="worst"></td>
                {cell(count, "end", ["test", "tests"])}
                <td class="end"></td>
                {cell(0, "end total", ["error", "errors"])}
            </tr>
            {inside}
        </tbody>
    };
    Some(row.into_any())
}
