//! Table tests of the decoding; property tests of the differences.

use std::time::{Duration, Instant};

use proptest::{prelude::*, sample::select};
use runlens_api_types::output::{DiffHunk, DiffLineKind, FileEncoding, LineEnd, LineEndings};

use super::{
    DiffLimits, Lines,
    hunks::{LineDiff, line_diff},
    text::{DecodedText, line_endings},
    unified,
};

const NO_LIMITS: DiffLimits = DiffLimits {
    skip_lines: 0,
    max_lines: usize::MAX,
    timeout: Duration::from_secs(3600),
};

/// Far more than the timeout, because the tests are unoptimized and run in parallel with others. Without the
/// timeout they take hours.
const MAX_ELAPSED: Duration = Duration::from_secs(60);

fn diff(expected: &str, actual: &str, context: usize, limits: DiffLimits) -> LineDiff {
    let lines = Lines::new(expected, actual);
    line_diff(&lines, lines.compare(limits), context, limits)
}

#[test]
fn encoding_is_detected() {
    use FileEncoding::{Base64, Utf8, Utf16Be, Utf16Le, Windows1252};
    let cases: [(&str, &[u8], FileEncoding, bool, &str); 15] = [
        ("empty", b"", Utf8, false, ""),
        ("ASCII", b"1\r\n", Utf8, false, "1\r\n"),
        ("UTF-8", "é♪".as_bytes(), Utf8, false, "é♪"),
        ("UTF-8 with BOM", b"\xef\xbb\xbf1", Utf8, true, "1"),
        ("Windows-1252", b"caf\xe9 \x80", Windows1252, false, "café €"),
        (
            "a byte that Windows-1252 does not define",
            b"\x81\xe9",
            Windows1252,
            false,
            "\u{fffd}é",
        ),
        (
            "BOM before invalid UTF-8",
            b"\xef\xbb\xbf\xe9",
            Windows1252,
            false,
            "ï»¿é",
        ),
        (
            "UTF-8 that ends inside a character",
            b"a\xc3",
            Windows1252,
            false,
            "aÃ",
        ),
        ("UTF-16 LE", b"\xff\xfe1\0\xe9\0", Utf16Le, true, "1é"),
        ("UTF-16 BE", b"\xfe\xff\x001\0\xe9", Utf16Be, true, "1é"),
        ("only a BOM", b"\xff\xfe", Utf16Le, true, ""),
        ("half a code unit", b"\xff\xfe1\0\xe9", Base64, false, "//4xAOk="),
        (
            "half a surrogate pair",
            b"\xff\xfe\x3d\xd8",
            Windows1252,
            false,
            "ÿþ=Ø",
        ),
        ("UTF-32", b"\xff\xfe\0\0a\0\0\0", Base64, false, "//4AAGEAAAA="),
        ("an executable", b"\x7fELF\0", Base64, false, "f0VMRgA="),
    ];
    for (name, bytes, encoding, byte_order_mark, content) in cases {
        let text = DecodedText::decode(bytes, false);
        assert_eq!(
            (text.encoding, text.byte_order_mark, text.content.as_str()),
            (encoding, byte_order_mark, content),
            "{name}"
        );
    }
}

#[test]
fn line_endings_are_detected() {
    for (text, endings) in [
        ("", LineEndings::None),
        ("a\rb", LineEndings::None),
        ("a\nb", LineEndings::Lf),
        ("a\r\nb\r\n", LineEndings::CrLf),
        ("a\r\nb\n", LineEndings::Mixed),
    ] {
        assert_eq!(line_endings(text), endings, "{text:?}");
    }
}

#[test]
fn only_complete_lines_of_truncated_files_are_compared() {
    for (bytes, is_truncated, comparable) in [
        ("a\nb", false, "a\nb"),
        ("a\nb", true, "a\n"),
        ("a\n", true, "a\n"),
        ("ab", true, "ab"),
        ("a\0b\n", false, ""),
    ] {
        assert_eq!(
            DecodedText::decode(bytes.as_bytes(), is_truncated).comparable(),
            comparable,
            "{bytes:?}"
        );
    }
}

