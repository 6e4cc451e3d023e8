//! Compares searches of many lines with a search of each line.

use std::{ops::ControlFlow, sync::LazyLock};

use proptest::{collection::vec, prelude::*, sample::select};
use regex::{Regex, RegexBuilder};

use runlens_terminal::{Encoding, visible_text};

use super::{MAX_RANGES, Pattern};
use crate::{Error, line::end_length};

/// Returns the visible text of each line.
fn visible_lines(buffer: &[u8], encoding: Encoding, is_file_start: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, raw) in buffer.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let mut bytes = &raw[..raw.len() - end_length(raw)];
        if is_file_start && index == 0 && encoding == Encoding::Utf8 {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        lines.push(visible_text(&encoding.decode(bytes)).into_owned());
    }
    lines
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let parts = vec![
        "foo", "bar", "Foo", "baz", "12", "x", " ", "\t", "\r", "\n", "\n", "\r\n", "\n\n", "\x1b[31m",
        "\x1b[0m", "\x1b", "\x1b]0;", "\x07", "\0", "é", "É", "ſ", "K", "k", "ss", "ß", "\u{feff}", "€", "_",
        "^", "$",
    ];
    vec(select(parts), 0..60).prop_map(|parts| parts.concat().into_bytes())
}

/// UTF-8 that can end within a character, or any bytes as Windows-1252.
fn log() -> impl Strategy<Value = (Vec<u8>, Encoding)> {
    let utf8 = (
        content(),
        select(vec![&b""[..], b"\xc3", b"\xf0\x9f\x98", b"\xef\xbb\xbf"]),
    )
        .prop_map(|(content, end)| [&content, end].concat());
    prop_oneof![
        utf8.prop_map(|content| (content, Encoding::Utf8)),
        (content(), vec(any::<u8>(), 0..9), content())
            .prop_map(|(a, b, c)| ([a, b, c].concat(), Encoding::Windows1252)),
    ]
}

const REGEXES: [&str; 26] = [
    "foo",
    "^foo",
    "foo$",
    "^$",
    "^",
    "$",
    "",
    "x*",
    "fo+.*bar",
    r"\s",
    r"\s+foo",
    "[^x]",
    "[^x]+$",
    "^[^x]*$",
    r"foo\b",
    r"\Bbar",
    "(?-i)foo",
    r"\w+\s+bar",
    r"(foo|\d+)\s",
    "k",
    "s",
    "(?s)foo.bar",
    r"[\s\S]bar",
    "(?x) foo # \n bar",
    r"\pL{3}$",
    "é|€",
];

const LITERALS: [&str; 15] = [
    "foo", "BAR", "foo bar", "é", "ss", "K", "\r", "\n", "o\nb", "\x1b", "\0", "^", "12x", "\u{feff}",
    "\u{fffd}",
];

