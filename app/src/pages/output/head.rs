//! The top of the page: what it is about, what became of it, and whether this change did it.

use leptos::prelude::*;
use runlens_api_types::{
    Timestamp,
    comparison::Verdict,
    output::{DiffAlignment, OutputDiff, OutputInfo},
    run::Run,
    sample::{OutputStatus, TestResult},
};

use super::Frame;
use crate::{
    components::{facts, mark::mark, pager::way},
    data::outputs::OutputFiles,
    format::{self, pluralize},
    pages::{run::title, runs::change},
    url::{self, RunView},
};

/// What became of an output, in words.
pub(super) struct Words {
    /// In one or two words, for the title.
    pub(super) state: &'static str,
    /// What differs.
    main: String,
    /// Whether this change did it.
    rest: String,
}

impl Words {
    pub(super) fn of(info: &OutputInfo, files: &OutputFiles) -> Self {
        let main = match files {
            OutputFiles::Diff(diff) => difference(diff),
            OutputFiles::Same(_) => "The expected file was produced, byte for byte.".to_owned(),
            OutputFiles::NotProduced(_) => "The test ran, and did not produce this file.".to_owned(),
            OutputFiles::Missing(_) => {
                "The files cannot be compared: one of them is in none of the stores.".to_owned()
            }
        };
        let accepted = if info.is_accepted_variant {
            "It is an accepted variant: the output passes."
        } else {
            ""
        };
        let rest = [accepted, &beside(info)]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let state = match info.status {
            OutputStatus::Pass if info.is_accepted_variant => "accepted variant:",
            OutputStatus::Pass => "as expected:",
            OutputStatus::Fail => "differs:",
            OutputStatus::MissingOutput => "missing:",
        };
        Self { state, main, rest }
    }

    /// All of it.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.main, self.rest).trim_end().to_owned()
    }
}

/// `12 lines removed and 10 added, in 3 places.`
fn difference(diff: &OutputDiff) -> String {
    if diff.binary {
        return match diff.bytes.as_ref().and_then(|bytes| bytes.first_difference) {
            Some(first) => format!("The files differ from byte {} on.", format::number(first)),
            None => "The files differ.".to_owned(),
        };
    }
    if let Some(captions) = diff
        .captions
        .as_ref()
        .filter(|_| diff.alignment == DiffAlignment::Captions)
    {
        let kinds = [
            (captions.dropped, "dropped"),
            (captions.added, "added"),
            (captions.text, "with other text"),
            (captions.shifted, "shifted"),
            (captions.time, "at another time"),
        ];
        let kinds: Vec<String> = kinds
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{} {what}", format::number(count)))
            .collect();
        return match kinds.as_slice() {
            [] if captions.change_count > 0 => "No caption differs; what is around them does.".to_owned(),
            [] => "No caption differs; the files do.".to_owned(),
            _ => format!(
                "Of {}: {}.",
                pluralize(captions.expected_count, "caption", "captions"),
                kinds.join(", ")
            ),
        };
    }
    if diff.hunk_count == 0 {
        return "Every line is the same, and the files are not.".to_owned();
    }
    let sides = [(diff.removed, "removed"), (diff.added, "added")];
    let sides: Vec<String> = sides
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", pluralize(count, "line", "lines")))
        .collect();
    format!(
        "{}, in {}.",
        sides.join(", "),
        pluralize(diff.hunk_count, "place", "places")
    )
}

/// What the output in the reference run says of this one; none where the output is as it should be on both sides.
fn beside(info: &OutputInfo) -> String {
    let Some(reference) = &info.baseline else {
        return if info.status == OutputStatus::Pass {
            String::new()
        } else {
            "There is no run to compare with: whether this change did it is not known.".to_owned()
        };
    };
    let there = format!(
        "{} (run {})",
        reference.branch.as_deref().unwrap_or("the reference"),
        reference.run_id
    );
    match (info.status, info.baseline_status, info.is_same_as_baseline) {
        (OutputStatus::Pass, None | Some(OutputStatus::Pass), _) => String::new(),
        (OutputStatus::Pass, Some(_), _) => format!("On {there} it failed: fixed here."),
        (_, None, _) => format!("On {there} the test has no result: there is nothing to compare with."),
        (_, Some(OutputStatus::Pass), _) => format!("On {there} it is as expected: broken here."),
        (OutputStatus::MissingOutput, _, Some(true)) => format!("On {there} it is missing too."),
        (_, _, Some(true)) => format!("The same difference as on {there}, byte for byte."),
        (_, Some(OutputStatus::MissingOutput), _) => format!("On {there} it is missing."),
        _ => format!("On {there} it fails too, in another way."),
    }
}

/// Symbol, word and class of a verdict.
fn verdict(verdict: Verdict) -> (&'static str, &'static str, &'static str) {
    match verdict {
        Verdict::BrokenHere => ("▲", "broken here", "mark fail"),
        Verdict::FailingDifferently => ("≠", "fails differently", "mark error"),
        Verdict::FailingIdentically => ("=", "same as reference", "mark queued"),
        Verdict::FixedHere => ("▼", "fixed here", "mark pass"),
        Verdict::NoBaseline => ("?", "no reference", "mark queued"),
    }
}

