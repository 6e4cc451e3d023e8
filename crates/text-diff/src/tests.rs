//! Encodings and cuts as tables, differences as properties.

use std::time::{Duration, Instant};

use proptest::{prelude::*, sample::select};
use runlens_api_types::output::{DiffHunk, DiffLineKind, FileEncoding, LineEnd, LineEndings};

use super::{
    lines::{Limits, diff},
    text::{Text, line_endings},
    unified,
};

const NO_LIMIT: Limits = Limits {
    skip: 0,
    lines: usize::MAX,
    time: Duration::from_secs(3600),
};

#[test]
fn a_file_is_read_in_the_encoding_that_it_shows() {
    use FileEncoding::{Base64, Utf8, Utf16Be, Utf16Le, Windows1252};
    let cases: [(&str, &[u8], FileEncoding, bool, &str); 15] = [
        ("nothing", b"", Utf8, false, ""),
        ("ASCII", b"1\r\n", Utf8, false, "1\r\n"),
        ("UTF-8", "é♪".as_bytes(), Utf8, false, "é♪"),
        ("UTF-8 with a mark", b"\xef\xbb\xbf1", Utf8, true, "1"),
        ("Windows-1252", b"caf\xe9 \x80", Windows1252, false, "café €"),
        (
            "a byte that Windows-1252 leaves undefined",
            b"\x81\xe9",
            Windows1252,
            false,
            "\u{fffd}é",
        ),
        (
            "a mark before what is no UTF-8",
            b"\xef\xbb\xbf\xe9",
            Windows1252,
            false,
            "ï»¿é",
        ),
        (
            "UTF-8 that ends within a character",
            b"a\xc3",
            Windows1252,
            false,
            "aÃ",
        ),
        ("UTF-16, least first", b"\xff\xfe1\0\xe9\0", Utf16Le, true, "1é"),
        ("UTF-16, most first", b"\xfe\xff\x001\0\xe9", Utf16Be, true, "1é"),
        ("nothing but a mark", b"\xff\xfe", Utf16Le, true, ""),
        ("half a unit", b"\xff\xfe1\0\xe9", Base64, false, "//4xAOk="),
        ("half a pair", b"\xff\xfe\x3d\xd8", Windows1252, false, "ÿþ=Ø"),
        ("UTF-32", b"\xff\xfe\0\0a\0\0\0", Base64, false, "//4AAGEAAAA="),
        ("a program", b"\x7fELF\0", Base64, false, "f0VMRgA="),
    ];
    for (name, bytes, encoding, mark, content) in cases {
        let text = Text::decode(bytes, false);
        assert_eq!(
            (text.encoding, text.byte_order_mark, text.content.as_str()),
            (encoding, mark, content),
            "{name}"
        );
    }
}

#[test]
fn lines_end_in_one_way_or_in_two() {
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
fn of_a_file_that_goes_on_whole_lines_are_compared() {
    for (bytes, is_cut, compared) in [
        ("a\nb", false, "a\nb"),
        ("a\nb", true, "a\n"),
        ("a\n", true, "a\n"),
        ("ab", true, "ab"),
        ("a\0b\n", false, ""),
    ] {
        assert_eq!(
            Text::decode(bytes.as_bytes(), is_cut).compared(),
            compared,
            "{bytes:?}"
        );
    }
}

#[test]
fn a_difference_is_written_as_diff_writes_it() {
    let unified = |expected: &str, actual: &str, context| {
        unified::write("a.srt", &diff(expected, actual, context, NO_LIMIT).hunks)
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
    let hostile = unified::write("a\n+++ /etc/passwd", &diff("a", "b", 0, NO_LIMIT).hunks);
    assert!(
        hostile.starts_with("--- expected/a\u{fffd}+++ /etc/passwd\n+++ actual/a\u{fffd}+++ /etc/passwd\n@@"),
        "{hostile}"
    );
}

#[test]
fn no_input_takes_long() {
    let megabyte = |line: &dyn Fn(usize) -> String| {
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
            megabyte(&|_| "\n".to_owned()),
            megabyte(&|n| {
                if n % 2 == 0 {
                    "\n".to_owned()
                } else {
                    "a\n".to_owned()
                }
            }),
        ),
        (
            megabyte(&|n| format!("{}\n", n % 7)),
            megabyte(&|n| format!("{}\n", n % 11)),
        ),
        (
            megabyte(&|n| format!("{n}\n")),
            megabyte(&|n| format!("{}\n", 200_000_usize.saturating_sub(n))),
        ),
        (
            megabyte(&|n| format!("{}\n", n * n % 8_191)),
            megabyte(&|n| format!("{}\n", n * n * n % 8_191)),
        ),
    ];
    for (place, (expected, actual)) in inputs.iter().enumerate() {
        let start = Instant::now();
        let found = diff(
            expected,
            actual,
            3,
            Limits {
                time: Duration::from_millis(100),
                ..Limits::DEFAULT
            },
        );
        assert!(
            found.added > 100_000 && found.removed > 100_000,
            "input {place} is easy"
        );
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "input {place} took {:?}",
            start.elapsed()
        );
    }
}

