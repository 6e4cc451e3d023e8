//! Hunks as rows of a table: the lines of both sides beside each other, and what lies between the hunks.

use std::collections::HashMap;

use runlens_api_types::output::{DiffHunk, DiffLine, DiffLineKind, DiffText, LineEnd};

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// So many lines of the expected file that are left out: they have no difference.
    Gap(u64),
    /// Lines beside each other.
    Lines(Box<Beside>),
}

/// The lines of one row, one at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    pub(super) kind: Kind,
    pub(super) expected: Option<DiffLine>,
    pub(super) actual: Option<DiffLine>,
    /// What is to be said of the two.
    pub(super) note: Option<&'static str>,
}

/// What the lines of a row are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same.
    Same,
    /// Different in what does not count.
    Excused,
    /// Different, or alone.
    Changed,
}

/// The rows of hunks. `is_from_top` and `end` tell what is known of what is around them: that the first begins where the files do, and how
/// many lines the expected file has, where the last is the last.
pub(super) fn rows(hunks: &[DiffHunk], is_from_top: bool, end: Option<u64>) -> Vec<Row> {
    let mut rows = Vec::new();
    let gap = |rows: &mut Vec<Row>, from: u64, to: u64| {
        if to > from {
            rows.push(Row::Gap(to - from));
        }
    };
    // Lines of the expected file up to here; unknown before the first hunk of a later page.
    let mut at = is_from_top.then_some(0);
    for hunk in hunks {
        let before = hunk.expected_start - u64::from(hunk.expected_lines > 0).min(hunk.expected_start);
        if let Some(at) = at {
            gap(&mut rows, at, before);
        }
        beside(&hunk.lines, &mut rows);
        at = Some(before + hunk.expected_lines);
    }
    if let Some((at, end)) = at.zip(end) {
        gap(&mut rows, at, end);
    }
    rows
}

/// Puts the lines of a hunk beside each other.
fn beside(lines: &[DiffLine], rows: &mut Vec<Row>) {
    let (mut removed, mut added): (Vec<&DiffLine>, Vec<&DiffLine>) = (Vec::new(), Vec::new());
    for line in lines {
        match line.kind {
            // What is added comes behind what is removed; what is removed behind that is another place.
            DiffLineKind::Removed if added.is_empty() => removed.push(line),
            DiffLineKind::Removed => {
                settle(&mut removed, &mut added, rows);
                removed.push(line);
            }
            DiffLineKind::Added => added.push(line),
            DiffLineKind::Context => {
                settle(&mut removed, &mut added, rows);
                let other = line.actual.clone().unwrap_or_else(|| DiffText {
                    text: line.text.clone(),
                    line_end: line.line_end,
                });
                let kind = if line.actual.is_some() {
                    Kind::Excused
                } else {
                    Kind::Same
                };
                let actual = DiffLine {
                    text: other.text,
                    line_end: other.line_end,
                    actual: None,
                    ..line.clone()
                };
                rows.push(Row::Lines(Box::new(Beside {
                    kind,
                    expected: Some(line.clone()),
                    actual: Some(actual),
                    note: None,
                })));
            }
        }
    }
    settle(&mut removed, &mut added, rows);
}

/// Puts lines that were replaced beside those that have taken their place, the others beside each other as they come.
fn settle(removed: &mut Vec<&DiffLine>, added: &mut Vec<&DiffLine>, rows: &mut Vec<Row>) {
    let places: HashMap<u64, usize> = (0..)
        .zip(added.iter())
        .filter_map(|(at, line)| Some((line.actual_line?, at)))
        .collect();
    let mut next = 0;
    let mut loose: Vec<&DiffLine> = Vec::new();
    let mut flush = |loose: &mut Vec<&DiffLine>, others: &[&DiffLine]| {
        let rest = loose.len().max(others.len());
        for at in 0..rest {
            let (expected, actual) = (
                loose.get(at).map(|line| (*line).clone()),
                others.get(at).map(|line| (*line).clone()),
            );
            rows.push(Row::Lines(Box::new(Beside {
                kind: Kind::Changed,
                expected,
                actual,
                note: None,
            })));
        }
        loose.clear();
    };
    let mut paired = Vec::new();
    for line in removed.iter() {
        match line
            .counterpart
            .and_then(|number| places.get(&number))
            .filter(|at| **at >= next)
        {
            Some(at) => {
                paired.push((std::mem::take(&mut loose), next..*at, Some((*line, added[*at]))));
                next = at + 1;
            }
            None => loose.push(line),
        }
    }
    paired.push((loose, next..added.len(), None));
    for (mut loose, others, pair) in paired {
        flush(&mut loose, &added[others]);
        if let Some((expected, actual)) = pair {
            flush(&mut vec![expected], &[actual]);
        }
    }
    for row in rows.iter_mut().rev() {
        let Row::Lines(row) = row else { break };
        if row.kind != Kind::Changed {
            break;
        }
        row.note = row
            .expected
            .as_ref()
            .zip(row.actual.as_ref())
            .and_then(|(expected, actual)| note(expected, actual));
    }
    removed.clear();
    added.clear();
}

