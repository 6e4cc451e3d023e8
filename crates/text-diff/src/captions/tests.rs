//! Table tests of the caption parsers; example and property tests of the alignment.

use std::time::Duration;

use proptest::{prelude::*, sample::select};
use runlens_api_types::output::{CaptionChange, CaptionChangeKind, CaptionDiff, CaptionFormat};
use similar::{DiffOp, DiffTag};

use super::{
    compare,
    parse::{self, parse_time},
};
use crate::{DiffLimits, Lines, lines::split_line_end};

const LIMITS: DiffLimits = DiffLimits {
    timeout: Duration::from_secs(3600),
    ..DiffLimits::DEFAULT
};

/// Far more than the timeout, because the tests are unoptimized and run in parallel with others.
const MAX_ELAPSED: Duration = Duration::from_secs(60);

fn compare_texts(extension: &str, expected: &str, actual: &str) -> (Vec<DiffOp>, CaptionDiff) {
    let (script, diff) = compare(extension, &Lines::new(expected, actual), LIMITS).expect("captions");
    (script.0, diff)
}

fn caption_diff(extension: &str, expected: &str, actual: &str) -> CaptionDiff {
    compare_texts(extension, expected, actual).1
}

/// Returns kind, number of captions, and the first caption in each file.
fn changes(diff: &CaptionDiff) -> Vec<(CaptionChangeKind, u64, Option<u64>, Option<u64>)> {
    diff.changes
        .iter()
        .map(|change| (change.kind, change.count, change.expected_cue, change.actual_cue))
        .collect()
}

fn srt_time(ms: i64) -> String {
    let seconds = ms / 1000;
    format!(
        "{:02}:{:02}:{:02},{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        ms % 1000
    )
}

/// Writes captions given as start and end in milliseconds, and text.
fn srt<'a>(cues: impl IntoIterator<Item = (i64, i64, &'a str)>) -> String {
    let cue = |(number, (start, end, text)): (usize, (i64, i64, &str))| {
        format!("{number}\n{} --> {}\n{text}\n\n", srt_time(start), srt_time(end))
    };
    (1..).zip(cues).map(cue).collect()
}

/// Returns `count` captions with distinct texts.
fn distinct_cues(count: usize) -> Vec<(i64, i64, String)> {
    (0..count as i64)
        .map(|n| (n * 2_000, n * 2_000 + 1_500, format!("This is said at {n}.")))
        .collect()
}

fn srt_of(cues: &[(i64, i64, String)]) -> String {
    srt(cues
        .iter()
        .map(|(start, end, text)| (*start, *end, text.as_str())))
}

#[test]
fn times_are_parsed() {
    for (text, millis) in [
        ("00:00:01,000", Some(1_000)),
        ("01:02:03.450", Some(3_723_450)),
        ("1:02.5", Some(62_500)),
        ("0:00:01.05", Some(1_050)),
        ("62.345", Some(62_345)),
        ("62", None),
        ("20140407110102.345", parse_time("20140407110102,345")),
        ("00:00:01,0000", None),
        ("00:00", Some(0)),
        ("-1:00", None),
        ("", None),
        ("99999999999999999999:00:00", None),
        ("9999999999999999:00:00", None),
        ("a:b:c,d", None),
    ] {
        assert_eq!(parse_time(text), millis, "{text}");
    }
    let days =
        |from: &str, to: &str| (parse_time(to).expect(to) - parse_time(from).expect(from)) / 86_400_000;
    assert_eq!(days("20240228000000.000", "20240301000000.000"), 2);
    assert_eq!(days("20231231000000.000", "20240101000000.000"), 1);
}

