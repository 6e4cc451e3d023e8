//! Compares two texts line by line.

use std::time::Duration;

use runlens_contract::output::{DiffHunk, DiffLine, DiffLineKind, LineEnd, OutputDiff};
use similar::{DiffOp, DiffTag, TextDiff};

/// What a comparison may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Lines of the hunks that are shown, all together.
    pub(super) lines: usize,
    /// After this long it settles for what it has: still right, no longer the smallest.
    pub(super) time: Duration,
}

impl Limits {
    pub(super) const DEFAULT: Self = Self { lines: OutputDiff::MAX_LINES, time: Duration::from_secs(2) };
}

/// What differs between two texts.
#[derive(Debug, Default)]
pub(super) struct Diff {
    /// Lines that the second text alone has, and the first: of the whole difference, not of the hunks that are shown.
    pub(super) added: u64,
    pub(super) removed: u64,
    pub(super) hunk_count: u64,
    /// From the top, with as many lines as allowed.
    pub(super) hunks: Vec<DiffHunk>,
    /// Whether there are more lines than allowed.
    pub(super) is_cut: bool,
}

/// Compares lines with their ends: two that differ in nothing but LF and CRLF differ. A carriage return elsewhere ends no line.
pub(super) fn diff(expected: &str, actual: &str, context: usize, limits: Limits) -> Diff {
    let expected: Vec<&str> = expected.split_inclusive('\n').collect();
    let actual: Vec<&str> = actual.split_inclusive('\n').collect();
    let compared = TextDiff::configure().timeout(limits.time).diff_slices(&expected, &actual);
    let mut diff = Diff::default();
    for op in compared.ops() {
        let (tag, old, new) = op.as_tag_tuple();
        if tag != DiffTag::Equal {
            diff.removed += old.len() as u64;
            diff.added += new.len() as u64;
        }
    }
    let mut left = limits.lines;
    for group in compared.grouped_ops(context) {
        diff.hunk_count += 1;
        let mut lines = group.iter().flat_map(|op| lines_of(op, &expected, &actual));
        let shown: Vec<DiffLine> = lines.by_ref().take(left).collect();
        left -= shown.len();
        diff.is_cut |= lines.next().is_some();
        diff.hunks.extend(hunk(&group, shown));
    }
    diff
}

/// The lines of one step, those removed first.
fn lines_of<'a>(op: &DiffOp, expected: &'a [&str], actual: &'a [&str]) -> impl Iterator<Item = DiffLine> + use<'a> {
    let (tag, old, new) = op.as_tag_tuple();
    let (equal, removed, added) = match tag {
        DiffTag::Equal => (old.clone().zip(new), 0..0, 0..0),
        _ => ((0..0).zip(0..0), old, new),
    };
    let equal = equal.map(|(old, new)| line(DiffLineKind::Context, Some(old), Some(new), expected[old]));
    let removed = removed.map(|old| line(DiffLineKind::Removed, Some(old), None, expected[old]));
    let added = added.map(|new| line(DiffLineKind::Added, None, Some(new), actual[new]));
    equal.chain(removed).chain(added)
}

fn line(kind: DiffLineKind, expected: Option<usize>, actual: Option<usize>, line: &str) -> DiffLine {
    let number = |index: Option<usize>| index.map(|index| index as u64 + 1);
    let (text, line_end) = match line.strip_suffix('\n') {
        Some(text) => text.strip_suffix('\r').map_or((text, LineEnd::Lf), |text| (text, LineEnd::CrLf)),
        None => (line, LineEnd::None),
    };
    DiffLine { kind, expected_line: number(expected), actual_line: number(actual), text: text.to_owned(), line_end }
}

/// Puts the lines that are shown of a group into a hunk, which speaks of these alone; none where none are.
fn hunk(group: &[DiffOp], lines: Vec<DiffLine>) -> Option<DiffHunk> {
    let first = group.first().filter(|_| !lines.is_empty())?;
    let count = |other: DiffLineKind| lines.iter().filter(|line| line.kind != other).count() as u64;
    let (expected_lines, actual_lines) = (count(DiffLineKind::Added), count(DiffLineKind::Removed));
    let start = |before: usize, lines: u64| before as u64 + u64::from(lines > 0);
    Some(DiffHunk {
        expected_start: start(first.old_range().start, expected_lines),
        expected_lines,
        actual_start: start(first.new_range().start, actual_lines),
        actual_lines,
        lines,
    })
}