#[test]
fn unified_output_equals_that_of_diff() {
    let unified = |expected: &str, actual: &str, context| {
        unified::write("a.srt", &diff(expected, actual, context, NO_LIMITS).hunks)
    };
    let head = "--- expected/a.srt\n+++ actual/a.srt\n";
    for (expected, actual, context, text) in [
        ("a\n", "a\n", 3, ""),
        ("a\n", "a\r\n", 3, "@@ -1 +1 @@\n-a\n+a\r\n"),
        (
            "a\n",
            "a",
            3,
            "@@ -1 +1 @@\n-a\n+a\n\\ No newline at end of file\n",
        ),
        ("", "a\nb\n", 3, "@@ -0,0 +1,2 @@\n+a\n+b\n"),
        ("a\nb\n", "", 3, "@@ -1,2 +0,0 @@\n-a\n-b\n"),
        (
            "1\n2\n3\n4\n5\n",
            "1\n2\n4\n5\n",
            1,
            "@@ -2,3 +2,2 @@\n 2\n-3\n 4\n",
        ),
        ("1\n2\n3\n", "1\n2\nx\n3\n", 0, "@@ -2,0 +3 @@\n+x\n"),
        (
            "1\n2\n3\n",
            "2\n3\n4\n",
            0,
            "@@ -1 +0,0 @@\n-1\n@@ -3,0 +3 @@\n+4\n",
        ),
    ] {
        let expected_text = if text.is_empty() {
            String::new()
        } else {
            format!("{head}{text}")
        };
        assert_eq!(
            unified(expected, actual, context),
            expected_text,
            "{expected:?} {actual:?}"
        );
    }
    let hostile = unified::write("a\n+++ /etc/passwd", &diff("a", "b", 0, NO_LIMITS).hunks);
    assert!(
        hostile.starts_with("--- expected/a\u{fffd}+++ /etc/passwd\n+++ actual/a\u{fffd}+++ /etc/passwd\n@@"),
        "{hostile}"
    );
}

#[test]
fn difficult_inputs_stop_at_the_timeout() {
    let mebibyte = |line: &dyn Fn(usize) -> String| {
        (0..)
            .map(line)
            .scan(0, |size, line| {
                *size += line.len();
                (*size <= 1 << 20).then_some(line)
            })
            .collect::<String>()
    };
    let inputs = [
        (
            mebibyte(&|_| "\n".to_owned()),
            mebibyte(&|n| {
                if n % 2 == 0 {
                    "\n".to_owned()
                } else {
                    "a\n".to_owned()
                }
            }),
        ),
        (
            mebibyte(&|n| format!("{}\n", n % 7)),
            mebibyte(&|n| format!("{}\n", n % 11)),
        ),
        (
            mebibyte(&|n| format!("{n}\n")),
            mebibyte(&|n| format!("{}\n", 200_000_usize.saturating_sub(n))),
        ),
        (
            mebibyte(&|n| format!("{}\n", n * n % 8_191)),
            mebibyte(&|n| format!("{}\n", n * n * n % 8_191)),
        ),
    ];
    for (index, (expected, actual)) in inputs.iter().enumerate() {
        let start = Instant::now();
        let found = diff(
            expected,
            actual,
            3,
            DiffLimits {
                timeout: Duration::from_millis(100),
                ..DiffLimits::DEFAULT
            },
        );
        assert!(
            found.added_count > 100_000 && found.removed_count > 100_000,
            "input {index} is too easy"
        );
        assert!(
            start.elapsed() < MAX_ELAPSED,
            "input {index} took {:?}",
            start.elapsed()
        );
    }
}

/// Applies hunks to the expected text.
fn apply(expected: &str, hunks: &[DiffHunk]) -> String {
    let lines: Vec<&str> = expected.split_inclusive('\n').collect();
    let (mut out, mut at) = (String::new(), 0);
    for hunk in hunks {
        let start = hunk.expected_start as usize - usize::from(hunk.expected_lines > 0);
        out.extend(lines[at..start].iter().copied());
        at = start + hunk.expected_lines as usize;
        for line in hunk
            .lines
            .iter()
            .filter(|line| line.kind != DiffLineKind::Removed)
        {
            out.push_str(&line.text);
            out.push_str(end(line.line_end));
        }
    }
    out.extend(lines[at..].iter().copied());
    out
}

fn end(end: LineEnd) -> &'static str {
    match end {
        LineEnd::Lf => "\n",
        LineEnd::CrLf => "\r\n",
        LineEnd::None => "",
    }
}

fn texts() -> impl Strategy<Value = String> {
    let line = select(vec!["a\n", "b\n", "c\n", "\n", "a\r\n", "a\rb\n", "é♪\n", "\r\n"]);
    (
        proptest::collection::vec(line, 0..30),
        select(vec!["", "a", "\r"]),
    )
        .prop_map(|(lines, last)| lines.concat() + last)
}