#[test]
fn captions_of_every_format_are_parsed() {
    for (extension, format, text) in [
        (
            ".srt",
            CaptionFormat::Srt,
            "1\n00:00:01,000 --> 00:00:02,000\nOne\n\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n\n",
        ),
        (
            ".vtt",
            CaptionFormat::Vtt,
            "WEBVTT\n\nSTYLE\n\na\n00:01.000 --> 00:02.000 line:0\nOne\n\nNOTE\n\n00:03.000 --> 00:04.000\nTwo\n",
        ),
        (
            ".ttxt",
            CaptionFormat::Ttxt,
            "00:00:01,000|00:00:02,000|POP|One\n00:00:03,000|00:00:04,000|POP|Two\n",
        ),
        (
            ".txt",
            CaptionFormat::Ttxt,
            "20240101000001.000|20240101000002.000|CC1|RU2|One\n20240101000003.000|20240101000004.000|CC1|RU2|Two\n",
        ),
        (
            ".smi",
            CaptionFormat::Sami,
            "<SAMI>\n<SYNC Start=1000><P>One\n<SYNC start=\"3000\"><P>Two\n</SAMI>\n",
        ),
        (
            ".ass",
            CaptionFormat::Ass,
            "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,One\nDialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,Two\n",
        ),
        (
            ".xml",
            CaptionFormat::Spu,
            "<s>\n<spu start=\"1.000\" end=\"2.000\" image=\"sub0000.png\">\n<!--\nOne\n--></spu>\n<spu start=\"3.000\" end=\"4.000\" image=\"sub0001.png\"></spu>\n</s>\n",
        ),
    ] {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        assert_eq!(
            parse::detect_format(extension, &lines),
            Some(format),
            "{extension}"
        );
        let track = parse::parse(format, &lines).expect(extension);
        let starts: Vec<i64> = track.cues.iter().map(|cue| cue.start_ms % 86_400_000).collect();
        assert_eq!(starts, [1_000, 3_000], "{extension}");
        assert!(
            track.cues[0].text_key.contains("One") || format == CaptionFormat::Spu,
            "{extension}: {}",
            track.cues[0].text_key
        );
        // Every line belongs to a caption or to the header.
        let covered: Vec<usize> = (0..track.header_lines)
            .chain(track.cues.iter().flat_map(|cue| cue.lines.clone()))
            .collect();
        assert_eq!(covered, (0..lines.len()).collect::<Vec<_>>(), "{extension}");
        let (ops, diff) = compare_texts(extension, text, text);
        assert!(
            diff.changes.is_empty() && ops.iter().all(|op| op.tag() == DiffTag::Equal),
            "{extension}: {diff:?}"
        );
        assert_eq!(diff.paired_count, 2);
    }
    let lines = Lines::new("no captions\n", "00:00:01,000 --> 00:00:02,000\nOne\n");
    assert!(
        compare(".srt", &lines, LIMITS).is_none(),
        "one file has no captions"
    );
    for extension in [".png", "", ".txt"] {
        assert!(
            compare(extension, &Lines::new("a\n", "b\n"), LIMITS).is_none(),
            "{extension}"
        );
    }
    assert_eq!(
        changes(&caption_diff(".srt", &srt_of(&distinct_cues(3)), "")),
        [(CaptionChangeKind::Dropped, 3, Some(1), None)],
        "an empty file is comparable"
    );
}

#[test]
fn dropped_caption_is_one_change() {
    for dropped in [0, 1, 499, 998, 999] {
        let (expected, mut actual) = (distinct_cues(1_000), distinct_cues(1_000));
        actual.remove(dropped);
        let diff = caption_diff(".srt", &srt_of(&expected), &srt_of(&actual));
        assert_eq!(
            changes(&diff),
            [(CaptionChangeKind::Dropped, 1, Some(dropped as u64 + 1), None)]
        );
        let renumbered = diff
            .renumbered
            .map(|numbers| (numbers.count, numbers.least, numbers.most));
        assert_eq!(
            renumbered,
            (dropped < 999).then_some((999 - dropped as u64, -1, -1))
        );
    }
}

#[test]
fn dropped_caption_among_equal_texts_is_found_by_time() {
    let equal_texts: Vec<_> = distinct_cues(100)
        .into_iter()
        .map(|(start, end, _)| (start, end, "♪".to_owned()))
        .collect();
    for shift in [0, 4_321, 70_001] {
        let mut actual: Vec<_> = equal_texts
            .iter()
            .map(|(start, end, text)| (start + shift, end + shift, text.clone()))
            .collect();
        actual.remove(40);
        let diff = caption_diff(".srt", &srt_of(&equal_texts), &srt_of(&actual));
        assert_eq!(
            (diff.paired_count, diff.dropped, diff.added),
            (99, 1, 0),
            "{shift}"
        );
        if shift == 0 {
            assert_eq!(diff.changes[0].expected_cue, Some(41));
        }
    }
}

