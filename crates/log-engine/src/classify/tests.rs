//! Levels and sources against patterns that say the same in another way.

use std::sync::LazyLock;

use proptest::{collection::vec, prelude::*, sample::select};
use regex::Regex;
use runlens_api_types::{
    TextEnum as _,
    log::{LogLevel, LogSource},
};

use super::{level, source};
use crate::logs::{Limits, ansi::visible, encoding::Encoding, index::Counts, line::end_length};

fn tally(buffer: &[u8], encoding: Encoding, is_first: bool) -> Counts {
    let tallied = super::tally(buffer, encoding, is_first);
    assert_eq!(tallied.is_ascii, buffer.is_ascii());
    tallied.counts
}

mod oracle {
    //! Words are of ASCII (`(?-u)` leaves out ſ, which is an s in Unicode); letters and spaces beside them are Unicode's.

    use super::*;

    pub(super) fn source(line: &str) -> LogSource {
        let line = line.to_ascii_lowercase();
        LogSource::ALL
            .iter()
            .copied()
            .find(|source| line.contains(source.as_str()))
            .unwrap_or(LogSource::Web)
    }

    pub(super) fn level(line: &str) -> LogLevel {
        explicit_level(line)
            .or_else(|| worst_word(line))
            .unwrap_or(LogLevel::Info)
    }

