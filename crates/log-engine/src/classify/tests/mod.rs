//! Compares levels and sources with the same rules written as regular expressions.

mod generators;
mod oracle;

use proptest::prelude::*;
use runlens_terminal::{Encoding, visible_text};

use self::generators::{content, line, lines_with_few_prefixes, raw_line};
use super::{level, source};
use crate::{
    limits::Limits,
    model::{Counts, Level, Source},
};

fn tally(buffer: &[u8], encoding: Encoding, is_file_start: bool) -> Counts {
    let tally = super::tally(buffer, encoding, is_file_start);
    assert_eq!(tally.is_ascii, buffer.is_ascii());
    tally.counts
}

#[test]
fn the_level_is_the_word_at_the_start_or_the_most_severe_word_without_a_zero_count() {
    use Level::{Critical, Debug, Error, Info, Warning};
    let cases = [
        // The word at the start, in any case.
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
        // After a timestamp and brackets.
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
        // The most severe word.
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
        // A count of zero.
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
        // Part of another word.
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
        // No level word.
        ("[ 50%] Building C object main.c.o", Info),
        ("information about a run", Info),
        ("notice: x", Info),
        ("", Info),
        ("[", Info),
        ("[never closed error", Error),
        ("\0\0", Info),
        ("erro\u{301}r", Info),
        // Colors make no difference.
        ("\x1b[1m\x1b[31merror\x1b[0m: x", Error),
        ("\x1b[33mwarning\x1b[0m\x1b[1m: error\x1b[0m", Warning),
        ("\x1b[32mer\x1b[1mror\x1b[0m: x", Error),
        ("\x1b[31m0 errors\x1b[0m", Info),
    ];
    for (line, expected) in cases {
        assert_eq!(level(&visible_text(line)), expected, "{line:?}");
    }
}

#[test]
fn the_source_is_the_first_of_the_list_in_the_line() {
    let cases = [
        ("worker asks the orchestrator", Source::Orchestrator),
        ("the build runs on a WORKER", Source::Worker),
        ("Building CXX object", Source::Build),
        ("rebuilt", Source::Web),
        ("test_runner: web", Source::TestRunner),
        ("web", Source::Web),
        ("nobody", Source::Web),
        ("", Source::Web),
        ("\x1b[1mwor\x1b[0mker", Source::Worker),
    ];
    for (line, expected) in cases {
        assert_eq!(source(&visible_text(line)), expected, "{line:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_line_is_classified_like_the_oracle(line in line()) {
        let visible = visible_text(&line);
        prop_assert_eq!(level(&visible), oracle::level(&visible));
        prop_assert_eq!(source(&visible), oracle::source(&visible));
    }
}

proptest! {
    #[test]
    fn a_buffer_is_counted_like_its_lines(
        bytes in content(raw_line()), text in content(line().prop_map(String::into_bytes)), is_file_start in any::<bool>(),
    ) {
        for encoding in [Encoding::Utf8, Encoding::Windows1252] {
            for buffer in [&bytes, &text] {
                let counts = tally(buffer, encoding, is_file_start);
                prop_assert_eq!(counts, oracle::tally(buffer, encoding, is_file_start), "{:?}", encoding);
                prop_assert_eq!(counts.lines() as usize, buffer.split_inclusive(|byte| *byte == b'\n').count());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn cached_levels_are_those_of_the_lines(text in lines_with_few_prefixes()) {
        for encoding in [Encoding::Utf8, Encoding::Windows1252] {
            prop_assert_eq!(tally(&text, encoding, false), oracle::tally(&text, encoding, false), "{:?}", encoding);
        }
    }
}

#[test]
fn a_long_line_is_classified_by_its_first_bytes() {
    let max_bytes = Limits::DEFAULT.max_line_bytes as usize;
    for (fill, has_worker) in [
        (0, true),
        (1, true),
        (7, true),
        (8, false),
        (9, false),
        (100, false),
    ] {
        for end in ["", "\n", "\r\n", "\nworker error\n"] {
            for color in ["", "\x1b[1m"] {
                let long = format!(
                    "{color}{}; no. error worker{}{end}",
                    "x".repeat(max_bytes - 25 + fill - color.len()),
                    "y ".repeat(5)
                );
                let counts = tally(long.as_bytes(), Encoding::Utf8, true);
                assert_eq!(
                    counts,
                    oracle::tally(long.as_bytes(), Encoding::Utf8, true),
                    "{fill} {end:?} {color:?}"
                );
                let others = u32::from(end.contains("worker"));
                assert_eq!(
                    counts.source(Source::Worker),
                    u64::from(has_worker) + u64::from(others),
                    "{fill} {end:?} {color:?}"
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
fn counts_are_in_the_order_of_the_enums() {
    let mut counts = tally(b"fatal: x\nworker: error\nTRACE build\n", Encoding::Utf8, true);
    counts += tally(b"WARN", Encoding::Utf8, false);
    assert_eq!(
        Level::ALL
            .iter()
            .map(|level| counts.level(*level))
            .collect::<Vec<_>>(),
        [1, 1, 1, 0, 1]
    );
    assert_eq!(
        Source::ALL
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
