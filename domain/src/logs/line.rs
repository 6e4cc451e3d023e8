//! What one line of a log says: how bad it is, who wrote it and when. Everything here works on the visible text, without
//! escape sequences; only the message keeps them.

use std::{ops::Range, sync::LazyLock};

use regex::{Captures, Regex};
use runlens_contract::{
    TextEnum as _, Timestamp,
    log::{LogLevel, LogSource},
};
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use super::encoding::Encoding;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Characters of a message.
const MAX_MESSAGE: usize = 4000;
/// Characters at the start of a line in which its time stands.
const TIMESTAMP_REACH: usize = 40;
/// Characters that a fraction and an offset can take behind it.
const TIMESTAMP_TAIL: usize = 24;

/// Length of a line's end, LF or CRLF, in bytes.
pub(super) fn end_length(line: &[u8]) -> usize {
    match line {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    }
}

/// What of a line's bytes is text: neither its end nor, at the start of the file, a byte order mark.
pub(super) fn content(raw: &[u8], encoding: Encoding, is_first: bool) -> Range<usize> {
    let has_mark = is_first && encoding == Encoding::Utf8 && raw.starts_with(BYTE_ORDER_MARK);
    let start = if has_mark { BYTE_ORDER_MARK.len() } else { 0 };
    start..raw.len() - end_length(raw)
}

/// As much of a line as is shown, and whether it was cut.
pub(super) fn message(text: &str) -> (&str, bool) {
    text.char_indices().nth(MAX_MESSAGE).map_or((text, false), |(end, _)| (&text[..end], true))
}

/// The first source in the list that the line names anywhere, whatever its case; `web` where it names none.
pub(super) fn source(line: &str) -> LogSource {
    let line = line.to_ascii_lowercase();
    LogSource::ALL.iter().copied().find(|source| line.contains(source.as_str())).unwrap_or(LogSource::Web)
}

/// How bad a line is: the level word it starts with, else the worst word in it that is not counted as none.
pub(super) fn level(line: &str) -> LogLevel {
    static ANY: LazyLock<Regex> = LazyLock::new(|| pattern("(?i)critical|fatal|error|warn|info|debug|trace"));
    // Most lines of a log name no level at all, and whole logs are filtered by level.
    if !ANY.is_match(line) {
        return LogLevel::Info;
    }
    explicit_level(line).or_else(|| worst_word(line)).unwrap_or(LogLevel::Info)
}

/// A level word at the start, after an optional time and any number of brackets. Both may stand in brackets themselves
/// (`[12:00:00 ERROR worker]`), and the word may be a value (`level=info`). What follows has to end the word, so that
/// `error-prone`, `error.rs` and `warning(s): 0` are no levels.
fn explicit_level(line: &str) -> Option<LogLevel> {
    static START: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r#"(?xi) ^ \s*
        (?: (?: \w+ = )? ["'\[(]? (?: [0-9]{4}-[0-9]{2}-[0-9]{2} [T\ ] )? [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9.,:+Z-]* ["'\])]? [\s|:,-]* )?
        (?: (?: \[ [^\]]* \] | \( [^)]* \) ) [\s|:,-]* )*?
        [\[(]? \s* (?: (?: level | lvl | severity ) \s* = \s* )? ["']?
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

/// The worst whole word in a line that is not counted as none: `0 errors`, `no errors or warnings` and `errors: 0` are.
/// Letters, digits, underscores, and hyphens and dots between them make one word: the names of files and options
/// (`error.rs`, `-Wno-error`) say nothing about the line.
fn worst_word(line: &str) -> Option<LogLevel> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)(\w+(?:[.-]\w+)*)(?:\(s\))?"));
    let mut worst: Option<LogLevel> = None;
    // A level word whose count may still follow.
    let mut pending: Option<LogLevel> = None;
    let (mut counted_as_none, mut end) = (false, 0);
    for word in WORD.captures_iter(line) {
        let Some((whole, text)) = word.get(0).zip(word.get(1)) else { continue };
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

/// The first time within reach of the line's start that exists in the calendar, without a zone in UTC.
pub(super) fn timestamp(line: &str) -> Option<Timestamp> {
    static STAMP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?xi) \b ([0-9]{4})-([0-9]{2})-([0-9]{2}) [T\ ] ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?: [.,][0-9]+ )?
        (?: (Z) \b | ([+-]) ([0-9]{2}) (?: :? ([0-9]{2}) )? \b | \b )",
        )
    });
    let reach = |characters: usize| line.char_indices().nth(characters).map_or(line, |(end, _)| &line[..end]);
    let within = reach(TIMESTAMP_REACH).len();
    STAMP.captures_iter(reach(TIMESTAMP_REACH + TIMESTAMP_TAIL)).find_map(|stamp| {
        let is_within = stamp.get(6).is_some_and(|seconds| seconds.end() <= within);
        is_within.then(|| read_stamp(&stamp)).flatten()
    })
}