#[test]
fn shift_is_reported_once() {
    let expected = distinct_cues(40);
    let shifted = |from: usize, by: i64| {
        let moved = expected.iter().enumerate().map(|(at, (start, end, text))| {
            let by = if at >= from { by } else { 0 };
            (start + by, end + by, text.clone())
        });
        moved.collect::<Vec<_>>()
    };
    for (from, by) in [(0, 40), (12, 3_600_000), (38, 1), (0, 2_000), (7, 2_000)] {
        let diff = caption_diff(".srt", &srt_of(&expected), &srt_of(&shifted(from, by)));
        let count = 40 - from as u64;
        assert_eq!(
            changes(&diff),
            [(
                CaptionChangeKind::Shifted,
                count,
                Some(from as u64 + 1),
                Some(from as u64 + 1)
            )],
            "{from} {by}"
        );
        assert_eq!(
            (
                diff.changes[0].start_ms,
                diff.changes[0].end_ms,
                diff.shifted,
                diff.time
            ),
            (Some(by), Some(by), count, 0)
        );
    }
    // The shift is also found if a caption is dropped and another has a different text.
    let mut actual = shifted(0, -33);
    actual[0].0 = 0;
    actual[9].2 = "Something else is said.".to_owned();
    actual.remove(20);
    let diff = caption_diff(".srt", &srt_of(&expected), &srt_of(&actual));
    let kinds: Vec<_> = changes(&diff)
        .into_iter()
        .map(|(kind, count, expected, _)| (kind, count, expected))
        .collect();
    assert_eq!(
        kinds,
        [
            (CaptionChangeKind::Time, 1, Some(1)),
            (CaptionChangeKind::Shifted, 38, Some(2)),
            (CaptionChangeKind::Text, 1, Some(10)),
            (CaptionChangeKind::Dropped, 1, Some(21)),
        ]
    );
}

#[test]
fn ignored_differences_are_counted_separately() {
    let expected = srt_of(&distinct_cues(3));
    let (ops, diff) = compare_texts(".srt", &expected, &expected.replace('\n', "\r\n"));
    assert!(ops.iter().all(|op| op.tag() == DiffTag::Equal));
    assert_eq!((diff.change_count, diff.line_ends), (0, 12));
    let renumbered = expected.replacen("1\n", "7\n", 1);
    let (ops, diff) = compare_texts(".srt", &expected, &renumbered);
    assert!(ops.iter().all(|op| op.tag() == DiffTag::Equal));
    assert_eq!(
        (
            diff.change_count,
            diff.renumbered
                .map(|numbers| (numbers.count, numbers.expected_cue, numbers.least))
        ),
        (0, Some((1, 1, 6)))
    );
    // In spupng files, the number is in the timing line.
    let picture = |number: u32, start: &str| {
        format!(
            "<spu start=\"{start}\" end=\"9.000\" image=\"sub{number:04}.png\" xoffset=\"96\">\n<!--\nHello\n--></spu>\n"
        )
    };
    let diff = caption_diff(".xml", &picture(7, "1.000"), &picture(6, "1.000"));
    assert_eq!(
        (diff.change_count, diff.renumbered.map(|numbers| numbers.most)),
        (0, Some(-1))
    );
    let diff = caption_diff(
        ".xml",
        &picture(7, "1.000"),
        &picture(7, "1.000").replace("96", "97"),
    );
    assert_eq!(changes(&diff), [(CaptionChangeKind::Other, 1, Some(1), Some(1))]);
}

