//! Lays captions beside each other, and says in words how they differ.

use runlens_api_types::output::{CaptionChange, CaptionChangeKind, CaptionDiff, CaptionFormat, Renumbering};
use similar::{DiffOp, DiffTag};
use std::{ops::Range, time::Instant};

use super::{
    pairing::pair,
    parse::{Cue, Track, is_blank},
    shifts::{Delta, Times, is_zero, shifts},
};
use crate::lines::{Limits, Lines, Steps, compare, split_end};

/// Lays the captions of two files beside each other.
pub(crate) fn align(
    format: CaptionFormat,
    expected: &Track,
    actual: &Track,
    lines: &Lines<'_>,
    limits: Limits,
) -> (Vec<DiffOp>, CaptionDiff) {
    let deadline = limits.deadline();
    let pairs = pair(&expected.cues, &actual.cues, deadline);
    let deltas: Vec<Delta> = pairs
        .iter()
        .map(|(old, new)| delta(&expected.cues[*old], &actual.cues[*new]))
        .collect();
    let times = shifts(&deltas);
    let head = CaptionDiff {
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
    };
    let mut telling = Telling {
        lines,
        deadline,
        steps: Steps::default(),
        diff: head,
        changes: Vec::new(),
    };
    if telling.piece(0..expected.head, 0..actual.head) {
        telling.change(CaptionChangeKind::Other, None, None, (0, 0), (None, None));
    }
    let (mut old, mut new) = (0, 0);
    for (pair, said) in pairs.iter().zip(deltas.iter().zip(&times)) {
        telling.alone(expected, actual, old..pair.0, new..pair.1);
        telling.both(expected, actual, *pair, *said.0, *said.1);
        (old, new) = (pair.0 + 1, pair.1 + 1);
    }
    telling.alone(expected, actual, old..expected.cues.len(), new..actual.cues.len());
    telling.finish()
}

fn delta(expected: &Cue, actual: &Cue) -> Delta {
    (
        actual.start - expected.start,
        actual
            .end
            .zip(expected.end)
            .map(|(actual, expected)| actual - expected),
    )
}

/// What is said of the difference, while it is gone through.
struct Telling<'a> {
    lines: &'a Lines<'a>,
    deadline: Option<Instant>,
    steps: Steps,
    diff: CaptionDiff,
    changes: Vec<CaptionChange>,
}