/// Patterns, and the same as expressions for single lines.
static PATTERNS: LazyLock<Vec<(Pattern, Regex)>> = LazyLock::new(|| {
    let naive = |regex: &str| {
        RegexBuilder::new(regex)
            .case_insensitive(true)
            .multi_line(true)
            .build()
            .expect("a pattern")
    };
    let regexes = REGEXES
        .into_iter()
        .map(|regex| (Pattern::regex(regex).expect("a pattern"), naive(regex)));
    let literals = LITERALS.into_iter().map(|text| {
        (
            Pattern::literal(text).expect("a text"),
            naive(&regex::escape(text)),
        )
    });
    regexes.chain(literals).collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_buffer_is_searched_like_its_lines(
        (buffer, encoding) in log(), is_file_start in any::<bool>(),
        regex in 0..REGEXES.len(), literal in REGEXES.len()..REGEXES.len() + LITERALS.len(),
    ) {
        let lines = visible_lines(&buffer, encoding, is_file_start);
        for (pattern, naive) in [&PATTERNS[regex], &PATTERNS[literal]] {
            let expected: Vec<usize> = (0..lines.len()).filter(|index| naive.is_match(&lines[*index])).collect();
            let mut found = Vec::new();
            let flow = pattern.for_each_match(&buffer, encoding, is_file_start, |index, range| {
                found.push((index, range));
                ControlFlow::Continue(())
            });
            prop_assert!(flow.is_continue());
            let raw: Vec<&[u8]> = buffer.split_inclusive(|byte| *byte == b'\n').collect();
            prop_assert_eq!(found.iter().map(|(index, _)| *index).collect::<Vec<_>>(), expected, "{:?}", naive);
            for (index, range) in found {
                prop_assert_eq!(range.start, raw[..index].iter().map(|line| line.len()).sum::<usize>());
                prop_assert_eq!(&buffer[range], raw[index]);
            }
            for line in &lines {
                prop_assert_eq!(pattern.matches_line(line), naive.is_match(line));
                let expected: Vec<String> =
                    naive.find_iter(line).filter(|found| !found.is_empty()).take(MAX_RANGES).map(|found| found.as_str().to_owned()).collect();
                let cut = |range: &std::ops::Range<u32>| line.chars().skip(range.start as usize).take(range.len()).collect::<String>();
                prop_assert_eq!(pattern.ranges(line).iter().map(cut).collect::<Vec<_>>(), expected);
            }
        }
    }
}

proptest! {
    // Each compiles patterns.
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_line_in_parts_is_searched_like_the_whole_line(
        content in content(), cuts in vec(0usize..100, 0..6),
        regex in 0..REGEXES.len(), literal in REGEXES.len()..REGEXES.len() + LITERALS.len(),
    ) {
        let line: Vec<u8> = content.into_iter().filter(|byte| *byte != b'\n').collect();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(line.len())).chain([0, line.len()]).collect();
        cuts.sort_unstable();
        for (pattern, _) in [&PATTERNS[regex], &PATTERNS[literal]] {
            let mut search = pattern.search_long_line(Encoding::Utf8).expect("a search");
            let is_found = cuts.windows(2).enumerate().any(|(index, cut)| search.push(&line[cut[0]..cut[1]], index + 2 == cuts.len()));
            prop_assert_eq!(is_found, pattern.matches_line(&visible_lines(&line, Encoding::Utf8, false).concat()), "{:?}", pattern.source);
        }
    }

    #[test]
    fn any_expression_is_accepted_or_rejected(regex in "[a-z(){}?*+|^$.,0-9\\[\\]\\\\-]{0,40}|.{0,210}") {
        match Pattern::regex(&regex) {
            Ok(pattern) => {
                let flow = pattern.for_each_match(b"abc 12\n\xc3", Encoding::Utf8, true, |index, _| {
                    assert!(index < 2);
                    ControlFlow::Continue(())
                });
                prop_assert!(flow.is_continue());
            }
            Err(Error::InvalidRegex(_)) => {}
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

#[test]
fn invalid_expressions_are_rejected_with_the_position_of_the_error() {
    let cases = [
        ("a(b", "has a fault at character 2: unclosed group"),
        ("é[a", "has a fault at character 2: unclosed character class"),
        (
            "*a",
            "has a fault at character 1: repetition operator missing expression",
        ),
        (
            r"a\pZq\p{No Such}",
            "has a fault at character 6: Unicode property not found",
        ),
        (
            r"ab\nc",
            "has a fault at character 3: a line's end is never matched",
        ),
        (
            r"x\x0A",
            "has a fault at character 2: a line's end is never matched",
        ),
        (r"a|\Ab", "has a fault at character 3: a line starts at `^`"),
        (r"b\z", "has a fault at character 2: a line ends at `$`"),
        (
            "(?-m)^a",
            "has a fault at character 3: `m` and `u` cannot be turned off",
        ),
        (
            "(?s-u:.)",
            "has a fault at character 3: `m` and `u` cannot be turned off",
        ),
        (r"\w{1000}{9}", "is too large: repeat less"),
    ];
    for (regex, expected) in cases {
        let Err(Error::InvalidRegex(message)) = Pattern::regex(regex) else {
            panic!("{regex} was accepted")
        };
        assert_eq!(message, expected, "{regex}");
    }
    assert!(Pattern::regex(&"é".repeat(200)).is_ok());
    assert!(Pattern::regex(&"é".repeat(201)).is_err());
    assert!(Pattern::regex(&"(".repeat(200)).is_err());
}

#[test]
fn ranges_are_counted_in_characters() {
    let pattern = Pattern::regex("[äo]+").expect("a pattern");
    assert_eq!(pattern.ranges("Äo 😀 foo ÖÄ"), [0..2, 6..8, 10..11]);
    assert!(pattern.ranges("").is_empty());
    assert_eq!(
        Pattern::literal("a")
            .expect("a text")
            .ranges(&"a".repeat(100))
            .len(),
        MAX_RANGES
    );
}

#[test]
fn a_match_that_starts_far_before_a_part_is_found_if_it_can_end_early() {
    let far = vec![b'.'; 200_000];
    for (regex, expected) in [
        ("foo.*", true),
        ("foo", true),
        ("bar$", true),
        ("^foo", true),
        ("^bar", false),
        ("^\\.", false),
    ] {
        let pattern = Pattern::regex(regex).expect("a pattern");
        let mut search = pattern.search_long_line(Encoding::Windows1252).expect("a search");
        let is_found = search.push(b"fo", false)
            || search.push(b"o", false)
            || search.push(&far, false)
            || search.push(b"bar", true);
        assert_eq!(is_found, expected, "{regex}");
    }
}

#[test]
fn a_match_waits_for_the_rest_of_the_character_after_it() {
    // `ª` is a letter, so no word ends before it; its first byte alone is not.
    for (parts, expected) in [
        ([&b"errors\xc2"[..], b"\xaa"], false),
        ([b"errors", "ª".as_bytes()], false),
        ([b"errors\xe2\x80", b"\x94"], true),
        ([b"errors", b" x"], true),
    ] {
        let pattern = Pattern::regex(r"s\b").expect("a pattern");
        let mut search = pattern.search_long_line(Encoding::Utf8).expect("a search");
        let is_found = search.push(parts[0], false) || search.push(parts[1], true);
        assert_eq!(is_found, expected, "{parts:?}");
    }
}
