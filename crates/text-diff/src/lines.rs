//! Compares two texts line by line, and cuts what differs into hunks.

use std::time::{Duration, Instant};

use runlens_api_types::output::{DiffHunk, DiffLine, DiffLineKind, DiffText, LineEnd, OutputDiff};
use similar::{Algorithm, DiffOp, DiffTag, TextDiff, group_diff_ops};

use crate::words::{Budget, Pair, pairs};

/// What a comparison may take, and which lines of its hunks are shown.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Lines of the hunks that are left out before the first one shown.
    pub skip: usize,
    /// Lines of the hunks that are shown, all together.
    pub lines: usize,
    /// After this long it settles for what it has: still right, no longer the smallest.
    pub time: Duration,
}

impl Limits {
    pub const DEFAULT: Self = Self {
        skip: 0,
        lines: OutputDiff::MAX_LINES as usize,
        time: Duration::from_secs(2),
    };

    /// When it settles.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        Instant::now().checked_add(self.time)
    }
}

/// The lines of two texts, with their ends.
#[derive(Debug, Default)]
pub struct Lines<'a> {
    pub(crate) expected: Vec<&'a str>,
    pub(crate) actual: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    pub fn of(expected: &'a str, actual: &'a str) -> Self {
        Self {
            expected: expected.split_inclusive('\n').collect(),
            actual: actual.split_inclusive('\n').collect(),
        }
    }

    /// Compares lines with their ends: two that differ in nothing but LF and CRLF differ. A carriage return elsewhere ends no line.
    pub fn compare(&self, limits: Limits) -> Vec<DiffOp> {
        TextDiff::configure()
            .timeout(limits.time)
            .diff_slices(&self.expected, &self.actual)
            .ops()
            .to_vec()
    }
}

/// What differs between two texts.
#[derive(Debug, Default)]
pub struct Diff {
    /// Lines that the second text alone has, and the first: of the whole difference, not of the hunks that are shown.
    pub added: u64,
    pub removed: u64,
    pub hunk_count: u64,
    pub hunk_lines: u64,
    /// With as many lines as allowed.
    pub hunks: Vec<DiffHunk>,
    /// Lines of the hunks before those that follow the last one shown; none where there are none.
    pub next: Option<u32>,
}

/// Compares two texts line by line.
#[cfg(test)]
pub(crate) fn diff(expected: &str, actual: &str, context: usize, limits: Limits) -> Diff {
    let lines = Lines::of(expected, actual);
    hunks(&lines, lines.compare(limits), context, limits)
}

/// Cuts what differs into hunks. Lines that the steps call equal need not be: then they have other words that do not count.
pub fn hunks(lines: &Lines<'_>, ops: Vec<DiffOp>, context: usize, limits: Limits) -> Diff {
    let mut diff = Diff::default();
    for op in &ops {
        let (tag, old, new) = op.as_tag_tuple();
        if tag != DiffTag::Equal {
            diff.removed += old.len() as u64;
            diff.added += new.len() as u64;
        }
    }
    let mut budget = Budget::default();
    // How many lines went before, of all hunks.
    let mut before = 0;
    for group in group_diff_ops(ops, context) {
        diff.hunk_count += 1;
        let mut hunk = Hunk::new(&group);
        for op in &group {
            let length = length(op);
            let shown = limits.skip.saturating_sub(before).min(length)
                ..(limits.skip + limits.lines.min(usize::MAX - limits.skip))
                    .saturating_sub(before)
                    .min(length);
            if shown.is_empty() {
                hunk.pass(op, before < limits.skip);
            } else {
                hunk.add(lines, op, shown, &mut budget);
            }
            before += length;
        }
        diff.hunks.extend(hunk.finish());
    }
    diff.hunk_lines = before as u64;
    diff.next = Some(limits.skip.saturating_add(limits.lines))
        .filter(|next| *next < before)
        .and_then(|next| u32::try_from(next).ok());
    diff
}

/// How many lines a step is shown as.
fn length(op: &DiffOp) -> usize {
    let (tag, old, new) = op.as_tag_tuple();
    if tag == DiffTag::Equal {
        old.len()
    } else {
        old.len() + new.len()
    }
}

/// A hunk in the making. It speaks of the lines that are shown alone.
struct Hunk {
    expected_before: usize,
    actual_before: usize,
    lines: Vec<DiffLine>,
}

impl Hunk {
    fn new(group: &[DiffOp]) -> Self {
        let start = group
            .first()
            .map(|op| (op.old_range().start, op.new_range().start))
            .unwrap_or_default();
        Self {
            expected_before: start.0,
            actual_before: start.1,
            lines: Vec::new(),
        }
    }

    /// Leaves a step out.
    fn pass(&mut self, op: &DiffOp, is_before: bool) {
        if is_before {
            self.expected_before += op.old_range().len();
            self.actual_before += op.new_range().len();
        }
    }