impl Telling<'_> {
    /// Captions that one side alone has.
    fn alone(&mut self, expected: &Track, actual: &Track, old: Range<usize>, new: Range<usize>) {
        for cue in old {
            let lines = expected.cues[cue].lines.clone();
            self.steps.removed(lines.len());
            self.diff.dropped += 1;
            self.change(
                CaptionChangeKind::Dropped,
                Some(cue),
                None,
                (lines.start, 0),
                (None, None),
            );
        }
        for cue in new {
            let lines = actual.cues[cue].lines.clone();
            self.steps.added(lines.len());
            self.diff.added += 1;
            self.change(
                CaptionChangeKind::Added,
                None,
                Some(cue),
                (0, lines.start),
                (None, None),
            );
        }
    }

    /// A caption that both have.
    fn both(&mut self, expected: &Track, actual: &Track, pair: (usize, usize), delta: Delta, times: Times) {
        let (old, new) = (&expected.cues[pair.0], &actual.cues[pair.1]);
        let renumbered = old
            .number
            .zip(new.number)
            .map(|(old, new)| new - old)
            .filter(|by| *by != 0);
        if let Some(by) = renumbered {
            self.renumber(pair.0, by);
        }
        // What precedes the line with the times is a number or a name.
        let is_other_name = match (old.timing - old.lines.start, new.timing - new.lines.start) {
            (1, 1) if renumbered.is_some() => {
                self.equal(old.lines.start, new.lines.start);
                false
            }
            _ => self.piece(old.lines.start..old.timing, new.lines.start..new.timing),
        };
        let is_said = times == Times::Following || (is_zero(delta) && renumbered.is_some());
        let has_other_inline = old.inline.trim_end() != new.inline.trim_end();
        let is_same = self.plain_expected(old.timing) == self.plain_actual(new.timing);
        let has_other_frame = old.frame != new.frame;
        let is_timing_equal = is_same || (is_said && !has_other_frame && old.inline == new.inline);
        if is_timing_equal {
            self.equal(old.timing, new.timing);
        } else {
            self.steps.removed(1);
            self.steps.added(1);
        }
        let has_other_text = self.piece(old.text.clone(), new.text.clone()) || has_other_inline;
        let has_other_rest = self.piece(old.text.end..old.lines.end, new.text.end..new.lines.end);

        let places = (old.lines.start, new.lines.start);
        let of = |kind, telling: &mut Self| {
            telling.change(kind, Some(pair.0), Some(pair.1), places, (Some(delta.0), delta.1))
        };
        match times {
            Times::First(count) => {
                self.diff.shifted += count;
                of(CaptionChangeKind::Shifted, self);
                if let Some(change) = self.changes.last_mut() {
                    change.count = count;
                }
            }
            Times::Alone => {
                self.diff.time += 1;
                of(CaptionChangeKind::Time, self);
            }
            Times::Same | Times::Following => {}
        }
        if has_other_text {
            self.diff.text += 1;
            of(CaptionChangeKind::Text, self);
        }
        let is_unexplained =
            !is_timing_equal && !has_other_inline && matches!(times, Times::Same | Times::Following);
        if is_other_name
            || is_unexplained
            || (has_other_frame && !has_other_inline && !is_same)
            || has_other_rest
        {
            // An empty line goes with the caption that it follows or precedes.
            let is_end = pair.0 + 1 == expected.cues.len() || pair.1 + 1 == actual.cues.len();
            let has_neighbour = expected.cues.len() != actual.cues.len() && is_end;
            let is_blank_alone =
                !is_other_name && !is_unexplained && !has_other_frame && self.is_blank(old, new);
            if !(is_blank_alone && has_neighbour) {
                of(CaptionChangeKind::Other, self);
            }
        }
    }

    fn is_blank(&self, old: &Cue, new: &Cue) -> bool {
        let rest = self.lines.expected[old.text.end..old.lines.end]
            .iter()
            .chain(&self.lines.actual[new.text.end..new.lines.end]);
        rest.into_iter().all(|line| is_blank(line))
    }

    fn plain_expected(&self, at: usize) -> &str {
        split_end(self.lines.expected[at]).0
    }

    fn plain_actual(&self, at: usize) -> &str {
        split_end(self.lines.actual[at]).0
    }

    fn equal(&mut self, expected: usize, actual: usize) {
        self.steps.equal();
        self.diff.line_ends +=
            u64::from(split_end(self.lines.expected[expected]).1 != split_end(self.lines.actual[actual]).1);
    }

    /// Compares some lines, whatever their ends; whether they differ.
    fn piece(&mut self, expected: Range<usize>, actual: Range<usize>) -> bool {
        let plain = |lines: &[&'_ str]| {
            lines
                .iter()
                .map(|line| split_end(line).0.to_owned())
                .collect::<Vec<_>>()
        };
        let (old, new) = (
            plain(&self.lines.expected[expected.clone()]),
            plain(&self.lines.actual[actual.clone()]),
        );
        let mut differs = false;
        for op in compare(&old, &new, self.deadline) {
            let (tag, old, new) = op.as_tag_tuple();
            if tag == DiffTag::Equal {
                old.zip(new)
                    .for_each(|(old, new)| self.equal(expected.start + old, actual.start + new));
            } else {
                differs = true;
                self.steps.removed(old.len());
                self.steps.added(new.len());
            }
        }
        differs
    }

    fn renumber(&mut self, cue: usize, by: i64) {
        let renumbered = self.diff.renumbered.get_or_insert(Renumbering {
            count: 0,
            expected_cue: cue as u64 + 1,
            least: by,
            most: by,
        });
        renumbered.count += 1;
        renumbered.least = renumbered.least.min(by);
        renumbered.most = renumbered.most.max(by);
    }

    /// Says that something differs; together with what has just been said where that goes on.
    fn change(
        &mut self,
        kind: CaptionChangeKind,
        expected: Option<usize>,
        actual: Option<usize>,
        lines: (usize, usize),
        delta: Delta2,
    ) {
        let number = |place: usize| place as u64 + 1;
        let (expected_cue, actual_cue) = (expected.map(number), actual.map(number));
        let (start_ms, end_ms) = delta;
        // Of one caption there may be several things to say.
        let recent = self
            .changes
            .iter_mut()
            .rev()
            .take(3)
            .find(|change| change.kind == kind && kind != CaptionChangeKind::Shifted);
        if let Some(before) = recent {
            let goes_on = |first: Option<u64>, cue: Option<u64>| match (first, cue) {
                (Some(first), Some(cue)) => first + before.count == cue,
                (None, None) => true,
                _ => false,
            };
            if goes_on(before.expected_cue, expected_cue)
                && goes_on(before.actual_cue, actual_cue)
                && (expected_cue.is_some() || actual_cue.is_some())
            {
                before.count += 1;
                before.start_ms = before.start_ms.filter(|before| start_ms == Some(*before));
                before.end_ms = before.end_ms.filter(|before| end_ms == Some(*before));
                return;
            }
        }
        let is_here = |cue: Option<u64>| cue.is_some() || (expected_cue.is_none() && actual_cue.is_none());
        self.changes.push(CaptionChange {
            kind,
            count: 1,
            expected_cue,
            actual_cue,
            expected_line: is_here(expected_cue).then(|| number(lines.0)),
            actual_line: is_here(actual_cue).then(|| number(lines.1)),
            start_ms,
            end_ms,
        });
    }

    fn finish(mut self) -> (Vec<DiffOp>, CaptionDiff) {
        self.diff.change_count = self.changes.len() as u64;
        self.changes.truncate(CaptionDiff::MAX_CHANGES);
        self.diff.changes = self.changes;
        (self.steps.finish(), self.diff)
    }
}

/// By how many milliseconds something begins and ends later, where that can be said.
type Delta2 = (Option<i64>, Option<i64>);
