//! What one line of a log says: when it was written, and the message. Its time is read from the visible text, without escape
//! sequences; only the message keeps them.

use std::{ops::Range, sync::LazyLock};

use regex::{Captures, Regex};
use runlens_api_types::{Timestamp, log::LogLine};
use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use super::{ansi::visible, classify, encoding::Encoding};

/// Characters of a message.
const MAX_MESSAGE: usize = 4000;
/// Characters at the start of a line in which its time stands.
const TIMESTAMP_REACH: usize = 40;
/// Characters that a fraction and an offset can take behind it.
const TIMESTAMP_TAIL: usize = 24;

/// What may stand before all text of UTF-8, and is none.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

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
    text.char_indices()
        .nth(MAX_MESSAGE)
        .map_or((text, false), |(end, _)| (&text[..end], true))
}

/// A line of a log by its number and text, of which more may lie in the file.
pub(super) fn show(number: u64, text: &str, is_long: bool, run_id: i32) -> LogLine {
    let shown = visible(text);
    let (message, is_cut) = message(text);
    LogLine {
        line: number,
        timestamp: timestamp(&shown),
        level: classify::level(&shown),
        source: classify::source(&shown),
        message: message.to_owned(),
        truncated: is_cut || is_long,
        run_id,
        sample_id: None,
        is_context: false,
    }
}

/// The first time within reach of the line's start that exists in the calendar, without a zone in UTC.
pub(super) fn timestamp(line: &str) -> Option<Timestamp> {
    static STAMP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?xi) \b ([0-9]{4})-([0-9]{2})-([0-9]{2}) [T\ ] ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?: [.,][0-9]+ )?
        (?: (Z) \b | ([+-]) ([0-9]{2}) (?: :? ([0-9]{2}) )? \b | \b )",
        )
    });
    let reach = |characters: usize| {
        line.char_indices()
            .nth(characters)
            .map_or(line, |(end, _)| &line[..end])
    };
    let within = reach(TIMESTAMP_REACH).len();
    STAMP
        .captures_iter(reach(TIMESTAMP_REACH + TIMESTAMP_TAIL))
        .find_map(|stamp| {
            let is_within = stamp.get(6).is_some_and(|seconds| seconds.end() <= within);
            is_within.then(|| read_stamp(&stamp)).flatten()
        })
}

fn read_stamp(stamp: &Captures<'_>) -> Option<Timestamp> {
    let part = |group: usize| stamp.get(group).and_then(|part| part.as_str().parse::<u8>().ok());
    let year = stamp.get(1)?.as_str().parse().ok()?;
    let date = Date::from_calendar_date(year, Month::try_from(part(2)?).ok()?, part(3)?).ok()?;
    let local = PrimitiveDateTime::new(date, Time::from_hms(part(4)?, part(5)?, part(6)?).ok()?);
    let (hours, minutes) = (
        i8::try_from(part(9).unwrap_or(0)).ok()?,
        i8::try_from(part(10).unwrap_or(0)).ok()?,
    );
    let sign = if stamp.get(8).is_some_and(|sign| sign.as_str() == "-") {
        -1
    } else {
        1
    };
    let offset = UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?;
    let utc = local
        .assume_offset(offset)
        .checked_to_offset(UtcOffset::UTC)
        .filter(|utc| utc.year() >= 0)?;
    Some(utc.into())
}

/// Compiles a constant of this file; the tests pass through each.
fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

#[cfg(test)]
mod tests {
    use super::{MAX_MESSAGE, end_length, message};
    use crate::logs::ansi::visible;

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
            (
                "12345678901234567890 2026-06-27 12:42:03",
                Some("2026-06-27T12:42:03Z"),
            ),
            (
                "12345678901234567890 2026-06-27 12:42:03+02:00",
                Some("2026-06-27T10:42:03Z"),
            ),
            ("123456789012345678901 2026-06-27 12:42:03", None),
            (
                "äöüäöüäöüäöüäöüäöüäö 2026-06-27 12:42:03",
                Some("2026-06-27T12:42:03Z"),
            ),
            (
                "\x1b[38;2;100;100;100m\x1b[1m\x1b[4m2026-06-27 12:42:03",
                Some("2026-06-27T12:42:03Z"),
            ),
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
        for (line, length) in [
            ("a\r\n", 2),
            ("a\n", 1),
            ("a\r", 0),
            ("a", 0),
            ("", 0),
            ("\r\n", 2),
            ("\n\r", 0),
        ] {
            assert_eq!(end_length(line.as_bytes()), length, "{line:?}");
        }
    }
}