#[test]
fn kinds_of_changes_are_distinguished() {
    use CaptionChangeKind::{Added, Other, Text, Time};
    let expected = srt_of(&distinct_cues(5));
    for (from, to, kinds) in [
        ("said at 2.", "heard at 2.", &[(Text, 1, Some(3), Some(3))][..]),
        ("00:00:04,000", "00:00:04,100", &[(Time, 1, Some(3), Some(3))]),
        (
            "said at 4.\n\n",
            "said at 4.\n\n6\n00:00:20,000 --> 00:00:21,000\nMore.\n\n",
            &[(Added, 1, None, Some(6))],
        ),
        (
            "said at 1.\n\n",
            "said at 1.\n\n\n",
            &[(Other, 1, Some(2), Some(2))],
        ),
        (
            "00:00:02,000 --> 00:00:03,500",
            "00:00:02.000 --> 00:00:03.500",
            &[(Other, 1, Some(2), Some(2))],
        ),
        (
            "1\n00:00:00,000",
            "Made by hand\n\n1\n00:00:00,000",
            &[(Other, 1, None, None)],
        ),
    ] {
        assert!(expected.contains(from), "{from}");
        assert_eq!(
            changes(&caption_diff(".srt", &expected, &expected.replacen(from, to, 1))),
            kinds,
            "{to}"
        );
    }
    let transcript = "00:00:01,000|00:00:02,000|POP|One two\n00:00:03,000|00:00:04,000|POP|Two\n";
    assert_eq!(
        changes(&caption_diff(
            ".ttxt",
            transcript,
            &transcript.replace("One", "A")
        )),
        [(Text, 1, Some(1), Some(1))]
    );
    assert_eq!(
        changes(&caption_diff(
            ".ttxt",
            transcript,
            &transcript.replacen("POP", "RU2", 1)
        )),
        [(Other, 1, Some(1), Some(1))]
    );
    // Changes of consecutive captions are merged.
    let texts = expected.replace("said", "heard");
    assert_eq!(
        changes(&caption_diff(".srt", &expected, &texts)),
        [(Text, 5, Some(1), Some(1))]
    );
}

#[test]
fn distant_captions_with_equal_text_are_not_paired() {
    let expected = [
        (1_000, 2_000, "Yes."),
        (5_000, 6_000, "Something else."),
        (900_000, 901_000, "The end."),
    ];
    let actual = [
        (5_000, 6_000, "Something else."),
        (600_000, 601_000, "Yes."),
        (900_000, 901_000, "The end."),
    ];
    let diff = caption_diff(".srt", &srt(expected), &srt(actual));
    assert_eq!(
        changes(&diff),
        [
            (CaptionChangeKind::Dropped, 1, Some(1), None),
            (CaptionChangeKind::Added, 1, None, Some(2))
        ]
    );
}

#[test]
fn difficult_captions_stop_at_the_timeout() {
    let cues = |text: &dyn Fn(i64) -> String, shift: i64| {
        let cues: Vec<_> = (0..20_000)
            .map(|n| (n * 500 + shift * (n % 7), n * 500 + 400, text(n)))
            .collect();
        srt_of(&cues)
    };
    let inputs = [
        (
            cues(&|n| format!("{}", n * n % 97), 0),
            cues(&|n| format!("{}", n * n * n % 89), 3),
        ),
        (cues(&|_| "♪".to_owned(), 0), cues(&|_| "♪".to_owned(), 1)),
        (cues(&|n| format!("a{n}"), 0), cues(&|n| format!("b{n}"), 9)),
    ];
    for (index, (expected, actual)) in inputs.iter().enumerate() {
        let start = std::time::Instant::now();
        let limits = DiffLimits {
            timeout: Duration::from_millis(100),
            ..DiffLimits::DEFAULT
        };
        let (script, diff) = compare(".srt", &Lines::new(expected, actual), limits).expect("captions");
        assert!(diff.changes.len() <= CaptionDiff::MAX_CHANGES && !script.0.is_empty());
        assert!(
            start.elapsed() < MAX_ELAPSED,
            "input {index} took {:?}",
            start.elapsed()
        );
    }
}

fn cues() -> impl Strategy<Value = Vec<(i64, i64, &'static str)>> {
    let text = select(vec![
        "♪",
        "Yes.",
        "No.",
        "<i>Yes.</i>",
        "Good evening.\nHere is the news.",
        "12",
        "",
        "{\\an8}No.",
    ]);
    let cue = (0_i64..4_000, 0_i64..3_000, text);
    proptest::collection::vec(cue, 0..14).prop_map(|cues| {
        let mut at = 0;
        cues.into_iter()
            .map(|(gap, length, text)| {
                at += gap;
                (at, at + length, text)
            })
            .collect()
    })
}

