//! Aligns the captions of two files and lists how they differ.

use std::{ops::Range, time::Instant};

use runlens_api_types::output::{CaptionChange, CaptionChangeKind, CaptionDiff, CaptionFormat, Renumbering};
use similar::DiffTag;

use super::{
    pairing::{CuePair, pair_cues},
    parse::{Cue, Track, is_blank},
    shifts::{TimeChange, TimeDelta, classify_deltas, is_zero},
};
use crate::{
    DiffLimits, EditScript, Lines,
    edit_script::{EditScriptBuilder, diff_slices},
    lines::split_line_end,
};

/// Changes of one caption that may follow each other before the same kind continues with the next caption.
const MAX_CHANGES_PER_CUE: usize = 3;

/// Aligns the captions of two files.
pub(super) fn align(
    format: CaptionFormat,
    expected: &Track,
    actual: &Track,
    lines: &Lines<'_>,
    limits: DiffLimits,
) -> (EditScript, CaptionDiff) {
    let deadline = limits.deadline();
    let pairs = pair_cues(&expected.cues, &actual.cues, deadline);
    let deltas: Vec<TimeDelta> = pairs
        .iter()
        .map(|(old, new)| time_delta(&expected.cues[*old], &actual.cues[*new]))
        .collect();
    let time_changes = classify_deltas(&deltas);
    let mut aligner = Aligner {
        lines,
        expected: &expected.cues,
        actual: &actual.cues,
        deadline,
        script: EditScriptBuilder::default(),
        diff: CaptionDiff {
            format,
            expected_count: expected.cues.len() as u64,
            actual_count: actual.cues.len() as u64,
            paired_count: pairs.len() as u64,
            dropped: 0,
            added: 0,
            text: 0,
            time: 0,
            shifted: 0,
            renumbered: None,
            line_ends: 0,
            change_count: 0,
            changes: Vec::new(),
        },
        changes: Vec::new(),
    };
    if aligner.compare_lines(0..expected.header_lines, 0..actual.header_lines) {
        aligner.report(Change::new(CaptionChangeKind::Other));
    }
    let (mut old, mut new) = (0, 0);
    for (pair, (delta, time_change)) in pairs.iter().zip(deltas.iter().zip(&time_changes)) {
        aligner.add_unpaired(old..pair.0, new..pair.1);
        aligner.add_pair(*pair, *delta, *time_change);
        (old, new) = (pair.0 + 1, pair.1 + 1);
    }
    aligner.add_unpaired(old..expected.cues.len(), new..actual.cues.len());
    aligner.finish()
}

fn time_delta(expected: &Cue, actual: &Cue) -> TimeDelta {
    let end_delta = actual
        .end_ms
        .zip(expected.end_ms)
        .map(|(actual, expected)| actual - expected);
    (actual.start_ms - expected.start_ms, end_delta)
}

/// A change of one caption, or of the header if neither caption is set. Numbers start at 1.
#[derive(Clone, Copy)]
struct Change {
    kind: CaptionChangeKind,
    expected_cue: Option<u64>,
    actual_cue: Option<u64>,
    expected_line: Option<u64>,
    actual_line: Option<u64>,
    start_delta_ms: Option<i64>,
    end_delta_ms: Option<i64>,
}

impl Change {
    /// A change of the header.
    fn new(kind: CaptionChangeKind) -> Self {
        Self {
            kind,
            expected_cue: None,
            actual_cue: None,
            expected_line: Some(1),
            actual_line: Some(1),
            start_delta_ms: None,
            end_delta_ms: None,
        }
    }
}

/// Collects the edit script and the changes from front to back.
struct Aligner<'a> {
    lines: &'a Lines<'a>,
    expected: &'a [Cue],
    actual: &'a [Cue],
    deadline: Option<Instant>,
    script: EditScriptBuilder,
    diff: CaptionDiff,
    changes: Vec<CaptionChange>,
}