/// The top of the page.
pub(super) fn overview(
    frame: &Frame,
    run: &Run,
    test: &TestResult,
    info: &OutputInfo,
    words: Words,
    now: Timestamp,
) -> AnyView {
    let to_test = RunView::default().test(frame.test).address(frame.run, "tests");
    let sample = test
        .sample_name
        .clone()
        .unwrap_or_else(|| format!("sample {}", info.sample_id));
    let verdict = info.verdict.map(verdict).map(|(symbol, word, class)| {
        view! { <li>"test " <span class=class><span class="symbol" aria-hidden="true">{symbol}</span>{word}</span></li> }
    });
    let there = info
        .baseline
        .as_ref()
        .filter(|_| info.baseline_status.is_some())
        .map(|reference| {
            let href = frame
                .view
                .at(0)
                .address(reference.run_id, frame.test, frame.output);
            view! { <li><a href=href>{format!("The output in run {}", reference.run_id)}</a></li> }
        });
    let rest = (!words.rest.is_empty()).then(|| view! { <p class="rest">{words.rest.clone()}</p> });
    view! {
        <header class="overview output-head">
            <h1>
                <a href=url::run(frame.run)>{title(run)}</a>
                <span class="step" aria-hidden="true">"›"</span>
                <a href=to_test.clone()>{format!("Test {}", frame.test)}</a>
                <span class="step" aria-hidden="true">"›"</span>
                <span class="filename">{info.filename.clone()}</span>
                <span class="state">{mark(info.status)}</span>
            </h1>
            <ul class="facts">
                <li class="command"><code>{test.command.clone()}</code></li>
                <li><a href=format!("/samples/{}", info.sample_id)>{sample}</a></li>
                {verdict}
            </ul>
            <ul class="facts">
                <li>{change(&run.revision.repository, run.revision.pull_request, run.revision.branch.as_deref())}</li>
                <li>{facts::commit(&run.revision.repository, &run.revision.commit_sha)}</li>
                {run.created_at.map(|at| view! { <li>{facts::time(at, now)}</li> })}
                <li><a href=format!("/regression-tests/{}", frame.test)>"History of the test"</a></li>
                <li><a href=url::log(frame.run, &url::log::LogAddress::default())>"Log"</a></li>
                {there}
            </ul>
            <p class="verdict">{words.main}</p>
            {rest}
            {neighbours(frame, info)}
        </header>
    }
    .into_any()
}

/// Links to the outputs before and behind that differ too.
fn neighbours(frame: &Frame, info: &OutputInfo) -> Option<AnyView> {
    if info.differing_count == 0 {
        return None;
    }
    let total = pluralize(
        info.differing_count,
        "output that is not as expected",
        "outputs that are not as expected",
    );
    let place = match info.differing_position {
        Some(place) => format!("{} of {total}", format::number(place)),
        None => total,
    };
    let href = |other: &Option<_>| other.as_ref().map(|other| frame.view.of(frame.run, other));
    let label = |other: &Option<runlens_api_types::output::OutputRef>, word: &str| match other {
        Some(other) => format!("{word} · #{}", other.regression_test_id),
        None => word.to_owned(),
    };
    Some(
        view! {
            <nav class="pager neighbours" aria-label="Outputs that are not as expected">
                <span class="range">{place}</span>
                <span class="ways">
                    {way(href(&info.previous), "prev", format!("‹ {}", label(&info.previous, "Previous")))}
                    {way(href(&info.next), "next", format!("{} ›", label(&info.next, "Next")))}
                </span>
            </nav>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{output::OutputInfo, sample::OutputStatus};

    use super::beside;

    fn info(status: &str, there: Option<&str>, is_same: Option<bool>, has_reference: bool) -> OutputInfo {
        let reference = serde_json::json!({
            "run_id": 118, "status": "fail", "platform": "linux", "repository": "a/b", "branch": "master", "commit_sha": "c0", "commit_short": "c0",
        });
        serde_json::from_value(serde_json::json!({
            "run_id": 7, "sample_id": 1, "regression_test_id": 2, "output_id": 3, "filename": "a.srt", "status": status,
            "is_accepted_variant": false, "reference": has_reference.then_some(reference), "reference_status": there,
            "is_same_as_reference": is_same, "differing_count": 1,
        }))
        .expect("an output")
    }

    #[test]
    fn an_output_is_told_beside_that_of_the_reference_run() {
        let words = |status: OutputStatus, there: Option<OutputStatus>, is_same| {
            beside(&info(
                &status.to_string(),
                there.map(|status| status.to_string()).as_deref(),
                is_same,
                true,
            ))
        };
        use OutputStatus::{Fail, MissingOutput, Pass};
        for (status, there, is_same, expected) in [
            (Pass, Some(Pass), Some(true), ""),
            (
                Pass,
                Some(Fail),
                Some(false),
                "On master (run 118) it failed: fixed here.",
            ),
            (
                Fail,
                Some(Fail),
                Some(true),
                "The same difference as on master (run 118), byte for byte.",
            ),
            (
                Fail,
                Some(Fail),
                Some(false),
                "On master (run 118) it fails too, in another way.",
            ),
            (
                Fail,
                Some(Pass),
                Some(false),
                "On master (run 118) it is as expected: broken here.",
            ),
            (
                Fail,
                Some(MissingOutput),
                Some(false),
                "On master (run 118) it is missing.",
            ),
            (
                MissingOutput,
                Some(MissingOutput),
                Some(true),
                "On master (run 118) it is missing too.",
            ),
            (
                Fail,
                None,
                None,
                "On master (run 118) the test has no result: there is nothing to compare with.",
            ),
        ] {
            assert_eq!(words(status, there, is_same), expected);
        }
        let alone = beside(&info("fail", None, None, false));
        assert_eq!(
            alone,
            "There is no run to compare with: whether this change did it is not known."
        );
    }
}