/// SRT files, some of them malformed.
fn texts() -> impl Strategy<Value = String> {
    let broken = select(vec![
        "",
        "\n",
        "WEBVTT\n\n",
        "x\n",
        "-->\n",
        "00:00:01,000 -->\n",
        "3\n",
    ]);
    let end = select(vec!["", "\n", "x", "7\n"]);
    (broken, cues(), end, any::<bool>()).prop_map(|(head, cues, end, crlf)| {
        let text = format!("{head}{}{end}", srt(cues));
        if crlf { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #[test]
    fn every_line_and_every_caption_is_covered_once(expected in texts(), actual in texts()) {
        let lines = Lines::new(&expected, &actual);
        let Some((script, diff)) = compare(".srt", &lines, LIMITS) else { return Ok(()) };
        let (mut old, mut new) = (0, 0);
        for op in &script.0 {
            prop_assert_eq!((op.old_range().start, op.new_range().start), (old, new));
            (old, new) = (op.old_range().end, op.new_range().end);
            if op.tag() == DiffTag::Equal {
                prop_assert_eq!(op.old_range().len(), op.new_range().len());
            }
        }
        prop_assert_eq!((old, new), (lines.expected.len(), lines.actual.len()));
        prop_assert_eq!(diff.paired_count + diff.dropped, diff.expected_count);
        prop_assert_eq!(diff.paired_count + diff.added, diff.actual_count);
        let count = |kind| diff.changes.iter().filter(|change| change.kind == kind).map(|change| change.count).sum::<u64>();
        prop_assert_eq!(count(CaptionChangeKind::Dropped), diff.dropped);
        prop_assert_eq!(count(CaptionChangeKind::Added), diff.added);
        prop_assert_eq!(count(CaptionChangeKind::Text), diff.text);
        prop_assert_eq!(count(CaptionChangeKind::Time), diff.time);
        prop_assert_eq!(count(CaptionChangeKind::Shifted), diff.shifted);
    }

    #[test]
    fn equal_lines_differ_only_in_ignored_differences(expected in texts(), actual in texts()) {
        let lines = Lines::new(&expected, &actual);
        let Some((script, diff)) = compare(".srt", &lines, LIMITS) else { return Ok(()) };
        let without_digits = |line: &str| line.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let has_ignored = diff.renumbered.is_some() || diff.shifted > 0;
        for op in script.0.iter().filter(|op| op.tag() == DiffTag::Equal) {
            for (old, new) in op.old_range().zip(op.new_range()) {
                let (old, new) = (split_line_end(lines.expected[old]).0, split_line_end(lines.actual[new]).0);
                prop_assert!(old == new || (has_ignored && without_digits(old) == without_digits(new)), "{:?} {:?}", old, new);
            }
        }
        // No reported difference means no difference.
        if diff.change_count == 0 && diff.renumbered.is_none() && diff.line_ends == 0 {
            prop_assert!(expected == actual || expected.trim_end() == actual.trim_end(), "{:?} {:?}", expected, actual);
        }
    }

    #[test]
    fn equal_files_have_no_changes(cues in cues()) {
        let text = srt(cues);
        if let Some((_, diff)) = compare(".srt", &Lines::new(&text, &text), LIMITS) {
            prop_assert!(diff.changes.is_empty() && diff.renumbered.is_none() && diff.line_ends == 0);
        }
    }

    #[test]
    fn dropped_caption_of_many_is_one_change(count in 2_usize..60, place in any::<proptest::sample::Index>()) {
        let (expected, mut actual) = (distinct_cues(count), distinct_cues(count));
        let place = place.index(count);
        actual.remove(place);
        let diff = caption_diff(".srt", &srt_of(&expected), &srt_of(&actual));
        prop_assert_eq!(changes(&diff), [(CaptionChangeKind::Dropped, 1, Some(place as u64 + 1), None)]);
    }

    #[test]
    fn shifted_file_is_one_change(count in 2_usize..60, from in any::<proptest::sample::Index>(), by in 2_i64..5_000_000) {
        let from = from.index(count - 1);
        let expected = distinct_cues(count);
        let moved = |(at, (start, end, text)): (usize, &(i64, i64, String))| {
            let by = if at >= from { by } else { 0 };
            (start + by, end + by, text.clone())
        };
        let actual: Vec<_> = expected.iter().enumerate().map(moved).collect();
        let diff = caption_diff(".srt", &srt_of(&expected), &srt_of(&actual));
        let [CaptionChange { kind, count: shifted, start_ms, .. }] = diff.changes.as_slice() else { panic!("{:?}", diff.changes) };
        prop_assert_eq!((*kind, *shifted, *start_ms), (CaptionChangeKind::Shifted, (count - from) as u64, Some(by)));
    }
}