impl Aligner<'_> {
    /// Adds captions that are only in one file.
    fn add_unpaired(&mut self, expected: Range<usize>, actual: Range<usize>) {
        for index in expected {
            let lines = self.expected[index].lines.clone();
            self.script.push_removed(lines.len());
            self.diff.dropped += 1;
            self.report(Change {
                expected_cue: Some(number(index)),
                expected_line: Some(number(lines.start)),
                actual_line: None,
                ..Change::new(CaptionChangeKind::Dropped)
            });
        }
        for index in actual {
            let lines = self.actual[index].lines.clone();
            self.script.push_added(lines.len());
            self.diff.added += 1;
            self.report(Change {
                actual_cue: Some(number(index)),
                expected_line: None,
                actual_line: Some(number(lines.start)),
                ..Change::new(CaptionChangeKind::Added)
            });
        }
    }

    /// Adds a caption that is in both files.
    fn add_pair(&mut self, pair: CuePair, delta: TimeDelta, time_change: TimeChange) {
        let (old, new) = (&self.expected[pair.0], &self.actual[pair.1]);
        let number_delta = old
            .number
            .zip(new.number)
            .map(|(old, new)| new - old)
            .filter(|delta| *delta != 0);
        if let Some(delta) = number_delta {
            self.count_renumbered(pair.0, delta);
        }
        let name_lines = (
            old.timing_line - old.lines.start,
            new.timing_line - new.lines.start,
        );
        let is_renamed = if name_lines == (1, 1) && number_delta.is_some() {
            self.push_equal(old.lines.start, new.lines.start);
            false
        } else {
            self.compare_lines(old.lines.start..old.timing_line, new.lines.start..new.timing_line)
        };

        let has_other_inline_text = old.inline_text.trim_end() != new.inline_text.trim_end();
        let has_other_template = old.timing_template != new.timing_template;
        let is_timing_line_same = split_line_end(self.lines.expected[old.timing_line]).0
            == split_line_end(self.lines.actual[new.timing_line]).0;
        // The difference is reported elsewhere: with the first caption of the shift, or as renumbering.
        let is_timing_reported =
            time_change == TimeChange::ShiftMember || (is_zero(delta) && number_delta.is_some());
        let is_timing_equal = is_timing_line_same
            || (is_timing_reported && !has_other_template && old.inline_text == new.inline_text);
        if is_timing_equal {
            self.push_equal(old.timing_line, new.timing_line);
        } else {
            self.script.push_removed(1);
            self.script.push_added(1);
        }
        let has_other_text = self.compare_lines(old.text.clone(), new.text.clone()) || has_other_inline_text;
        let has_other_trailing_lines =
            self.compare_lines(old.text.end..old.lines.end, new.text.end..new.lines.end);

        let change = |kind| Change {
            kind,
            expected_cue: Some(number(pair.0)),
            actual_cue: Some(number(pair.1)),
            expected_line: Some(number(old.lines.start)),
            actual_line: Some(number(new.lines.start)),
            start_delta_ms: Some(delta.0),
            end_delta_ms: delta.1,
        };
        match time_change {
            TimeChange::ShiftStart(count) => {
                self.diff.shifted += count;
                self.report(change(CaptionChangeKind::Shifted));
                if let Some(shift) = self.changes.last_mut() {
                    shift.count = count;
                }
            }
            TimeChange::Single => {
                self.diff.time += 1;
                self.report(change(CaptionChangeKind::Time));
            }
            TimeChange::None | TimeChange::ShiftMember => {}
        }
        if has_other_text {
            self.diff.text += 1;
            self.report(change(CaptionChangeKind::Text));
        }
        // The timing line differs, and no other change reports it.
        let is_timing_unexplained = !is_timing_equal
            && !has_other_inline_text
            && matches!(time_change, TimeChange::None | TimeChange::ShiftMember);
        let has_other_settings = has_other_template && !has_other_inline_text && !is_timing_line_same;
        if is_renamed || is_timing_unexplained || has_other_settings || has_other_trailing_lines {
            // An added or dropped caption at the end includes the empty line before it.
            let is_last = pair.0 + 1 == self.expected.len() || pair.1 + 1 == self.actual.len();
            let has_unpaired_neighbour = self.expected.len() != self.actual.len() && is_last;
            let is_only_blank_lines = !is_renamed
                && !is_timing_unexplained
                && !has_other_template
                && self.are_trailing_lines_blank(old, new);
            if !(is_only_blank_lines && has_unpaired_neighbour) {
                self.report(change(CaptionChangeKind::Other));
            }
        }
    }

    fn are_trailing_lines_blank(&self, old: &Cue, new: &Cue) -> bool {
        self.lines.expected[old.text.end..old.lines.end]
            .iter()
            .chain(&self.lines.actual[new.text.end..new.lines.end])
            .all(|line| is_blank(line))
    }

    fn push_equal(&mut self, expected: usize, actual: usize) {
        self.script.push_equal();
        let ends = (
            split_line_end(self.lines.expected[expected]).1,
            split_line_end(self.lines.actual[actual]).1,
        );
        self.diff.line_ends += u64::from(ends.0 != ends.1);
    }

    /// Compares lines without their line endings. Returns whether they differ.
    fn compare_lines(&mut self, expected: Range<usize>, actual: Range<usize>) -> bool {
        let texts = |lines: &[&'_ str]| {
            lines
                .iter()
                .map(|line| split_line_end(line).0.to_owned())
                .collect::<Vec<_>>()
        };
        let (expected_texts, actual_texts) = (
            texts(&self.lines.expected[expected.clone()]),
            texts(&self.lines.actual[actual.clone()]),
        );
        let mut differs = false;
        for op in diff_slices(&expected_texts, &actual_texts, self.deadline) {
            let (tag, old, new) = op.as_tag_tuple();
            if tag == DiffTag::Equal {
                for (old, new) in old.zip(new) {
                    self.push_equal(expected.start + old, actual.start + new);
                }
            } else {
                differs = true;
                self.script.push_removed(old.len());
                self.script.push_added(new.len());
            }
        }
        differs
    }

    fn count_renumbered(&mut self, expected_index: usize, delta: i64) {
        let renumbered = self.diff.renumbered.get_or_insert(Renumbering {
            count: 0,
            expected_cue: number(expected_index),
            least: delta,
            most: delta,
        });
        renumbered.count += 1;
        renumbered.least = renumbered.least.min(delta);
        renumbered.most = renumbered.most.max(delta);
    }

    /// Adds a change, merging it with the previous change of its kind if that ends at the previous caption.
    fn report(&mut self, change: Change) {
        let previous = self
            .changes
            .iter_mut()
            .rev()
            .take(MAX_CHANGES_PER_CUE)
            .find(|previous| previous.kind == change.kind && change.kind != CaptionChangeKind::Shifted);
        if let Some(previous) = previous {
            let is_next = |first: Option<u64>, cue: Option<u64>| match (first, cue) {
                (Some(first), Some(cue)) => first + previous.count == cue,
                (None, None) => true,
                _ => false,
            };
            let is_cue = change.expected_cue.is_some() || change.actual_cue.is_some();
            if is_cue
                && is_next(previous.expected_cue, change.expected_cue)
                && is_next(previous.actual_cue, change.actual_cue)
            {
                previous.count += 1;
                // Only amounts that are equal for all merged captions are kept.
                previous.start_ms = previous.start_ms.filter(|ms| change.start_delta_ms == Some(*ms));
                previous.end_ms = previous.end_ms.filter(|ms| change.end_delta_ms == Some(*ms));
                return;
            }
        }
        self.changes.push(CaptionChange {
            kind: change.kind,
            count: 1,
            expected_cue: change.expected_cue,
            actual_cue: change.actual_cue,
            expected_line: change.expected_line,
            actual_line: change.actual_line,
            start_ms: change.start_delta_ms,
            end_ms: change.end_delta_ms,
        });
    }

    fn finish(mut self) -> (EditScript, CaptionDiff) {
        self.diff.change_count = self.changes.len() as u64;
        self.changes.truncate(CaptionDiff::MAX_CHANGES);
        self.diff.changes = self.changes;
        (self.script.finish(), self.diff)
    }
}

/// Returns the number, from 1, of the caption or line at an index.
fn number(index: usize) -> u64 {
    index as u64 + 1
}