/// What is to be said of two lines that look the same.
fn note(expected: &DiffLine, actual: &DiffLine) -> Option<&'static str> {
    if expected.counterpart != actual.actual_line || !expected.only_whitespace {
        return None;
    }
    Some(
        match (expected.text == actual.text, expected.line_end, actual.line_end) {
            (true, LineEnd::Lf, LineEnd::CrLf) => "only the line end differs: LF, then CRLF",
            (true, LineEnd::CrLf, LineEnd::Lf) => "only the line end differs: CRLF, then LF",
            (true, LineEnd::None, _) => "only the line end differs: none, then one",
            (true, _, LineEnd::None) => "only the line end differs: one, then none",
            _ => "only white space differs",
        },
    )
}

#[cfg(test)]
mod tests {
    use runlens_api_types::output::{DiffHunk, DiffLine, DiffLineKind, DiffText, LineEnd};

    use super::{Kind, Row, rows};

    fn line(kind: DiffLineKind, expected: Option<u64>, actual: Option<u64>, text: &str) -> DiffLine {
        DiffLine {
            kind,
            expected_line: expected,
            actual_line: actual,
            text: text.to_owned(),
            line_end: LineEnd::Lf,
            actual: None,
            counterpart: None,
            changes: Vec::new(),
            only_whitespace: false,
        }
    }

    fn hunk(expected: (u64, u64), actual: (u64, u64), lines: Vec<DiffLine>) -> DiffHunk {
        DiffHunk {
            expected_start: expected.0,
            expected_lines: expected.1,
            actual_start: actual.0,
            actual_lines: actual.1,
            lines,
        }
    }

    /// Each row in a word: the numbers of its lines.
    fn drawn(rows: &[Row]) -> Vec<String> {
        let number = |line: &Option<DiffLine>, of: fn(&DiffLine) -> Option<u64>| {
            line.as_ref()
                .and_then(of)
                .map_or("-".to_owned(), |n| n.to_string())
        };
        rows.iter()
            .map(|row| match row {
                Row::Gap(lines) => format!("gap {lines}"),
                Row::Lines(row) => {
                    format!(
                        "{}|{}",
                        number(&row.expected, |line| line.expected_line),
                        number(&row.actual, |line| line.actual_line)
                    )
                }
            })
            .collect()
    }

    #[test]
    fn lines_stand_beside_those_that_have_taken_their_place() {
        use DiffLineKind::{Added, Context, Removed};
        let with = |line: DiffLine, counterpart: u64| DiffLine {
            counterpart: Some(counterpart),
            ..line
        };
        let hunk = hunk(
            (10, 5),
            (10, 4),
            vec![
                line(Context, Some(10), Some(10), "a"),
                line(Removed, Some(11), None, "b"),
                with(line(Removed, Some(12), None, "c"), 12),
                line(Removed, Some(13), None, "d"),
                line(Added, None, Some(11), "x"),
                with(line(Added, None, Some(12), "cc"), 12),
                line(Context, Some(14), Some(13), "e"),
            ],
        );
        assert_eq!(
            drawn(&rows(std::slice::from_ref(&hunk), true, Some(20))),
            ["gap 9", "10|10", "11|11", "12|12", "13|-", "14|13", "gap 6"]
        );
        assert_eq!(drawn(&rows(&[hunk], false, None)).len(), 5);
    }

    #[test]
    fn what_lies_between_hunks_is_counted() {
        use DiffLineKind::{Added, Removed};
        let first = hunk((0, 0), (1, 1), vec![line(Added, None, Some(1), "x")]);
        let second = hunk((5, 1), (6, 0), vec![line(Removed, Some(5), None, "y")]);
        let third = hunk((5, 0), (7, 1), vec![line(Added, None, Some(7), "z")]);
        assert_eq!(
            drawn(&rows(&[first, second, third], true, Some(5))),
            ["-|1", "gap 4", "5|-", "-|7"]
        );
    }

    #[test]
    fn what_does_not_count_is_shown_as_both_have_it() {
        let mut shifted = line(DiffLineKind::Context, Some(2), Some(3), "00:01");
        shifted.actual = Some(DiffText {
            text: "00:02".to_owned(),
            line_end: LineEnd::CrLf,
        });
        let rows = rows(&[hunk((2, 1), (3, 1), vec![shifted])], false, None);
        let [Row::Lines(row)] = rows.as_slice() else {
            panic!("{rows:?}")
        };
        let texts = [&row.expected, &row.actual].map(|line| line.as_ref().map(|line| line.text.clone()));
        assert_eq!(
            (row.kind, texts),
            (
                Kind::Excused,
                [Some("00:01".to_owned()), Some("00:02".to_owned())]
            )
        );
    }

    #[test]
    fn lines_that_look_the_same_say_why_they_are_not() {
        let pair = |text: &str, line_end: LineEnd| {
            let removed = DiffLine {
                counterpart: Some(1),
                only_whitespace: true,
                ..line(DiffLineKind::Removed, Some(1), None, "a b")
            };
            let added = DiffLine {
                counterpart: Some(1),
                only_whitespace: true,
                line_end,
                ..line(DiffLineKind::Added, None, Some(1), text)
            };
            let rows = rows(&[hunk((1, 1), (1, 1), vec![removed, added])], true, None);
            let [Row::Lines(row)] = rows.as_slice() else {
                panic!("{rows:?}")
            };
            row.note
        };
        assert_eq!(
            pair("a b", LineEnd::CrLf),
            Some("only the line end differs: LF, then CRLF")
        );
        assert_eq!(
            pair("a b", LineEnd::None),
            Some("only the line end differs: one, then none")
        );
        assert_eq!(pair("a  b", LineEnd::Lf), Some("only white space differs"));
    }
}