proptest! {
    #[test]
    fn applying_the_hunks_yields_the_actual_text(expected in texts(), actual in texts(), context in 0_usize..=20) {
        let found = diff(&expected, &actual, context, NO_LIMITS);
        prop_assert_eq!(apply(&expected, &found.hunks), actual.clone());
        prop_assert_eq!(found.next_offset, None);
        prop_assert_eq!(found.hunk_line_count, found.hunks.iter().map(|hunk| hunk.lines.len() as u64).sum::<u64>());
        prop_assert_eq!(found.hunk_count, found.hunks.len() as u64);
        prop_assert_eq!(found.hunks.is_empty(), expected == actual);

        let lines: [Vec<&str>; 2] = [&expected, &actual].map(|text| text.split_inclusive('\n').collect());
        let count = |kind| found.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.kind == kind).count() as u64;
        prop_assert_eq!((found.added_count, found.removed_count), (count(DiffLineKind::Added), count(DiffLineKind::Removed)));
        for hunk in &found.hunks {
            for (start, length, numbers) in [
                (hunk.expected_start, hunk.expected_lines, hunk.lines.iter().filter_map(|line| line.expected_line).collect::<Vec<_>>()),
                (hunk.actual_start, hunk.actual_lines, hunk.lines.iter().filter_map(|line| line.actual_line).collect()),
            ] {
                prop_assert_eq!(numbers.len() as u64, length);
                let expected_numbers: Vec<u64> = (start..).take(length as usize).collect();
                let in_order = { let mut sorted = numbers; sorted.sort_unstable(); sorted };
                prop_assert_eq!(in_order, expected_numbers);
            }
            for line in &hunk.lines {
                let whole = format!("{}{}", line.text, end(line.line_end));
                for (number, lines) in [(line.expected_line, &lines[0]), (line.actual_line, &lines[1])] {
                    if let Some(number) = number {
                        prop_assert_eq!(lines[number as usize - 1], &whole);
                    }
                }
                let sides = (line.expected_line.is_some(), line.actual_line.is_some());
                prop_assert_eq!(sides, (line.kind != DiffLineKind::Added, line.kind != DiffLineKind::Removed));
            }
            let context_before = hunk.lines.iter().take_while(|line| line.kind == DiffLineKind::Context).count();
            prop_assert!(context_before <= context);
        }
    }

    #[test]
    fn counts_include_lines_outside_the_window(expected in texts(), actual in texts(), skip in 0_usize..20, limit in 1_usize..20) {
        let (whole, cut) = (diff(&expected, &actual, 3, NO_LIMITS), diff(&expected, &actual, 3, DiffLimits { skip_lines: skip, max_lines: limit, ..NO_LIMITS }));
        prop_assert_eq!((cut.added_count, cut.removed_count, cut.hunk_count, cut.hunk_line_count), (whole.added_count, whole.removed_count, whole.hunk_count, whole.hunk_line_count));
        let lines = |hunks: &[DiffHunk]| hunks.iter().flat_map(|hunk| hunk.lines.clone()).collect::<Vec<_>>();
        let (all, shown) = (lines(&whole.hunks), lines(&cut.hunks));
        let end = (skip + limit).min(all.len());
        prop_assert_eq!(&shown[..], &all[skip.min(end)..end]);
        prop_assert_eq!(cut.next_offset, (end < all.len()).then_some((skip + limit) as u32));
        prop_assert!(cut.hunks.iter().all(|hunk| !hunk.lines.is_empty()));
        // Positions of visible lines do not depend on the window.
        for hunk in &cut.hunks {
            let first = |of: fn(&runlens_api_types::output::DiffLine) -> Option<u64>| hunk.lines.iter().find_map(of);
            prop_assert!(first(|line| line.expected_line).is_none_or(|line| line == hunk.expected_start));
            prop_assert!(first(|line| line.actual_line).is_none_or(|line| line == hunk.actual_start));
        }
    }

    #[test]
    fn counterparts_refer_to_each_other(expected in texts(), actual in texts()) {
        let found = diff(&expected, &actual, 0, NO_LIMITS);
        let lines: Vec<_> = found.hunks.iter().flat_map(|hunk| &hunk.lines).collect();
        for line in &lines {
            let Some(counterpart) = line.counterpart else {
                prop_assert!(line.changes.is_empty() && !line.only_whitespace);
                continue;
            };
            let other = lines.iter().find(|other| match line.kind {
                DiffLineKind::Removed => other.actual_line == Some(counterpart),
                _ => other.expected_line == Some(counterpart),
            });
            let back = other.and_then(|other| other.counterpart);
            prop_assert_eq!(back, line.expected_line.or(line.actual_line));
            let length = line.text.chars().count() as u32;
            prop_assert!(line.changes.iter().all(|range| range.start < range.end && range.end <= length));
            prop_assert!(line.changes.windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }

    #[test]
    fn truncation_never_splits_a_character(text in "[a-z\n♪é😀]{0,40}", at in 0_usize..200) {
        let utf8 = text.as_bytes();
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(units.iter().flat_map(|unit| unit.to_le_bytes())).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(units.iter().flat_map(|unit| unit.to_be_bytes())).collect();
        for (bytes, encoding) in [(utf8, FileEncoding::Utf8), (&little, FileEncoding::Utf16Le), (&big, FileEncoding::Utf16Be)] {
            if (2..bytes.len()).contains(&at) {
                let cut = DecodedText::decode(&bytes[..at], true);
                prop_assert_eq!(cut.encoding, encoding);
                prop_assert!(text.starts_with(&cut.content), "{:?} {:?}", cut, text);
                // Less than one character is omitted.
                let taken: usize = if encoding == FileEncoding::Utf8 { cut.content.len() } else { 2 + 2 * cut.content.encode_utf16().count() };
                prop_assert!(at - taken < 4);
            }
        }
    }
}
