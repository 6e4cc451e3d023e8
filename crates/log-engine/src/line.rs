//! Parses single lines. Timestamps are read from the visible text; only the message includes escape
//! sequences.

use std::{ops::Range, sync::LazyLock};

use regex::{Captures, Regex};
use runlens_terminal::{Encoding, visible_text};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

use crate::{classify, model::Line};

/// Length of a displayed message.
const MAX_MESSAGE_CHARS: usize = 4000;
/// Length of the start of a line that can contain its timestamp.
const TIMESTAMP_CHARS: usize = 40;
/// Additional length for the fraction and offset after the seconds of a timestamp.
const TIMESTAMP_SUFFIX_CHARS: usize = 24;

/// UTF-8 byte order mark. Not part of the text.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Returns the length of a line ending, LF or CRLF, in bytes.
#[inline]
pub(crate) fn end_length(line: &[u8]) -> usize {
    match line {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n'] => 1,
        _ => 0,
    }
}

/// Returns the range of a line's text, without its line ending and, at the start of the file, byte order
/// mark.
pub(crate) fn content(raw: &[u8], encoding: Encoding, is_file_start: bool) -> Range<usize> {
    let has_mark = is_file_start && encoding == Encoding::Utf8 && raw.starts_with(BYTE_ORDER_MARK);
    let start = if has_mark { BYTE_ORDER_MARK.len() } else { 0 };
    start..raw.len() - end_length(raw)
}

/// Returns the displayed part of a line, and whether the line is longer.
pub(crate) fn message(text: &str) -> (&str, bool) {
    text.char_indices()
        .nth(MAX_MESSAGE_CHARS)
        .map_or((text, false), |(end, _)| (&text[..end], true))
}

/// Converts a line. `is_long` says that `text` is only its beginning.
pub(crate) fn present(number: u64, text: &str, is_long: bool) -> Line {
    let visible = visible_text(text);
    let (message, is_cut) = message(text);
    Line {
        number,
        timestamp: timestamp(&visible),
        level: classify::level(&visible),
        source: classify::source(&visible),
        message: message.to_owned(),
        is_truncated: is_cut || is_long,
        is_context: false,
    }
}

/// Returns the first valid timestamp near the start of a line. Without a zone, it is UTC.
pub(crate) fn timestamp(line: &str) -> Option<OffsetDateTime> {
    static TIMESTAMP: LazyLock<Regex> = LazyLock::new(|| {
        // Covered by the tests below.
        Regex::new(
            r"(?xi) \b ([0-9]{4})-([0-9]{2})-([0-9]{2}) [T\ ] ([0-9]{2}):([0-9]{2}):([0-9]{2}) (?: [.,][0-9]+ )?
        (?: (Z) \b | ([+-]) ([0-9]{2}) (?: :? ([0-9]{2}) )? \b | \b )",
        )
        .expect("a valid pattern")
    });
    let prefix = |characters: usize| {
        line.char_indices()
            .nth(characters)
            .map_or(line, |(end, _)| &line[..end])
    };
    let max_end = prefix(TIMESTAMP_CHARS).len();
    TIMESTAMP
        .captures_iter(prefix(TIMESTAMP_CHARS + TIMESTAMP_SUFFIX_CHARS))
        .find_map(|captures| {
            let is_near_start = captures.get(6).is_some_and(|seconds| seconds.end() <= max_end);
            is_near_start.then(|| parse_timestamp(&captures)).flatten()
        })
}

fn parse_timestamp(captures: &Captures<'_>) -> Option<OffsetDateTime> {
    let part = |group: usize| {
        captures
            .get(group)
            .and_then(|part| part.as_str().parse::<u8>().ok())
    };
    let year = captures.get(1)?.as_str().parse().ok()?;
    let date = Date::from_calendar_date(year, Month::try_from(part(2)?).ok()?, part(3)?).ok()?;
    let local = PrimitiveDateTime::new(date, Time::from_hms(part(4)?, part(5)?, part(6)?).ok()?);
    let (hours, minutes) = (
        i8::try_from(part(9).unwrap_or(0)).ok()?,
        i8::try_from(part(10).unwrap_or(0)).ok()?,
    );
    let sign = if captures.get(8).is_some_and(|sign| sign.as_str() == "-") {
        -1
    } else {
        1
    };
    let offset = UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?;
    let utc = local
        .assume_offset(offset)
        .checked_to_offset(UtcOffset::UTC)
        .filter(|utc| utc.year() >= 0)?;
    Some(utc)
}

#[cfg(test)]
mod tests {
    use runlens_terminal::visible_text;
    use time::format_description::well_known::Rfc3339;

    use super::{MAX_MESSAGE_CHARS, end_length, message};

    #[test]
    fn timestamps_are_valid_dates_near_the_start_of_the_line() {
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
            let parsed = super::timestamp(&visible_text(line))
                .map(|time| time.format(&Rfc3339).expect("a valid timestamp"));
            assert_eq!(parsed.as_deref(), expected, "{line:?}");
        }
    }

    #[test]
    fn messages_are_cut_by_characters_and_line_endings_are_removed() {
        let exact = "é".repeat(MAX_MESSAGE_CHARS);
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