    /// Adds some lines of a step; of those replaced, the ones removed first.
    fn add(&mut self, lines: &Lines<'_>, op: &DiffOp, shown: std::ops::Range<usize>, budget: &mut Budget) {
        let (tag, old, new) = op.as_tag_tuple();
        let skipped = shown.start;
        if tag == DiffTag::Equal {
            self.expected_before += skipped;
            self.actual_before += skipped;
            self.lines.extend(shown.map(|at| {
                let (expected, actual) = (lines.expected[old.start + at], lines.actual[new.start + at]);
                let mut line = line(
                    DiffLineKind::Context,
                    Some(old.start + at),
                    Some(new.start + at),
                    expected,
                );
                line.actual = (expected != actual).then(|| text(actual));
                line
            }));
            return;
        }
        self.expected_before += skipped.min(old.len());
        self.actual_before += skipped.saturating_sub(old.len());
        let pairs = match tag {
            DiffTag::Replace => pairs(&lines.expected[old.clone()], &lines.actual[new.clone()], budget),
            _ => Vec::new(),
        };
        let mut of_expected: Vec<Option<&Pair>> = vec![None; old.len()];
        let mut of_actual: Vec<Option<&Pair>> = vec![None; new.len()];
        for pair in &pairs {
            of_expected[pair.expected] = Some(pair);
            of_actual[pair.actual] = Some(pair);
        }
        let (old, new) = (&old, &new);
        self.lines.extend(shown.map(|at| match at.checked_sub(old.len()) {
            None => {
                let mut line = line(
                    DiffLineKind::Removed,
                    Some(old.start + at),
                    None,
                    lines.expected[old.start + at],
                );
                if let Some(pair) = of_expected[at] {
                    line.counterpart = Some((new.start + pair.actual) as u64 + 1);
                    line.changes.clone_from(&pair.removed);
                    line.only_whitespace = pair.only_whitespace;
                }
                line
            }
            Some(at) => {
                let mut line = line(
                    DiffLineKind::Added,
                    None,
                    Some(new.start + at),
                    lines.actual[new.start + at],
                );
                if let Some(pair) = of_actual[at] {
                    line.counterpart = Some((old.start + pair.expected) as u64 + 1);
                    line.changes.clone_from(&pair.added);
                    line.only_whitespace = pair.only_whitespace;
                }
                line
            }
        }));
    }

    /// None where none of its lines is shown.
    fn finish(self) -> Option<DiffHunk> {
        let Self {
            expected_before,
            actual_before,
            lines,
        } = self;
        if lines.is_empty() {
            return None;
        }
        let count = |other: DiffLineKind| lines.iter().filter(|line| line.kind != other).count() as u64;
        let (expected_lines, actual_lines) = (count(DiffLineKind::Added), count(DiffLineKind::Removed));
        let start = |before: usize, lines: u64| before as u64 + u64::from(lines > 0);
        Some(DiffHunk {
            expected_start: start(expected_before, expected_lines),
            expected_lines,
            actual_start: start(actual_before, actual_lines),
            actual_lines,
            lines,
        })
    }
}

fn line(kind: DiffLineKind, expected: Option<usize>, actual: Option<usize>, line: &str) -> DiffLine {
    let number = |index: Option<usize>| index.map(|index| index as u64 + 1);
    let DiffText { text, line_end } = text(line);
    DiffLine {
        kind,
        expected_line: number(expected),
        actual_line: number(actual),
        text,
        line_end,
        actual: None,
        counterpart: None,
        changes: Vec::new(),
        only_whitespace: false,
    }
}

fn text(line: &str) -> DiffText {
    let (text, line_end) = split_end(line);
    DiffText {
        text: text.to_owned(),
        line_end,
    }
}

/// A line without its end, and how it ends.
pub(crate) fn split_end(line: &str) -> (&str, LineEnd) {
    match line.strip_suffix('\n') {
        Some(text) => text
            .strip_suffix('\r')
            .map_or((text, LineEnd::Lf), |text| (text, LineEnd::CrLf)),
        None => (line, LineEnd::None),
    }
}

/// Steps from one text to another, put together line by line.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    ops: Vec<DiffOp>,
    expected: usize,
    actual: usize,
    /// Lines that were removed and added since the last one that both have.
    removed: usize,
    added: usize,
}

impl Steps {
    /// Both have the next line.
    pub(crate) fn equal(&mut self) {
        self.settle();
        match self.ops.last_mut() {
            Some(DiffOp::Equal { len, .. }) => *len += 1,
            _ => self.ops.push(DiffOp::Equal {
                old_index: self.expected,
                new_index: self.actual,
                len: 1,
            }),
        }
        self.expected += 1;
        self.actual += 1;
    }

    /// The first alone has the next lines.
    pub(crate) fn removed(&mut self, count: usize) {
        self.removed += count;
    }

    /// The second alone has the next lines.
    pub(crate) fn added(&mut self, count: usize) {
        self.added += count;
    }

    fn settle(&mut self) {
        let (old_index, new_index, old_len, new_len) = (self.expected, self.actual, self.removed, self.added);
        let op = match (old_len, new_len) {
            (0, 0) => return,
            (_, 0) => DiffOp::Delete {
                old_index,
                old_len,
                new_index,
            },
            (0, _) => DiffOp::Insert {
                old_index,
                new_index,
                new_len,
            },
            _ => DiffOp::Replace {
                old_index,
                old_len,
                new_index,
                new_len,
            },
        };
        self.ops.push(op);
        self.expected += old_len;
        self.actual += new_len;
        (self.removed, self.added) = (0, 0);
    }

    pub(crate) fn finish(mut self) -> Vec<DiffOp> {
        self.settle();
        self.ops
    }
}

/// Compares two lists; after the deadline it settles for what it has.
pub(crate) fn compare<T: std::hash::Hash + Eq>(
    expected: &[T],
    actual: &[T],
    deadline: Option<Instant>,
) -> Vec<DiffOp> {
    similar::capture_diff_slices_deadline(Algorithm::Myers, expected, actual, deadline)
}