    fn explicit_level(line: &str) -> Option<LogLevel> {
        static START: LazyLock<Regex> = LazyLock::new(|| {
            compile(
                r#"(?xi) ^ \s*
            (?: (?: \w+ = )? ["'\[(]? (?: [0-9]{4}-[0-9]{2}-[0-9]{2} [T\ ] )? [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9.,:+Z-]* ["'\])]? [\s|:,-]* )?
            (?: (?: \[ [^\]]* \] | \( [^)]* \) ) [\s|:,-]* )*?
            [\[(]? \s* (?: (?: level | lvl | (?-u:severity) ) \s* = \s* )? ["']?
            ( critical | fatal | error | warning | warn | info | debug | trace )
            (?: $ | [\s:,;!|"'\[\])>] )"#,
            )
        });
        let word = START.captures(line)?.get(1)?.as_str().to_ascii_lowercase();
        Some(match word.as_str() {
            "critical" | "fatal" => LogLevel::Critical,
            "error" => LogLevel::Error,
            "warning" | "warn" => LogLevel::Warning,
            "debug" | "trace" => LogLevel::Debug,
            _ => LogLevel::Info,
        })
    }

    fn worst_word(line: &str) -> Option<LogLevel> {
        static WORD: LazyLock<Regex> = LazyLock::new(|| compile(r"(?i)(\w+(?:[.-]\w+)*)(?:\((?-u:s)\))?"));
        let mut worst: Option<LogLevel> = None;
        // A level word whose count may still follow.
        let mut pending: Option<LogLevel> = None;
        let (mut counted_as_none, mut end) = (false, 0);
        for word in WORD.captures_iter(line) {
            let Some((whole, text)) = word.get(0).zip(word.get(1)) else {
                continue;
            };
            let gap = &line[end..whole.start()];
            end = whole.end();
            let text = text.as_str().to_ascii_lowercase();
            let is_count_of_pending = matches!(gap.trim(), ":" | "=") && text == "0";
            if let Some(level) = pending.take().filter(|_| !is_count_of_pending) {
                worst = worse(worst, level);
            }
            counted_as_none &= gap.chars().all(|c| c.is_whitespace() || c == '/');
            let found = match text.as_str() {
                "critical" | "fatal" => Some(LogLevel::Critical),
                "error" | "errors" => Some(LogLevel::Error),
                "warning" | "warnings" => Some(LogLevel::Warning),
                _ => None,
            };
            match (found, text.as_str()) {
                (Some(level), _) => pending = (!counted_as_none).then_some(level),
                (None, "0" | "no" | "zero" | "without") => counted_as_none = true,
                (None, "any" | "or" | "and" | "nor") => {}
                (None, _) => counted_as_none = false,
            }
        }
        pending.map_or(worst, |level| worse(worst, level))
    }

    fn worse(worst: Option<LogLevel>, level: LogLevel) -> Option<LogLevel> {
        // The worst level comes first.
        Some(worst.map_or(level, |worst| worst.min(level)))
    }

    fn compile(pattern: &str) -> Regex {
        Regex::new(pattern).expect("a valid pattern")
    }

    /// Line by line.
    pub(super) fn tally(buffer: &[u8], encoding: Encoding, is_first: bool) -> Counts {
        let mut counts = Counts::default();
        for (index, raw) in buffer.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let mut bytes = &raw[..raw.len() - end_length(raw)];
            if is_first && index == 0 && encoding == Encoding::Utf8 {
                bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            }
            let text = encoding.decode(&bytes[..bytes.len().min(Limits::DEFAULT.max_line as usize)]);
            let shown = visible(&text);
            counts.levels[LogLevel::ALL
                .iter()
                .position(|known| *known == level(&shown))
                .expect("a level")] += 1;
            counts.sources[LogSource::ALL
                .iter()
                .position(|known| *known == source(&shown))
                .expect("a source")] += 1;
        }
        counts
    }
}

#[test]
fn the_level_is_the_word_at_the_start_else_the_worst_word_not_counted_as_none() {
    use LogLevel::{Critical, Debug, Error, Info, Warning};
    let cases = [
        // The word at the start, whatever its case.
        ("ERROR: no space left", Error),
        ("error: linker `cc` not found", Error),
        ("error[E0308]: mismatched types", Error),
        ("error", Error),
        ("Error, giving up", Error),
        ("[ERROR] x", Error),
        ("[error]", Error),
        ("(error) x", Error),
        ("WARN disk is nearly full", Warning),
        ("warn: x", Warning),
        ("Warning: x", Warning),
        ("warning: unused variable: `error`", Warning),
        ("FATAL: x", Critical),
        ("fatal: not a git repository", Critical),
        ("fatal error: avformat.h: No such file or directory", Critical),
        ("CRITICAL x", Critical),
        ("TRACE x", Debug),
        ("DEBUG: an error that is none", Debug),
        ("INFO: 3 errors were found", Info),
        ("[info] error", Info),
        ("level=info msg=error", Info),
        ("level=warning msg=x", Warning),
        ("level=\"error\" msg=x", Error),
        ("   error: indented", Error),
        ("ERROR - x", Error),
        ("ERROR|x", Error),
        // After a time and brackets.
        ("2026-06-27 12:00:00 ERROR x", Error),
        ("2026-06-27T12:00:00Z WARN x", Warning),
        ("2026-06-27T12:00:00.123456+02:00 debug: error", Debug),
        ("2026-06-27 12:00:00,123 - INFO - error", Info),
        ("12:00:00 FATAL x", Critical),
        ("[2026-06-27 12:00:00] [worker] [ERROR] x", Error),
        ("[2026-06-27 12:00:00] [worker] INFO: error", Info),
        ("[2026-06-27T12:00:00Z WARN  runlens::logs] error", Warning),
        ("2026-06-27 12:00:00 [worker] DEBUG error", Debug),
        ("[worker][INFO] error", Info),
        ("[worker] (main) [DEBUG] error", Debug),
        ("time=\"2026-06-27T12:00:00Z\" level=info msg=\"error\"", Info),
        // The worst word.
        ("main.c:12:5: error: expected `;`", Error),
        ("main.c:1:10: fatal error: x.h: No such file", Critical),
        ("main.c:12:5: warning: unused variable", Warning),
        ("make: *** [Makefile:12: all] Error 1", Error),
        ("3 errors, 12 warnings", Error),
        ("2 warnings", Warning),
        ("2 error(s), 0 warning(s)", Error),
        ("10 errors", Error),
        ("version 1.0 error", Error),
        ("a warning, then an error", Error),
        ("a CRITICAL section", Critical),
        ("the run ended with an error.", Error),
        ("failed with error: 0x80070005", Error),
        // Counted as none.
        ("0 errors", Info),
        ("0 errors, 0 warnings", Info),
        ("0 errors, 3 warnings", Warning),
        ("0 error(s), 3 warning(s)", Warning),
        ("    0 Error(s)", Info),
        ("no warnings", Info),
        ("No errors or warnings", Info),
        ("No errors, 1 warning", Warning),
        ("0 errors and 5 warnings", Warning),
        ("0 errors/warnings", Info),
        ("0 fatal errors", Info),
        ("finished without any errors", Info),
        ("zero errors", Info),
        ("errors: 0", Info),
        ("Errors: 0, Warnings: 2", Warning),
        ("Tests: 240, errors=0", Info),
        ("Errors: 05", Error),
        ("no. Error!", Error),
        // No whole word.
        ("terror", Info),
        ("errorless", Info),
        ("error_count = 3", Info),
        ("RuntimeError: x", Info),
        ("cc -Wall -Werror -Wno-error=format main.c", Info),
        ("   Compiling quick-error v2.0.1", Info),
        ("[ 50%] Building C object lib/error.c.o", Info),
        ("error.rs was formatted", Info),
        ("error-prone code", Info),
        ("prewarning", Info),
        // Nothing at all.
        ("[ 50%] Building C object main.c.o", Info),
        ("information about a run", Info),
        ("notice: x", Info),
        ("", Info),
        ("[", Info),
        ("[never closed error", Error),
        ("\0\0", Info),
        ("erro\u{301}r", Info),
        // Colours do not matter.
        ("\x1b[1m\x1b[31merror\x1b[0m: x", Error),
        ("\x1b[33mwarning\x1b[0m\x1b[1m: error\x1b[0m", Warning),
        ("\x1b[32mer\x1b[1mror\x1b[0m: x", Error),
        ("\x1b[31m0 errors\x1b[0m", Info),
    ];
    for (line, expected) in cases {
        assert_eq!(level(&visible(line)), expected, "{line:?}");
    }
}

#[test]
fn the_source_is_the_first_of_the_list_that_is_named() {
    let cases = [
        ("worker asks the orchestrator", LogSource::Orchestrator),
        ("the build runs on a WORKER", LogSource::Worker),
        ("Building CXX object", LogSource::Build),
        ("rebuilt", LogSource::Web),
        ("test_runner: web", LogSource::TestRunner),
        ("web", LogSource::Web),
        ("nobody", LogSource::Web),
        ("", LogSource::Web),
        ("\x1b[1mwor\x1b[0mker", LogSource::Worker),
    ];
    for (line, expected) in cases {
        assert_eq!(source(&visible(line)), expected, "{line:?}");
    }
}

/// A word in any case.
fn word() -> impl Strategy<Value = String> {
    let words = vec![
        "critical",
        "fatal",
        "error",
        "errors",
        "warn",
        "warning",
        "warnings",
        "info",
        "debug",
        "trace",
        "orchestrator",
        "worker",
        "build",
        "test_runner",
        "web",
        "level",
        "lvl",
        "severity",
        "ſeverity",
        "no",
        "any",
        "or",
        "without",
        "zero",
        "wait",
        "information",
    ];
    (select(words), any::<u8>()).prop_map(|(word, case)| match case % 4 {
        0 => word.to_uppercase(),
        1 => word
            .chars()
            .enumerate()
            .map(|(at, c)| if at % 2 == 0 { c.to_ascii_uppercase() } else { c })
            .collect(),
        _ => word.to_owned(),
    })
}

/// What stands between words.
fn between() -> impl Strategy<Value = String> {
    let bits = vec![
        " ",
        "  ",
        "\t",
        "[",
        "]",
        "(",
        ")",
        "(s)",
        "(S)",
        "(ſ)",
        ":",
        ": ",
        "=",
        " = ",
        "=0",
        ": 0",
        "0 ",
        "0",
        "12:00:00",
        "12:00:00.5Z",
        "time=",
        "2026-06-27 12:00:00",
        "2026-06-27T12:00:00,123+02:00",
        "[2026-06-27 12:00:00]",
        "2026-06-2x 12:00:00",
        "12:0:00",
        "\"",
        "'",
        "|",
        ",",
        "-",
        ".",
        "/",
        ";",
        "!",
        ">",
        "_",
        ".rs",
        "-Wno-",
        "é",
        "²",
        "\u{301}",
        "\u{a0}",
        "\u{2003}",
        "\u{85}",
        "€",
        "😀",
        "\u{fffd}",
        "\0",
        "\r",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b",
        "\x1b]0;t\x07",
        "\x1b(B",
        "\u{200d}",
        "‿",
        "\u{c}",
        "x",
        "ſ",
        "K",
    ];
    select(bits).prop_map(str::to_owned)
}

fn line() -> impl Strategy<Value = String> {
    vec(prop_oneof![word(), between(), between()], 0..12).prop_map(|bits| bits.concat())
}

fn raw_line() -> impl Strategy<Value = Vec<u8>> {
    let junk = vec(
        any::<u8>().prop_filter("no line end", |byte| *byte != b'\n'),
        0..4,
    );
    let bits = prop_oneof![
        word().prop_map(String::into_bytes),
        between().prop_map(String::into_bytes),
        between().prop_map(String::into_bytes),
        junk,
        select(vec![
            &b"\xe9"[..],
            b"\xa0",
            b"\xc3",
            b"\x80",
            b"\xff",
            b"\xf0\x9f",
            b"\xef\xbb\xbf"
        ])
        .prop_map(<[u8]>::to_vec),
    ];
    vec(bits, 0..12).prop_map(|bits| bits.concat())
}

fn content(line: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let end = select(vec![&b"\n"[..], b"\n", b"\r\n", b"\n\n", b"\r\r\n"]);
    let lines = vec(
        (line, end).prop_map(|(line, end)| [line, end.to_vec()].concat()),
        0..20,
    );
    (any::<bool>(), lines, any::<bool>()).prop_map(|(has_mark, lines, is_ended)| {
        let mut all = if has_mark {
            b"\xef\xbb\xbf".to_vec()
        } else {
            Vec::new()
        };
        all.extend(lines.concat());
        if !is_ended {
            all.truncate(all.len().saturating_sub(1));
        }
        all
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_line_is_classified_as_the_patterns_say(line in line()) {
        let shown = visible(&line);
        prop_assert_eq!(level(&shown), oracle::level(&shown));
        prop_assert_eq!(source(&shown), oracle::source(&shown));
    }
}

proptest! {
    #[test]
    fn many_lines_are_counted_as_each_is_classified(
        bytes in content(raw_line()), text in content(line().prop_map(String::into_bytes)), is_first in any::<bool>(),
    ) {
        for encoding in [Encoding::Utf8, Encoding::Windows1252] {
            for buffer in [&bytes, &text] {
                let counts = tally(buffer, encoding, is_first);
                prop_assert_eq!(counts, oracle::tally(buffer, encoding, is_first), "{:?}", encoding);
                prop_assert_eq!(counts.lines() as usize, buffer.split_inclusive(|byte| *byte == b'\n').count());
            }
        }
    }
}

/// Lines of a few shapes: each is another one with other digits, up to a place behind which it goes on in another way.
fn alike() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        any::<u64>(),
        proptest::option::weighted(0.4, (0usize..40, line())),
    );
    (vec(line(), 1..12), vec(change, 1..60)).prop_map(|(shapes, changes)| {
        let mut text = String::new();
        for (which, digits, tail) in changes {
            let shape = which.get(&shapes);
            let mut digits = digits;
            let mut changed = String::new();
            for character in shape.chars() {
                changed.push(if character.is_ascii_digit() {
                    char::from(b'0' + (digits % 10) as u8)
                } else {
                    character
                });
                digits = digits.rotate_right(5) ^ 3;
            }
            if let Some((length, tail)) = tail {
                changed = changed.chars().take(length).collect::<String>() + &tail;
            }
            text += &changed;
            text.push('\n');
        }
        text.into_bytes()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn lines_of_one_shape_say_the_same_only_where_they_do(text in alike()) {
        for encoding in [Encoding::Utf8, Encoding::Windows1252] {
            prop_assert_eq!(tally(&text, encoding, false), oracle::tally(&text, encoding, false), "{:?}", encoding);
        }
    }
}

#[test]
fn of_a_long_line_counts_what_is_shown_of_it() {
    let max = Limits::DEFAULT.max_line as usize;
    for (fill, named) in [
        (0, true),
        (1, true),
        (7, true),
        (8, false),
        (9, false),
        (100, false),
    ] {
        for end in ["", "\n", "\r\n", "\nworker error\n"] {
            for colour in ["", "\x1b[1m"] {
                let long = format!(
                    "{colour}{}; no. error worker{}{end}",
                    "x".repeat(max - 25 + fill - colour.len()),
                    "y ".repeat(5)
                );
                let counts = tally(long.as_bytes(), Encoding::Utf8, true);
                assert_eq!(
                    counts,
                    oracle::tally(long.as_bytes(), Encoding::Utf8, true),
                    "{fill} {end:?} {colour:?}"
                );
                let others = u32::from(end.contains("worker"));
                assert_eq!(
                    counts.source(LogSource::Worker),
                    u64::from(named) + u64::from(others),
                    "{fill} {end:?} {colour:?}"
                );
            }
        }
    }
    let many = format!("{}\n", "é error".repeat(9_000)).repeat(2);
    for encoding in [Encoding::Utf8, Encoding::Windows1252] {
        assert_eq!(
            tally(many.as_bytes(), encoding, false),
            oracle::tally(many.as_bytes(), encoding, false)
        );
    }
}

#[test]
fn counts_are_in_the_order_of_the_lists() {
    let mut counts = tally(b"fatal: x\nworker: error\nTRACE build\n", Encoding::Utf8, true);
    counts += tally(b"WARN", Encoding::Utf8, false);
    assert_eq!(
        LogLevel::ALL
            .iter()
            .map(|level| counts.level(*level))
            .collect::<Vec<_>>(),
        [1, 1, 1, 0, 1]
    );
    assert_eq!(
        LogSource::ALL
            .iter()
            .map(|source| counts.source(*source))
            .collect::<Vec<_>>(),
        [0, 1, 1, 0, 2]
    );
    assert_eq!(
        (counts.levels, counts.sources, counts.lines()),
        ([1, 1, 1, 0, 1], [0, 1, 1, 0, 2], 4)
    );
}