/// The text that a difference makes of the expected one.
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
    fn a_difference_makes_the_produced_file_of_the_expected_one(expected in texts(), actual in texts(), context in 0_usize..=20) {
        let found = diff(&expected, &actual, context, NO_LIMIT);
        prop_assert_eq!(apply(&expected, &found.hunks), actual.clone());
        prop_assert_eq!(found.next, None);
        prop_assert_eq!(found.hunk_lines, found.hunks.iter().map(|hunk| hunk.lines.len() as u64).sum::<u64>());
        prop_assert_eq!(found.hunk_count, found.hunks.len() as u64);
        prop_assert_eq!(found.hunks.is_empty(), expected == actual);

        let lines: [Vec<&str>; 2] = [&expected, &actual].map(|text| text.split_inclusive('\n').collect());
        let count = |kind| found.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.kind == kind).count() as u64;
        prop_assert_eq!((found.added, found.removed), (count(DiffLineKind::Added), count(DiffLineKind::Removed)));
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
            let around = hunk.lines.iter().take_while(|line| line.kind == DiffLineKind::Context).count();
            prop_assert!(around <= context);
        }
    }

    #[test]
    fn a_difference_that_is_cut_still_counts_everything(expected in texts(), actual in texts(), skip in 0_usize..20, limit in 1_usize..20) {
        let (whole, cut) = (diff(&expected, &actual, 3, NO_LIMIT), diff(&expected, &actual, 3, Limits { skip, lines: limit, ..NO_LIMIT }));
        prop_assert_eq!((cut.added, cut.removed, cut.hunk_count, cut.hunk_lines), (whole.added, whole.removed, whole.hunk_count, whole.hunk_lines));
        let lines = |hunks: &[DiffHunk]| hunks.iter().flat_map(|hunk| hunk.lines.clone()).collect::<Vec<_>>();
        let (all, shown) = (lines(&whole.hunks), lines(&cut.hunks));
        let end = (skip + limit).min(all.len());
        prop_assert_eq!(&shown[..], &all[skip.min(end)..end]);
        prop_assert_eq!(cut.next, (end < all.len()).then_some((skip + limit) as u32));
        prop_assert!(cut.hunks.iter().all(|hunk| !hunk.lines.is_empty()));
        // What is cut off does not move where the rest stands.
        for hunk in &cut.hunks {
            let first = |of: fn(&runlens_api_types::output::DiffLine) -> Option<u64>| hunk.lines.iter().find_map(of);
            prop_assert!(first(|line| line.expected_line).is_none_or(|line| line == hunk.expected_start));
            prop_assert!(first(|line| line.actual_line).is_none_or(|line| line == hunk.actual_start));
        }
    }

    #[test]
    fn lines_that_take_the_place_of_each_other_say_so_on_both_sides(expected in texts(), actual in texts()) {
        let found = diff(&expected, &actual, 0, NO_LIMIT);
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
    fn a_cut_never_splits_a_character(text in "[a-z\n♪é😀]{0,40}", at in 0_usize..200) {
        let utf8 = text.as_bytes();
        let units: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = [0xff, 0xfe].into_iter().chain(units.iter().flat_map(|unit| unit.to_le_bytes())).collect();
        let big: Vec<u8> = [0xfe, 0xff].into_iter().chain(units.iter().flat_map(|unit| unit.to_be_bytes())).collect();
        for (bytes, encoding) in [(utf8, FileEncoding::Utf8), (&little, FileEncoding::Utf16Le), (&big, FileEncoding::Utf16Be)] {
            if at < bytes.len() && at >= 2 {
                let cut = Text::decode(&bytes[..at], true);
                prop_assert_eq!(cut.encoding, encoding);
                prop_assert!(text.starts_with(&cut.content), "{:?} {:?}", cut, text);
                // Of the bytes that were there, less than one character is left out.
                let taken: usize = if encoding == FileEncoding::Utf8 { cut.content.len() } else { 2 + 2 * cut.content.encode_utf16().count() };
                prop_assert!(at - taken < 4);
            }
        }
    }
}
