//! How the errors of a run are grouped and which of them are shown.

use leptos::prelude::*;
use runlens_api_types::{
    Query, TextEnum,
    test_error::{GroupBy, Severity, TestErrorType},
};

use super::errors::About;
use crate::{
    components::{filter, mark::Mark},
    url::{self, RunView},
};

/// What errors are grouped by, for people.
pub(super) fn label(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Type => "Type",
        GroupBy::SampleId => "Sample",
        GroupBy::RegressionId => "Test",
        GroupBy::Category => "Category",
        GroupBy::Severity => "Severity",
        GroupBy::Verdict => "Verdict",
    }
}

/// How the errors are grouped and which of them are shown: each choice is a link.
pub(super) fn toolbar(about: &About, grouping: GroupBy) -> AnyView {
    let view = &about.view;
    let link = |to: RunView, word: String, is_current: bool| {
        view! { <a href=about.address(&to, "errors") aria-current=is_current.then_some("true")>{word}</a> }
            .into_any()
    };
    // Without a reference run there is one verdict on all.
    let groupings: Vec<AnyView> = GroupBy::ALL
        .iter()
        .filter(|by| **by != GroupBy::Verdict || about.reference().is_some() || grouping == GroupBy::Verdict)
        .map(|by| link(view.grouped(*by), label(*by).to_lowercase(), *by == grouping))
        .collect();
    // Test errors are of two severities.
    let severities: Vec<AnyView> = [None, Some(Severity::Error), Some(Severity::Warning)]
        .into_iter()
        .map(|severity| {
            let word = severity.map_or("all", TextEnum::as_str).to_owned();
            link(view.of_severity(severity), word, severity == view.severity)
        })
        .collect();
    let kinds: Vec<AnyView> = std::iter::once(None)
        .chain(TestErrorType::ALL.iter().copied().map(Some))
        .map(|kind| {
            let word = kind.map_or("all", |kind| Mark::from(kind).word).to_owned();
            link(view.of_kind(kind), word, kind == view.kind)
        })
        .collect();
    let new = about.reference().map(|_| {
        let choices =
            [link(view.only_new(false), "all".to_owned(), !view.is_new), link(view.only_new(true), "only new".to_owned(), view.is_new)];
        view! { <nav class="choice" aria-label="Errors that the reference run does not have"><span>"Show"</span>{choices}</nav> }
    });
    let is_filtered = view.severity.is_some() || view.kind.is_some() || view.category.is_some();
    view! {
        <div class="toolbar">
            <nav class="choice" aria-label="Group errors by"><span>"Group by"</span>{groupings}</nav>
            {new}
            // Seldom needed, and never hidden where they are in use.
            <details open=is_filtered>
                <summary>"Filters"</summary>
                <nav class="choice" aria-label="Severity of errors"><span>"Severity"</span>{severities}</nav>
                <nav class="choice" aria-label="Type of errors"><span>"Type"</span>{kinds}</nav>
                {categories(about)}
            </details>
        </div>
    }
    .into_any()
}

/// A choice of category; a form, for there may be many.
fn categories(about: &About) -> Option<AnyView> {
    if about.categories.len() < 2 && about.view.category.is_none() {
        return None;
    }
    let chosen = about.view.category.clone();
    let options: Vec<AnyView> = about
        .categories
        .iter()
        .map(|name| view! { <option value=name.clone() selected=chosen.as_deref() == Some(name)>{name.clone()}</option> }.into_any())
        .collect();
    let mut rest = Vec::new();
    about.view.of_category(None).write(&mut rest);
    let hidden: Vec<AnyView> = rest
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .collect();
    let fields = view! {
        {hidden}
        <label><span>"Category"</span><select name="category"><option value="">"all"</option>{options}</select></label>
        <button type="submit">"Show"</button>
    };
    Some(filter::filter(
        url::run(about.run.run_id),
        "Errors and tests of a category",
        fields.into_any(),
    ))
}
