//! What differs from caption to caption, in sentences.

use std::collections::HashSet;

use leptos::prelude::*;
use runlens_api_types::output::{CaptionChange, CaptionChangeKind, CaptionDiff, DiffLineKind, OutputDiff};

use crate::{
    format::{duration, number, pluralize},
    url::output::anchor,
};

/// What differs, one thing a line, each a link to where it stands.
pub(super) fn section(captions: &CaptionDiff, diff: &OutputDiff) -> AnyView {
    let lines = || diff.hunks.iter().flatten().flat_map(|hunk| &hunk.lines);
    let expected: HashSet<u64> = lines().filter_map(|line| line.expected_line).collect();
    let actual: HashSet<u64> = lines().filter_map(|line| line.actual_line).collect();
    let place = |change: &CaptionChange| {
        let here = |is_expected: bool, line: Option<u64>, shown: &HashSet<u64>| {
            // A line that is the same up to here is shown where its change begins: at most some lines further down.
            let line = (line?..line? + 4).find(|line| shown.contains(line))?;
            Some(format!("#{}", anchor(is_expected, line)))
        };
        here(true, change.expected_line, &expected).or_else(|| here(false, change.actual_line, &actual))
    };
    let items: Vec<AnyView> = captions
        .changes
        .iter()
        .enumerate()
        .map(|(at, change)| {
            let (symbol, class) = sign(change.kind);
            let is_whitespace = change.kind == CaptionChangeKind::Text
                && is_only_whitespace(change, captions.changes.get(at + 1), diff);
            let sentence = if is_whitespace {
                whitespace(change)
            } else {
                sentence(change, captions)
            };
            let text = match place(change) {
                Some(href) => view! { <a href=href>{sentence}</a> }.into_any(),
                None => sentence.into_any(),
            };
            view! { <li><span class=class aria-hidden="true">{symbol}</span> {text}</li> }.into_any()
        })
        .collect();
    let left = captions.change_count - captions.changes.len() as u64;
    let more = (left > 0).then(|| view! { <p class="nothing">{format!("And {} further down.", pluralize(left, "change", "changes"))}</p> });
    let notes = notes(captions);
    if items.is_empty() && notes.is_empty() {
        return ().into_any();
    }
    let notes = (!notes.is_empty()).then(|| view! { <p class="muted notes">{notes.join(" ")}</p> });
    let list = (!items.is_empty()).then(|| view! { <ol class="changes">{items}</ol> });
    view! {
        <section id="captions" aria-labelledby="captions-title">
            <h2 id="captions-title">"Captions"</h2>
            {list}
            {more}
            {notes}
        </section>
    }
    .into_any()
}

/// Whether white space is all that differs in the text of some captions; not where their lines are not shown. `next` is what differs behind.
fn is_only_whitespace(change: &CaptionChange, next: Option<&CaptionChange>, diff: &OutputDiff) -> bool {
    let is_within = |line: Option<u64>, first: Option<u64>, end: Option<u64>| {
        line.zip(first)
            .is_some_and(|(line, first)| line >= first && end.is_none_or(|end| line < end))
    };
    let lines = diff
        .hunks
        .iter()
        .flatten()
        .flat_map(|hunk| &hunk.lines)
        .filter(|line| line.kind != DiffLineKind::Context);
    let mut within = lines
        .filter(|line| {
            is_within(
                line.expected_line,
                change.expected_line,
                next.and_then(|next| next.expected_line),
            ) || is_within(
                line.actual_line,
                change.actual_line,
                next.and_then(|next| next.actual_line),
            )
        })
        .peekable();
    within.peek().is_some() && within.all(|line| line.only_whitespace)
}

/// `Caption 12: only white space differs.`
fn whitespace(change: &CaptionChange) -> String {
    format!(
        "{}: only white space differs.",
        which(change, change.expected_cue.unwrap_or_default())
    )
}

fn sign(kind: CaptionChangeKind) -> (&'static str, &'static str) {
    match kind {
        CaptionChangeKind::Dropped => ("−", "sign removed"),
        CaptionChangeKind::Added => ("+", "sign added"),
        CaptionChangeKind::Text | CaptionChangeKind::Other => ("≠", "sign"),
        CaptionChangeKind::Time | CaptionChangeKind::Shifted => ("~", "sign"),
    }
}

