//! How the difference is shown: each way is a link.

use leptos::prelude::*;
use runlens_api_types::output::{DiffAlignment, DiffQuery, OutputDiff};

use super::Frame;
use crate::url::output::OutputView;

/// How the difference is shown, and the files to keep.
pub(super) fn tools(frame: &Frame, diff: &OutputDiff) -> AnyView {
    // Another view begins at its top: its lines are others.
    let view = frame.view.at(0);
    let link = |to: OutputView, word: &'static str, is_current: bool| {
        view! { <a href=frame.link(&to) aria-current=is_current.then_some("true")>{word}</a> }.into_any()
    };
    let is_by_captions = diff.alignment == DiffAlignment::Captions;
    // Where captions cannot be read there is nothing to choose.
    let has_captions = is_by_captions || view.align == Some(DiffAlignment::Lines);
    let alignment = has_captions.then(|| {
        view! {
            <nav class="choice" aria-label="What is compared">
                <span>"Compare"</span>
                {link(OutputView { align: None, ..view }, "captions", is_by_captions)}
                {link(OutputView { align: Some(DiffAlignment::Lines), ..view }, "lines", !is_by_captions)}
            </nav>
        }
    });
    let contexts = [
        (DiffQuery::default().context, "3 lines"),
        (10, "10"),
        (DiffQuery::MAX_CONTEXT, "all"),
    ];
    let contexts: Vec<AnyView> = contexts
        .into_iter()
        .map(|(context, word)| link(OutputView { context, ..view }, word, context == view.context))
        .collect();
    let patch = format!("{}/diff/raw", frame.api);
    view! {
        <div class="toolbar">
            <nav class="choice" aria-label="Columns">
                <span>"View"</span>
                {link(OutputView { is_unified: false, ..view }, "side by side", !view.is_unified)}
                {link(OutputView { is_unified: true, ..view }, "unified", view.is_unified)}
            </nav>
            {alignment}
            <nav class="choice" aria-label="Lines around">
                <span>"Around"</span>
                {contexts}
            </nav>
            <nav class="choice" aria-label="White space">
                <span>"White space"</span>
                {link(OutputView { shows_whitespace: false, ..view }, "as it is", !view.shows_whitespace)}
                {link(OutputView { shows_whitespace: true, ..view }, "shown", view.shows_whitespace)}
            </nav>
            <a href=patch download="">"Diff file ↓"</a>
        </div>
    }
    .into_any()
}
