//! Hunks: the changed lines of an edit script with some context.

use std::ops::Range;

use runlens_api_types::output::{DiffHunk, DiffLine, DiffLineKind, DiffText};
use similar::{DiffOp, DiffTag, group_diff_ops};

use crate::{
    DiffLimits, EditScript, Lines,
    line_pairing::{LinePair, WorkBudget, pair_lines},
    lines::split_line_end,
};

/// The difference of two texts. The counts include hunks and lines outside the requested window.
#[derive(Debug, Default)]
pub struct LineDiff {
    /// Number of lines that are only in the actual text.
    pub added_count: u64,
    /// Number of lines that are only in the expected text.
    pub removed_count: u64,
    /// Number of hunks.
    pub hunk_count: u64,
    /// Number of lines in all hunks.
    pub hunk_line_count: u64,
    /// The hunks within the requested window.
    pub hunks: Vec<DiffHunk>,
    /// `skip_lines` of the next window; `None` at the end.
    pub next_offset: Option<u32>,
}

/// Splits an edit script into hunks with `context` equal lines around the changes.
pub fn line_diff(lines: &Lines<'_>, script: EditScript, context: usize, limits: DiffLimits) -> LineDiff {
    let mut diff = LineDiff::default();
    for op in &script.0 {
        let (tag, expected, actual) = op.as_tag_tuple();
        if tag != DiffTag::Equal {
            diff.removed_count += expected.len() as u64;
            diff.added_count += actual.len() as u64;
        }
    }
    let window = limits.skip_lines..limits.skip_lines.saturating_add(limits.max_lines);
    let mut budget = WorkBudget::default();
    let mut lines_before = 0;
    for group in group_diff_ops(script.0, context) {
        diff.hunk_count += 1;
        let mut hunk = HunkBuilder::new(&group);
        for op in &group {
            let length = shown_length(op);
            let visible = window.start.saturating_sub(lines_before).min(length)
                ..window.end.saturating_sub(lines_before).min(length);
            if visible.is_empty() {
                hunk.skip(op, lines_before < window.start);
            } else {
                hunk.push(lines, op, visible, &mut budget);
            }
            lines_before += length;
        }
        diff.hunks.extend(hunk.finish());
    }
    diff.hunk_line_count = lines_before as u64;
    diff.next_offset = Some(window.end)
        .filter(|next| *next < lines_before)
        .and_then(|next| u32::try_from(next).ok());
    diff
}

/// Returns the number of hunk lines of an operation.
fn shown_length(op: &DiffOp) -> usize {
    let (tag, expected, actual) = op.as_tag_tuple();
    if tag == DiffTag::Equal {
        expected.len()
    } else {
        expected.len() + actual.len()
    }
}

/// Collects the visible lines of one hunk. Its positions refer to these lines, not to those outside the
/// window.
struct HunkBuilder {
    /// Lines of the expected and actual text before the first visible one.
    expected_before: usize,
    actual_before: usize,
    lines: Vec<DiffLine>,
}

impl HunkBuilder {
    fn new(group: &[DiffOp]) -> Self {
        let (expected_before, actual_before) = group
            .first()
            .map(|op| (op.old_range().start, op.new_range().start))
            .unwrap_or_default();
        Self {
            expected_before,
            actual_before,
            lines: Vec::new(),
        }
    }

    /// Skips an operation that is outside the window.
    fn skip(&mut self, op: &DiffOp, is_before_window: bool) {
        if is_before_window {
            self.expected_before += op.old_range().len();
            self.actual_before += op.new_range().len();
        }
    }

    /// Adds the visible lines of an operation; removed lines come before added ones.
    fn push(&mut self, lines: &Lines<'_>, op: &DiffOp, visible: Range<usize>, budget: &mut WorkBudget) {
        let (tag, expected, actual) = op.as_tag_tuple();
        let skipped = visible.start;
        if tag == DiffTag::Equal {
            self.expected_before += skipped;
            self.actual_before += skipped;
            self.lines.extend(
                visible.map(|offset| context_line(lines, expected.start + offset, actual.start + offset)),
            );
            return;
        }
        self.expected_before += skipped.min(expected.len());
        self.actual_before += skipped.saturating_sub(expected.len());
        let pairs = match tag {
            DiffTag::Replace => pair_lines(
                &lines.expected[expected.clone()],
                &lines.actual[actual.clone()],
                budget,
            ),
            _ => Vec::new(),
        };
        let mut pair_of_expected: Vec<Option<&LinePair>> = vec![None; expected.len()];
        let mut pair_of_actual: Vec<Option<&LinePair>> = vec![None; actual.len()];
        for pair in &pairs {
            pair_of_expected[pair.expected] = Some(pair);
            pair_of_actual[pair.actual] = Some(pair);
        }
        for offset in visible {
            let line = match offset.checked_sub(expected.len()) {
                None => {
                    let index = expected.start + offset;
                    let mut line = new_line(DiffLineKind::Removed, Some(index), None, lines.expected[index]);
                    if let Some(pair) = pair_of_expected[offset] {
                        line.counterpart = Some(line_number(actual.start + pair.actual));
                        line.changes.clone_from(&pair.removed);
                        line.only_whitespace = pair.is_only_whitespace;
                    }
                    line
                }
                Some(offset) => {
                    let index = actual.start + offset;
                    let mut line = new_line(DiffLineKind::Added, None, Some(index), lines.actual[index]);
                    if let Some(pair) = pair_of_actual[offset] {
                        line.counterpart = Some(line_number(expected.start + pair.expected));
                        line.changes.clone_from(&pair.added);
                        line.only_whitespace = pair.is_only_whitespace;
                    }
                    line
                }
            };
            self.lines.push(line);
        }
    }

    /// Returns `None` if no line of the hunk is visible.
    fn finish(self) -> Option<DiffHunk> {
        if self.lines.is_empty() {
            return None;
        }
        let count_except =
            |kind: DiffLineKind| self.lines.iter().filter(|line| line.kind != kind).count() as u64;
        let expected_lines = count_except(DiffLineKind::Added);
        let actual_lines = count_except(DiffLineKind::Removed);
        // An empty side is positioned at the line before it, as in `diff -u`.
        let start = |before: usize, lines: u64| before as u64 + u64::from(lines > 0);
        Some(DiffHunk {
            expected_start: start(self.expected_before, expected_lines),
            expected_lines,
            actual_start: start(self.actual_before, actual_lines),
            actual_lines,
            lines: self.lines,
        })
    }
}

fn context_line(lines: &Lines<'_>, expected_index: usize, actual_index: usize) -> DiffLine {
    let (expected, actual) = (lines.expected[expected_index], lines.actual[actual_index]);
    let mut line = new_line(
        DiffLineKind::Context,
        Some(expected_index),
        Some(actual_index),
        expected,
    );
    line.actual = (expected != actual).then(|| diff_text(actual));
    line
}

fn new_line(
    kind: DiffLineKind,
    expected_index: Option<usize>,
    actual_index: Option<usize>,
    line: &str,
) -> DiffLine {
    let DiffText { text, line_end } = diff_text(line);
    DiffLine {
        kind,
        expected_line: expected_index.map(line_number),
        actual_line: actual_index.map(line_number),
        text,
        line_end,
        actual: None,
        counterpart: None,
        changes: Vec::new(),
        only_whitespace: false,
    }
}

fn line_number(index: usize) -> u64 {
    index as u64 + 1
}

fn diff_text(line: &str) -> DiffText {
    let (text, line_end) = split_line_end(line);
    DiffText {
        text: text.to_owned(),
        line_end,
    }
}