/// `Captions 42 to 44 are dropped.`
fn sentence(change: &CaptionChange, captions: &CaptionDiff) -> String {
    let first = change.expected_cue.or(change.actual_cue);
    let Some(first) = first else {
        return "What precedes the first caption differs.".to_owned();
    };
    let is_one = change.count == 1;
    let which = which(change, first);
    let (is, differs) = if is_one {
        ("is", "differs")
    } else {
        ("are", "differ")
    };
    match change.kind {
        CaptionChangeKind::Dropped => format!("{which} {is} dropped."),
        CaptionChangeKind::Added => format!("{which} of the produced file {is} new."),
        CaptionChangeKind::Text => format!("{which}: the text differs."),
        CaptionChangeKind::Other => format!("{which}: settings, names or empty lines differ."),
        CaptionChangeKind::Time => match moved(change) {
            Some(moved) => format!("{which} {moved}."),
            None => format!("{which} {differs} in time, each by another amount."),
        },
        CaptionChangeKind::Shifted => {
            let moved = moved(change).unwrap_or_default();
            if change.count == captions.paired_count {
                format!("All {} {moved}.", pluralize(change.count, "caption", "captions"))
            } else {
                format!(
                    "From caption {} on, {} {moved}.",
                    number(first),
                    pluralize(change.count, "caption", "captions")
                )
            }
        }
    }
}

/// `Caption 12`, `Captions 12 to 14`.
fn which(change: &CaptionChange, first: u64) -> String {
    match change.count {
        1 => format!("Caption {}", number(first)),
        count => format!("Captions {} to {}", number(first), number(first + count - 1)),
    }
}

/// `begin 40 ms later and end 80 ms later`, `are 40 ms later`.
fn moved(change: &CaptionChange) -> Option<String> {
    let (start, end) = (change.start_ms?, change.end_ms);
    let is_one = change.count == 1;
    let (be, begins, ends) = if is_one {
        ("is", "begins", "ends")
    } else {
        ("are", "begin", "end")
    };
    let by = |ms: i64| format!("{} {}", exact(ms), if ms < 0 { "earlier" } else { "later" });
    Some(match end {
        Some(end) if end != start => match (start, end) {
            (0, end) => format!("{ends} {}", by(end)),
            (start, 0) => format!("{begins} {}", by(start)),
            (start, end) => format!("{begins} {} and {ends} {}", by(start), by(end)),
        },
        _ => format!("{be} {}", by(start)),
    })
}

/// Milliseconds exactly where they are few.
fn exact(ms: i64) -> String {
    match ms.unsigned_abs() {
        ms @ 0..=9_999 => format!("{} ms", number(ms)),
        _ => duration(ms),
    }
}

