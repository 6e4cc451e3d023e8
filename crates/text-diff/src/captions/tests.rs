//! What is read of each format, as tables; what is said of differences, as examples and as properties.

use std::time::Duration;

use proptest::{prelude::*, sample::select};
use runlens_api_types::output::{CaptionChange, CaptionChangeKind, CaptionDiff, CaptionFormat};
use similar::{DiffOp, DiffTag};

use super::{
    compare,
    parse::{self, clock},
};
use crate::lines::{Limits, Lines, split_end};

const LIMITS: Limits = Limits {
    time: Duration::from_secs(3600),
    ..Limits::DEFAULT
};

fn compared(extension: &str, expected: &str, actual: &str) -> (Vec<DiffOp>, CaptionDiff) {
    compare(extension, &Lines::of(expected, actual), LIMITS).expect("captions")
}

/// What is said of a difference.
fn said(extension: &str, expected: &str, actual: &str) -> CaptionDiff {
    compared(extension, expected, actual).1
}

/// Kind, number of captions, the first of them.
fn words(diff: &CaptionDiff) -> Vec<(CaptionChangeKind, u64, Option<u64>, Option<u64>)> {
    diff.changes
        .iter()
        .map(|change| (change.kind, change.count, change.expected_cue, change.actual_cue))
        .collect()
}

fn time(millis: i64) -> String {
    let seconds = millis / 1000;
    format!(
        "{:02}:{:02}:{:02},{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        millis % 1000
    )
}

/// Captions with these times, in milliseconds, and texts.
fn srt<'a>(cues: impl IntoIterator<Item = (i64, i64, &'a str)>) -> String {
    let cue = |(number, (start, end, text)): (usize, (i64, i64, &str))| {
        format!("{number}\n{} --> {}\n{text}\n\n", time(start), time(end))
    };
    (1..).zip(cues).map(cue).collect()
}

/// So many captions, each with a text of its own.
fn numbered(count: usize) -> Vec<(i64, i64, String)> {
    (0..count as i64)
        .map(|n| (n * 2_000, n * 2_000 + 1_500, format!("This is said at {n}.")))
        .collect()
}

fn of(cues: &[(i64, i64, String)]) -> String {
    srt(cues
        .iter()
        .map(|(start, end, text)| (*start, *end, text.as_str())))
}

#[test]
fn times_are_read_as_they_are_written() {
    for (text, millis) in [
        ("00:00:01,000", Some(1_000)),
        ("01:02:03.450", Some(3_723_450)),
        ("1:02.5", Some(62_500)),
        ("0:00:01.05", Some(1_050)),
        ("62.345", Some(62_345)),
        ("62", None),
        ("20140407110102.345", clock("20140407110102,345")),
        ("00:00:01,0000", None),
        ("00:00", Some(0)),
        ("-1:00", None),
        ("", None),
        ("99999999999999999999:00:00", None),
        ("9999999999999999:00:00", None),
        ("a:b:c,d", None),
    ] {
        assert_eq!(clock(text), millis, "{text}");
    }
    let days = |from: &str, to: &str| (clock(to).expect(to) - clock(from).expect(from)) / 86_400_000;
    assert_eq!(days("20240228000000.000", "20240301000000.000"), 2);
    assert_eq!(days("20231231000000.000", "20240101000000.000"), 1);
}

#[test]
fn captions_of_every_format_are_read() {
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
        assert_eq!(parse::format(extension, &lines), Some(format), "{extension}");
        let track = parse::parse(format, &lines).expect(extension);
        let starts: Vec<i64> = track.cues.iter().map(|cue| cue.start % 86_400_000).collect();
        assert_eq!(starts, [1_000, 3_000], "{extension}");
        assert!(
            track.cues[0].key.contains("One") || format == CaptionFormat::Spu,
            "{extension}: {}",
            track.cues[0].key
        );
        // Every line belongs somewhere.
        let covered: Vec<usize> = (0..track.head)
            .chain(track.cues.iter().flat_map(|cue| cue.lines.clone()))
            .collect();
        assert_eq!(covered, (0..lines.len()).collect::<Vec<_>>(), "{extension}");
        let (ops, diff) = compared(extension, text, text);
        assert!(
            diff.changes.is_empty() && ops.iter().all(|op| op.tag() == DiffTag::Equal),
            "{extension}: {diff:?}"
        );
        assert_eq!(diff.paired_count, 2);
    }
    let lines = Lines::of("no captions\n", "00:00:01,000 --> 00:00:02,000\nOne\n");
    assert!(compare(".srt", &lines, LIMITS).is_none(), "one side holds none");
    for extension in [".png", "", ".txt"] {
        assert!(
            compare(extension, &Lines::of("a\n", "b\n"), LIMITS).is_none(),
            "{extension}"
        );
    }
    assert_eq!(
        words(&said(".srt", &of(&numbered(3)), "")),
        [(CaptionChangeKind::Dropped, 3, Some(1), None)],
        "nothing is nothing, not unreadable"
    );
}

