//! What failed, in groups that open.

use leptos::prelude::*;
use runlens_contract::{
    ErrorBody, Page, TextEnum,
    test_error::{ErrorBucket, GroupBy, Severity, TestError},
};

use crate::{
    components::{
        failure::missing_part,
        mark::{mark, symbol},
        pager::pager,
    },
    data::runs::Errors,
    format,
    url::{RunView, bucket_anchor},
};

/// What failed.
pub(super) fn section(run: i32, errors: Result<Errors, ErrorBody>, has_results: bool, view: &RunView, path: &str) -> AnyView {
    let content = match errors {
        Err(body) => missing_part("Errors", &body, path),
        Ok(errors) if errors.types.is_empty() && !has_results => view! { <p class="nothing">"No test has a result."</p> }.into_any(),
        Ok(errors) if errors.types.is_empty() => view! { <p class="nothing">"No test raised an error."</p> }.into_any(),
        Ok(errors) => groups(run, errors, view),
    };
    view! { <section id="errors" aria-labelledby="errors-title"><h2 id="errors-title">"Errors"</h2>{content}</section> }.into_any()
}

fn groups(run: i32, errors: Errors, view: &RunView) -> AnyView {
    let Errors { groups, opened, .. } = errors;
    let (at, shown) = (groups.pagination, groups.data.len());
    let most = groups.data.iter().map(|group| group.count).max().unwrap_or(1).max(1);
    let mut opened = opened;
    let rows: Vec<AnyView> = groups
        .data
        .into_iter()
        .map(|bucket| {
            let is_open = view.bucket.as_deref() == Some(bucket.key.as_str());
            let inside = is_open.then(|| opened.take()).flatten();
            group(run, bucket, inside, is_open, most, view)
        })
        .collect();
    let names = match view.grouping() {
        GroupBy::Type => ["type", "types"],
        GroupBy::SampleId => ["sample", "samples"],
        GroupBy::RegressionId => ["test", "tests"],
        GroupBy::Category => ["category", "categories"],
        GroupBy::Severity => ["severity", "severities"],
    };
    let pages = (at.offset > 0 || at.next_offset.is_some()).then(|| {
        pager(at, shown, names, ["Before", "More"], &|offset| view.grouped(view.grouping(), view.severity, offset).address(run, "errors"))
    });
    let content = if rows.is_empty() {
        view! { <p class="nothing">"No error is of this severity."</p> }.into_any()
    } else {
        view! {
            <table class="rows buckets">
                <caption class="unseen">{format!("Errors by {}", names[0])}</caption>
                <thead>
                    <tr>
                        <th scope="col">{label(view.grouping())}</th>
                        <th scope="col">"Worst"</th>
                        <th scope="col" class="end">"Tests"</th>
                        <th scope="col" class="end">"Samples"</th>
                        <th scope="col" class="end">"Errors"</th>
                        <th scope="col" class="share" aria-hidden="true"></th>
                    </tr>
                </thead>
                {rows}
            </table>
        }
        .into_any()
    };
    view! { {toolbar(run, view)} {content} {pages} }.into_any()
}

fn label(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Type => "Type",
        GroupBy::SampleId => "Sample",
        GroupBy::RegressionId => "Test",
        GroupBy::Category => "Category",
        GroupBy::Severity => "Severity",
    }
}

fn toolbar(run: i32, view: &RunView) -> AnyView {
    let link = |to: RunView, word: String, is_current: bool| {
        view! { <a href=to.address(run, "errors") aria-current=is_current.then_some("true")>{word}</a> }.into_any()
    };
    let groupings: Vec<AnyView> = GroupBy::ALL
        .iter()
        .map(|by| link(view.grouped(*by, view.severity, 0), label(*by).to_lowercase(), *by == view.grouping()))
        .collect();
    // Test errors are of two severities.
    let severities: Vec<AnyView> = [None, Some(Severity::Error), Some(Severity::Warning)]
        .into_iter()
        .map(|severity| {
            let word = severity.map_or("all", TextEnum::as_str).to_owned();
            link(view.grouped(view.grouping(), severity, 0), word, severity == view.severity)
        })
        .collect();
    view! {
        <div class="toolbar">
            <nav class="choice" aria-label="Group errors by"><span>"Group by"</span>{groupings}</nav>
            <nav class="choice" aria-label="Severity of errors"><span>"Severity"</span>{severities}</nav>
        </div>
    }
    .into_any()
}

fn group(run: i32, bucket: ErrorBucket, inside: Option<Page<TestError>>, is_open: bool, most: u64, view: &RunView) -> AnyView {
    let anchor = bucket_anchor(&bucket.key);
    let share = (bucket.count * 100 / most).max(1);
    let label = match view.bucket_query(&bucket.key) {
        Some(_) => {
            let to = view.opened((!is_open).then_some(bucket.key.as_str()), 0).address(run, &anchor);
            view! { <a class="opener" href=to aria-expanded=if is_open { "true" } else { "false" }>{bucket.label.clone()}</a> }.into_any()
        }
        None => view! { <span class="opener off">{bucket.label.clone()}</span> }.into_any(),
    };
    let inside = inside.map(|errors| {
        view! { <tr class="inside"><td colspan="6">{list(run, errors, &bucket.label, &anchor, &bucket.key, view)}</td></tr> }
    });
    let is_command = view.grouping() == GroupBy::RegressionId;
    view! {
        <tbody id=anchor.clone() class:open=is_open>
            <tr>
                <th scope="row" class="name" class:command=is_command>{label}</th>
                <td class="worst">{mark(bucket.severity)}</td>
                <td class="end" data-label="tests">{format::number(bucket.regression_ids.len() as u64)}</td>
                <td class="end" data-label="samples">{format::number(bucket.sample_ids.len() as u64)}</td>
                <td class="end total" data-label="errors">{format::number(bucket.count)}</td>
                <td class="share" aria-hidden="true"><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none"><rect width=share height="8"/></svg></td>
            </tr>
            {inside}
        </tbody>
    }
    .into_any()
}

fn list(run: i32, errors: Page<TestError>, label: &str, anchor: &str, key: &str, view: &RunView) -> AnyView {
    let (at, shown) = (errors.pagination, errors.data.len());
    // A group of one test has named its command already.
    let has_command = view.grouping() != GroupBy::RegressionId;
    let rows: Vec<AnyView> = errors
        .data
        .into_iter()
        .map(|error| {
            let test = view.test(error.regression_id).address(run, "tests");
            let sample = error.sample_name.or_else(|| error.sample_id.map(|id| format!("sample {id}"))).unwrap_or_else(|| "–".to_owned());
            let command = has_command.then(|| view! { <td class="command"><code>{error.command}</code></td> });
            view! {
                <tr>
                    <td class="id"><a href=test>{format!("#{}", error.regression_id)}</a></td>
                    {command}
                    <td class="sample">{sample}</td>
                    <td class="message">{symbol(error.kind)} " " {error.message}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let pages = (at.offset > 0 || at.next_offset.is_some())
        .then(|| pager(at, shown, ["error", "errors"], ["Before", "More"], &|offset| view.opened(Some(key), offset).address(run, anchor)));
    let command_head = has_command.then(|| view! { <th scope="col">"Command"</th> });
    view! {
        <table class="rows errors">
            <caption class="unseen">{format!("Errors: {label}")}</caption>
            <thead>
                <tr><th scope="col">"Test"</th>{command_head}<th scope="col">"Sample"</th><th scope="col">"What is wrong"</th></tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pages}
    }
    .into_any()
}