/// What is no difference, said once.
fn notes(captions: &CaptionDiff) -> Vec<String> {
    let renumbered = captions.renumbered.map(|numbers| {
        let of = |by: i64| {
            format!(
                "{} {}",
                number(by.unsigned_abs()),
                if by < 0 { "lower" } else { "higher" }
            )
        };
        let by = if numbers.least == numbers.most {
            of(numbers.least)
        } else {
            format!("from {} to {}", of(numbers.least), of(numbers.most))
        };
        let captions = pluralize(numbers.count, "caption has", "captions have");
        format!(
            "From caption {} on, {captions} another number, {by}: not counted as a difference.",
            number(numbers.expected_cue)
        )
    });
    let line_ends = (captions.line_ends > 0).then(|| {
        let lines = pluralize(
            captions.line_ends,
            "line that is the same ends",
            "lines that are the same end",
        );
        format!("{lines} differently: not counted here, and shown line by line.")
    });
    let counts = (captions.expected_count != captions.actual_count).then(|| {
        format!(
            "{} expected, {} produced.",
            pluralize(captions.expected_count, "caption", "captions"),
            number(captions.actual_count)
        )
    });
    [counts, renumbered, line_ends].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use runlens_api_types::output::{
        CaptionChange, CaptionChangeKind, CaptionDiff, CaptionFormat, Renumbering,
    };

    use super::{is_only_whitespace, notes, sentence, whitespace};

    fn captions() -> CaptionDiff {
        CaptionDiff {
            format: CaptionFormat::Srt,
            expected_count: 41,
            actual_count: 40,
            paired_count: 40,
            dropped: 1,
            added: 0,
            text: 0,
            time: 0,
            shifted: 0,
            renumbered: Some(Renumbering {
                count: 28,
                expected_cue: 13,
                least: -1,
                most: -1,
            }),
            line_ends: 1,
            change_count: 1,
            changes: Vec::new(),
        }
    }

    #[test]
    fn a_change_is_a_sentence() {
        use CaptionChangeKind::{Added, Dropped, Other, Shifted, Text, Time};
        let change = |kind, count, expected_cue, actual_cue, start_ms, end_ms| CaptionChange {
            kind,
            count,
            expected_cue,
            actual_cue,
            expected_line: None,
            actual_line: None,
            start_ms,
            end_ms,
        };
        for (change, text) in [
            (
                change(Dropped, 1, Some(41), None, None, None),
                "Caption 41 is dropped.",
            ),
            (
                change(Dropped, 3, Some(1_042), None, None, None),
                "Captions 1,042 to 1,044 are dropped.",
            ),
            (
                change(Added, 2, None, Some(5), None, None),
                "Captions 5 to 6 of the produced file are new.",
            ),
            (
                change(Text, 1, Some(12), Some(12), Some(0), Some(0)),
                "Caption 12: the text differs.",
            ),
            (
                change(Time, 1, Some(12), Some(12), Some(-40), Some(-40)),
                "Caption 12 is 40 ms earlier.",
            ),
            (
                change(Time, 1, Some(12), Some(12), Some(0), Some(80)),
                "Caption 12 ends 80 ms later.",
            ),
            (
                change(Time, 2, Some(12), Some(12), None, None),
                "Captions 12 to 13 differ in time, each by another amount.",
            ),
            (
                change(Shifted, 28, Some(13), Some(12), Some(33), Some(33)),
                "From caption 13 on, 28 captions are 33 ms later.",
            ),
            (
                change(Shifted, 40, Some(1), Some(1), Some(3_600_000), None),
                "All 40 captions are 1 h later.",
            ),
            (
                change(Shifted, 2, Some(3), Some(3), Some(40), Some(80)),
                "From caption 3 on, 2 captions begin 40 ms later and end 80 ms later.",
            ),
            (
                change(Other, 1, None, None, None, None),
                "What precedes the first caption differs.",
            ),
        ] {
            assert_eq!(sentence(&change, &captions()), text);
        }
    }

    #[test]
    fn what_is_no_difference_is_said_once() {
        assert_eq!(
            notes(&captions()),
            [
                "41 captions expected, 40 produced.",
                "From caption 13 on, 28 captions have another number, 1 lower: not counted as a difference.",
                "1 line that is the same ends differently: not counted here, and shown line by line.",
            ]
        );
        let many = CaptionDiff {
            renumbered: Some(Renumbering {
                count: 1,
                expected_cue: 2,
                least: -2,
                most: 1,
            }),
            line_ends: 0,
            ..captions()
        };
        assert_eq!(
            notes(&many)[1],
            "From caption 2 on, 1 caption has another number, from 2 lower to 1 higher: not counted as a difference."
        );
    }

    #[test]
    fn white_space_alone_is_told_from_other_text() {
        let line = |kind: &str, expected: Option<u64>, actual: Option<u64>, only_whitespace: bool| {
            serde_json::json!({
                "kind": kind, "expected_line": expected, "actual_line": actual, "text": "a", "line_end": "lf", "changes": [],
                "only_whitespace": only_whitespace,
            })
        };
        let side = serde_json::json!({
            "size_bytes": 1, "encoding": "utf-8", "byte_order_mark": false, "line_endings": "lf", "line_count": 9, "truncated": false,
        });
        let hunk = serde_json::json!({
            "expected_start": 3, "expected_lines": 3, "actual_start": 3, "actual_lines": 3,
            "lines": [
                line("removed", Some(3), None, true), line("added", None, Some(3), true), line("context", Some(4), Some(4), false),
                line("removed", Some(7), None, true), line("added", None, Some(7), false),
            ],
        });
        let diff = serde_json::from_value(serde_json::json!({
            "run_id": 1, "sample_id": 1, "regression_test_id": 1, "output_id": 1, "filename": "a.srt", "status": "fail", "identical": false,
            "binary": false, "alignment": "captions", "expected": side, "actual": side, "added": 2, "removed": 2, "hunk_count": 1,
            "hunk_line_count": 5, "hunks": [hunk], "truncated": false,
        }))
        .expect("a difference");
        let change = |cue: u64, line: u64| CaptionChange {
            kind: CaptionChangeKind::Text,
            count: 1,
            expected_cue: Some(cue),
            actual_cue: Some(cue),
            expected_line: Some(line),
            actual_line: Some(line),
            start_ms: Some(0),
            end_ms: Some(0),
        };
        let (first, second, unseen) = (change(1, 1), change(2, 5), change(9, 400));
        assert!(is_only_whitespace(&first, Some(&second), &diff));
        assert!(!is_only_whitespace(&second, Some(&unseen), &diff));
        assert!(
            !is_only_whitespace(&unseen, None, &diff),
            "nothing is said of what is not shown"
        );
        assert_eq!(whitespace(&first), "Caption 1: only white space differs.");
    }
}