#[test]
fn a_caption_that_is_dropped_is_one_difference() {
    for place in [0, 1, 499, 998, 999] {
        let (expected, mut actual) = (numbered(1_000), numbered(1_000));
        actual.remove(place);
        let diff = said(".srt", &of(&expected), &of(&actual));
        assert_eq!(
            words(&diff),
            [(CaptionChangeKind::Dropped, 1, Some(place as u64 + 1), None)]
        );
        let renumbered = diff
            .renumbered
            .map(|numbers| (numbers.count, numbers.least, numbers.most));
        assert_eq!(renumbered, (place < 999).then_some((999 - place as u64, -1, -1)));
    }
}

#[test]
fn a_caption_that_is_dropped_among_many_alike_is_found_by_its_time() {
    let alike: Vec<_> = numbered(100)
        .into_iter()
        .map(|(start, end, _)| (start, end, "♪".to_owned()))
        .collect();
    for shift in [0, 4_321, 70_001] {
        let mut actual: Vec<_> = alike
            .iter()
            .map(|(start, end, text)| (start + shift, end + shift, text.clone()))
            .collect();
        actual.remove(40);
        let diff = said(".srt", &of(&alike), &of(&actual));
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
fn a_shift_is_said_once() {
    let expected = numbered(40);
    let shifted = |from: usize, by: i64| {
        let moved = expected.iter().enumerate().map(|(at, (start, end, text))| {
            let by = if at >= from { by } else { 0 };
            (start + by, end + by, text.clone())
        });
        moved.collect::<Vec<_>>()
    };
    for (from, by) in [(0, 40), (12, 3_600_000), (38, 1), (0, 2_000), (7, 2_000)] {
        let diff = said(".srt", &of(&expected), &of(&shifted(from, by)));
        let count = 40 - from as u64;
        assert_eq!(
            words(&diff),
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
    // Together with a caption that is dropped, and one with another text.
    let mut actual = shifted(0, -33);
    actual[0].0 = 0;
    actual[9].2 = "Something else is said.".to_owned();
    actual.remove(20);
    let diff = said(".srt", &of(&expected), &of(&actual));
    let kinds: Vec<_> = words(&diff)
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
fn what_does_not_count_is_equal_and_said_apart() {
    let expected = of(&numbered(3));
    let (ops, diff) = compared(".srt", &expected, &expected.replace('\n', "\r\n"));
    assert!(ops.iter().all(|op| op.tag() == DiffTag::Equal));
    assert_eq!((diff.change_count, diff.line_ends), (0, 12));
    let renumbered = expected.replacen("1\n", "7\n", 1);
    let (ops, diff) = compared(".srt", &expected, &renumbered);
    assert!(ops.iter().all(|op| op.tag() == DiffTag::Equal));
    assert_eq!(
        (
            diff.change_count,
            diff.renumbered
                .map(|numbers| (numbers.count, numbers.expected_cue, numbers.least))
        ),
        (0, Some((1, 1, 6)))
    );
    // The number of a picture is part of the line with its times.
    let picture = |number: u32, start: &str| {
        format!(
            "<spu start=\"{start}\" end=\"9.000\" image=\"sub{number:04}.png\" xoffset=\"96\">\n<!--\nHello\n--></spu>\n"
        )
    };
    let diff = said(".xml", &picture(7, "1.000"), &picture(6, "1.000"));
    assert_eq!(
        (diff.change_count, diff.renumbered.map(|numbers| numbers.most)),
        (0, Some(-1))
    );
    let diff = said(
        ".xml",
        &picture(7, "1.000"),
        &picture(7, "1.000").replace("96", "97"),
    );
    assert_eq!(words(&diff), [(CaptionChangeKind::Other, 1, Some(1), Some(1))]);
}

#[test]
fn each_thing_that_differs_is_named() {
    use CaptionChangeKind::{Added, Other, Text, Time};
    let expected = of(&numbered(5));
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
            words(&said(".srt", &expected, &expected.replacen(from, to, 1))),
            kinds,
            "{to}"
        );
    }
    let transcript = "00:00:01,000|00:00:02,000|POP|One two\n00:00:03,000|00:00:04,000|POP|Two\n";
    assert_eq!(
        words(&said(".ttxt", transcript, &transcript.replace("One", "A"))),
        [(Text, 1, Some(1), Some(1))]
    );
    assert_eq!(
        words(&said(".ttxt", transcript, &transcript.replacen("POP", "RU2", 1))),
        [(Other, 1, Some(1), Some(1))]
    );
    // What follows each other is said together.
    let texts = expected.replace("said", "heard");
    assert_eq!(
        words(&said(".srt", &expected, &texts)),
        [(Text, 5, Some(1), Some(1))]
    );
}

#[test]
fn captions_that_have_only_their_text_in_common_are_not_the_same() {
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
    let diff = said(".srt", &srt(expected), &srt(actual));
    assert_eq!(
        words(&diff),
        [
            (CaptionChangeKind::Dropped, 1, Some(1), None),
            (CaptionChangeKind::Added, 1, None, Some(2))
        ]
    );
}

#[test]
fn no_captions_take_long() {
    let cues = |text: &dyn Fn(i64) -> String, shift: i64| {
        let cues: Vec<_> = (0..20_000)
            .map(|n| (n * 500 + shift * (n % 7), n * 500 + 400, text(n)))
            .collect();
        of(&cues)
    };
    let inputs = [
        (
            cues(&|n| format!("{}", n * n % 97), 0),
            cues(&|n| format!("{}", n * n * n % 89), 3),
        ),
        (cues(&|_| "♪".to_owned(), 0), cues(&|_| "♪".to_owned(), 1)),
        (cues(&|n| format!("a{n}"), 0), cues(&|n| format!("b{n}"), 9)),
    ];
    for (place, (expected, actual)) in inputs.iter().enumerate() {
        let start = std::time::Instant::now();
        let limits = Limits {
            time: Duration::from_millis(100),
            ..Limits::DEFAULT
        };
        let (ops, diff) = compare(".srt", &Lines::of(expected, actual), limits).expect("captions");
        assert!(diff.changes.len() <= CaptionDiff::MAX_CHANGES && !ops.is_empty());
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "input {place} took {:?}",
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

/// Texts that are captions, more or less.
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
    fn every_line_and_every_caption_is_accounted_for_once(expected in texts(), actual in texts()) {
        let lines = Lines::of(&expected, &actual);
        let Some((ops, diff)) = compare(".srt", &lines, LIMITS) else { return Ok(()) };
        let (mut old, mut new) = (0, 0);
        for op in &ops {
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
    fn what_is_called_equal_is_equal_but_for_what_is_said_apart(expected in texts(), actual in texts()) {
        let lines = Lines::of(&expected, &actual);
        let Some((ops, diff)) = compare(".srt", &lines, LIMITS) else { return Ok(()) };
        let without_digits = |line: &str| line.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let has_said = diff.renumbered.is_some() || diff.shifted > 0;
        for op in ops.iter().filter(|op| op.tag() == DiffTag::Equal) {
            for (old, new) in op.old_range().zip(op.new_range()) {
                let (old, new) = (split_end(lines.expected[old]).0, split_end(lines.actual[new]).0);
                prop_assert!(old == new || (has_said && without_digits(old) == without_digits(new)), "{:?} {:?}", old, new);
            }
        }
        // Silence means agreement.
        if diff.change_count == 0 && diff.renumbered.is_none() && diff.line_ends == 0 {
            prop_assert!(expected == actual || expected.trim_end() == actual.trim_end(), "{:?} {:?}", expected, actual);
        }
    }

    #[test]
    fn the_same_captions_have_no_difference(cues in cues()) {
        let text = srt(cues);
        if let Some((_, diff)) = compare(".srt", &Lines::of(&text, &text), LIMITS) {
            prop_assert!(diff.changes.is_empty() && diff.renumbered.is_none() && diff.line_ends == 0);
        }
    }

    #[test]
    fn one_of_many_that_is_dropped_is_one_difference(count in 2_usize..60, place in any::<proptest::sample::Index>()) {
        let (expected, mut actual) = (numbered(count), numbered(count));
        let place = place.index(count);
        actual.remove(place);
        let diff = said(".srt", &of(&expected), &of(&actual));
        prop_assert_eq!(words(&diff), [(CaptionChangeKind::Dropped, 1, Some(place as u64 + 1), None)]);
    }

    #[test]
    fn a_file_that_is_shifted_is_one_statement(count in 2_usize..60, from in any::<proptest::sample::Index>(), by in 2_i64..5_000_000) {
        let from = from.index(count - 1);
        let expected = numbered(count);
        let moved = |(at, (start, end, text)): (usize, &(i64, i64, String))| {
            let by = if at >= from { by } else { 0 };
            (start + by, end + by, text.clone())
        };
        let actual: Vec<_> = expected.iter().enumerate().map(moved).collect();
        let diff = said(".srt", &of(&expected), &of(&actual));
        let [CaptionChange { kind, count: of_them, start_ms, .. }] = diff.changes.as_slice() else { panic!("{:?}", diff.changes) };
        prop_assert_eq!((*kind, *of_them, *start_ms), (CaptionChangeKind::Shifted, (count - from) as u64, Some(by)));
    }
}