fn read_stamp(stamp: &Captures<'_>) -> Option<Timestamp> {
    let part = |group: usize| stamp.get(group).and_then(|part| part.as_str().parse::<u8>().ok());
    let year = stamp.get(1)?.as_str().parse().ok()?;
    let date = Date::from_calendar_date(year, Month::try_from(part(2)?).ok()?, part(3)?).ok()?;
    let local = PrimitiveDateTime::new(date, Time::from_hms(part(4)?, part(5)?, part(6)?).ok()?);
    let (hours, minutes) = (i8::try_from(part(9).unwrap_or(0)).ok()?, i8::try_from(part(10).unwrap_or(0)).ok()?);
    let sign = if stamp.get(8).is_some_and(|sign| sign.as_str() == "-") { -1 } else { 1 };
    let offset = UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?;
    let utc = local.assume_offset(offset).checked_to_offset(UtcOffset::UTC).filter(|utc| utc.year() >= 0)?;
    Some(utc.into())
}

/// Compiles a constant of this file; the tests pass through each.
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

#[cfg(test)]
mod tests {
    use runlens_contract::log::{LogLevel, LogSource};

    use super::{MAX_MESSAGE, end_length, message};
    use crate::logs::ansi::visible;

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
            assert_eq!(super::level(&visible(line)), expected, "{line:?}");
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
            assert_eq!(super::source(&visible(line)), expected, "{line:?}");
        }
    }

    #[test]
    fn a_time_is_read_where_it_exists_and_stands_early_enough() {
        let cases = [
            ("2026-06-27T12:42:03Z x", Some("2026-06-27T12:42:03Z")),
            ("2026-06-27 12:42:03 x", Some("2026-06-27T12:42:03Z")),
            ("[2026-06-27 12:42:03,987] x", Some("2026-06-27T12:42:03Z")),
            ("2026-06-27T12:42:03.987654321Z", Some("2026-06-27T12:42:03Z")),
            ("2026-06-27T14:42:03+02:00 x", Some("2026-06-27T12:42:03Z")),
            ("2026-06-27T14:42:03+0200 x", Some("2026-06-27T12:42:03Z")),
            ("2026-06-27T07:12:03.5-05:30", Some("2026-06-27T12:42:03Z")),
            ("2026-06-27t12:42:03z", Some("2026-06-27T12:42:03Z")),
            ("2026-06-27 12:42:03-ERROR-x", Some("2026-06-27T12:42:03Z")),
            ("2024-02-29 23:59:59", Some("2024-02-29T23:59:59Z")),
            ("12345678901234567890 2026-06-27 12:42:03", Some("2026-06-27T12:42:03Z")),
            ("12345678901234567890 2026-06-27 12:42:03+02:00", Some("2026-06-27T10:42:03Z")),
            ("123456789012345678901 2026-06-27 12:42:03", None),
            ("äöüäöüäöüäöüäöüäöüäö 2026-06-27 12:42:03", Some("2026-06-27T12:42:03Z")),
            ("\x1b[38;2;100;100;100m\x1b[1m\x1b[4m2026-06-27 12:42:03", Some("2026-06-27T12:42:03Z")),
            ("2026-13-45 12:42:03", None),
            ("2026-02-29 12:42:03", None),
            ("2026-06-27 24:00:00", None),
            ("2026-06-27 12:60:00", None),
            ("2026-06-27T12:42:03+99:00", None),
            ("9999-99-99 2026-06-27 12:42:03", Some("2026-06-27T12:42:03Z")),
            ("0000-01-01T00:00:00+05:00", None),
            ("9999-12-31T23:59:59-05:00", None),
            ("12026-06-27 12:42:03", None),
            ("2026-06-27 12:42:031", None),
            ("2026-06-27", None),
            ("２０２６-06-27 12:42:03", None),
            ("", None),
        ];
        for (line, expected) in cases {
            let read = super::timestamp(&visible(line)).map(|time| time.to_string());
            assert_eq!(read.as_deref(), expected, "{line:?}");
        }
    }

    #[test]
    fn a_message_is_cut_by_characters_and_its_end_is_left_out() {
        let exact = "é".repeat(MAX_MESSAGE);
        assert_eq!(message(&exact), (exact.as_str(), false));
        assert_eq!(message(&format!("{exact}!")), (exact.as_str(), true));
        for (line, length) in [("a\r\n", 2), ("a\n", 1), ("a\r", 0), ("a", 0), ("", 0), ("\r\n", 2), ("\n\r", 0)] {
            assert_eq!(end_length(line.as_bytes()), length, "{line:?}");
        }
    }
}
