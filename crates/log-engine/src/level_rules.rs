//! Rules for the level of a line. Level words are ASCII and match in any case; the letters and spaces around
//! them are those of Unicode. Text is bytes of UTF-8; invalid bytes are neither letters nor spaces.

use regex_syntax::is_word_character;

use crate::model::Level;

/// The level word at the start of a line.
pub(crate) struct ExplicitLevel {
    pub(crate) level: Level,
    /// Number of bytes that determine the level, whatever follows them and whichever digits they contain.
    /// `None` if the level depends on bytes after the level word.
    pub(crate) prefix_bytes: Option<usize>,
}

/// Returns the level word at the start, after an optional timestamp and any number of bracketed texts.
/// Timestamp and word can be in brackets themselves (`[12:00:00 ERROR worker]`), and the word can be a value
/// (`level=info`). The character after it has to end the word, so `error-prone`, `error.rs` and `warning(s):
/// 0` are no levels.
pub(crate) fn explicit_level(line: &[u8]) -> Option<ExplicitLevel> {
    let start = spaces(line, 0);
    let after_time = timestamp(line, start).or_else(|| timestamp(line, key(line, start)?));
    let by_prefix = |(level, end)| ExplicitLevel {
        level,
        prefix_bytes: Some(end + 1),
    };
    // No level follows the timestamp, but that can depend on brackets that close anywhere in the line.
    let by_line = |(level, _)| ExplicitLevel {
        level,
        prefix_bytes: None,
    };
    match after_time {
        Some(at) => after_brackets(line, at)
            .map(by_prefix)
            .or_else(|| after_brackets(line, start).map(by_line)),
        None => after_brackets(line, start).map(by_prefix),
    }
}

/// Returns the end of `word=`.
fn key(line: &[u8], at: usize) -> Option<usize> {
    let end = word(line, at);
    (end > at && line.get(end) == Some(&b'=')).then_some(end + 1)
}

/// Returns the end of a timestamp, with an optional date, optional quotes or brackets, and the separators
/// after it.
#[inline]
fn timestamp(line: &[u8], at: usize) -> Option<usize> {
    let rest = line.get(at..)?;
    let rest = if matches!(rest.first()?, b'"' | b'\'' | b'[' | b'(') {
        &rest[1..]
    } else {
        rest
    };
    let rest = match rest.split_first_chunk() {
        Some((date, [d0, d1, b'T' | b't' | b' ', time @ ..]))
            if has_format(*date, *b"0000-00-") && d0.is_ascii_digit() && d1.is_ascii_digit() =>
        {
            time
        }
        _ => rest,
    };
    let (time, mut rest) = rest.split_first_chunk()?;
    if !has_format(*time, *b"00:00:00") {
        return None;
    }
    while let [
        b'0'..=b'9' | b'.' | b',' | b':' | b'+' | b'Z' | b'z' | b'-',
        after @ ..,
    ] = rest
    {
        rest = after;
    }
    if let [b'"' | b'\'' | b']' | b')', after @ ..] = rest {
        rest = after;
    }
    Some(separators(line, line.len() - rest.len()))
}

/// Returns whether there are digits where `format` has zeros, and the same bytes elsewhere. Compares all
/// eight bytes at once.
#[inline]
fn has_format(bytes: [u8; 8], format: [u8; 8]) -> bool {
    const HIGHEST_BITS: u64 = 0x8080_8080_8080_8080;
    // XOR leaves the value of a digit and zero of any other equal byte. Adding the margin carries into the
    // highest bit if it leaves more.
    let difference = u64::from_le_bytes(bytes) ^ u64::from_le_bytes(format);
    let margin = format.map(|byte| if byte == b'0' { 0x7f - 9 } else { 0x7f });
    difference & HIGHEST_BITS == 0 && (difference + u64::from_le_bytes(margin)) & HIGHEST_BITS == 0
}

/// Returns the level word at a position, or after bracketed texts at the position, and its end.
fn after_brackets(line: &[u8], mut at: usize) -> Option<(Level, usize)> {
    loop {
        if let Some(found) = value(line, at) {
            return Some(found);
        }
        let close = match line.get(at)? {
            b'[' => b']',
            b'(' => b')',
            _ => return None,
        };
        at += line[at..].iter().position(|byte| *byte == close)? + 1;
        at = separators(line, at);
    }
}

/// Returns the level word at a position, optionally in a bracket, as the value of a key, or in quotes, and
/// its end.
#[inline]
fn value(line: &[u8], mut at: usize) -> Option<(Level, usize)> {
    if matches!(line.get(at)?, b'[' | b'(') {
        at += 1;
    }
    at = spaces(line, at);
    if matches!(line.get(at)?, b'l' | b'L' | b's' | b'S') {
        let found = letters(line, at);
        let name = [LEVEL, LVL, SEVERITY]
            .into_iter()
            .find(|name| name.is_prefix_of(found))?;
        let equals = spaces(line, at + name.length);
        if line.get(equals) != Some(&b'=') {
            return None;
        }
        at = spaces(line, equals + 1);
    }
    if matches!(line.get(at)?, b'"' | b'\'') {
        at += 1;
    }
    let found = letters(line, at);
    let (word, level) = match found.to_le_bytes()[0] {
        b'd' => (DEBUG, Level::Debug),
        b'i' => (INFO, Level::Info),
        b'w' if WARNING.is_prefix_of(found) => (WARNING, Level::Warning),
        b'w' => (WARN, Level::Warning),
        b'e' => (ERROR, Level::Error),
        b'f' => (FATAL, Level::Critical),
        b'c' => (CRITICAL, Level::Critical),
        b't' => (TRACE, Level::Debug),
        _ => return None,
    };
    if !word.is_prefix_of(found) {
        return None;
    }
    at += word.length;
    let is_ended = match line.get(at) {
        None | Some(b':' | b',' | b';' | b'!' | b'|' | b'"' | b'\'' | b'[' | b']' | b')' | b'>') => true,
        Some(_) => spaces(line, at) > at,
    };
    is_ended.then_some((level, at))
}

/// A word of at most eight letters, compared as one number.
#[derive(Clone, Copy)]
struct Word {
    letters: u64,
    mask: u64,
    length: usize,
}

const CRITICAL: Word = Word::new("critical");
const FATAL: Word = Word::new("fatal");
const ERROR: Word = Word::new("error");
const WARNING: Word = Word::new("warning");
const WARN: Word = Word::new("warn");
const INFO: Word = Word::new("info");
const DEBUG: Word = Word::new("debug");
const TRACE: Word = Word::new("trace");
const LEVEL: Word = Word::new("level");
const LVL: Word = Word::new("lvl");
const SEVERITY: Word = Word::new("severity");

impl Word {
    const fn new(word: &str) -> Self {
        let (mut letters, mut mask, length) = (0, 0, word.len());
        let mut at = 0;
        while at < length {
            letters |= (word.as_bytes()[at] as u64) << (8 * at);
            mask |= 0xff << (8 * at);
            at += 1;
        }
        Self {
            letters,
            mask,
            length,
        }
    }

    #[inline]
    fn is_prefix_of(self, letters: u64) -> bool {
        letters & self.mask == self.letters
    }
}

/// Returns the next eight bytes with letters in lower case. Other bytes change too, but not to letters.
#[inline]
fn letters(line: &[u8], at: usize) -> u64 {
    let rest = line.get(at..).unwrap_or_default();
    let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes[..rest.len()].copy_from_slice(rest);
        bytes
    });
    u64::from_le_bytes(bytes) | 0x2020_2020_2020_2020
}

/// Returns the most severe level word of a line. Words with a count of zero are ignored: `0 errors`, `no
/// errors or warnings`, `errors: 0`. Letters, digits and underscores make a word, as do the hyphens and dots
/// between them: names of files and options (`error.rs`, `-Wno-error`) are no level words.
pub(crate) fn worst_level(line: &[u8]) -> Option<Level> {
    let mut worst: Option<Level> = None;
    // A level word that a count can still follow.
    let mut pending: Option<Level> = None;
    let (mut is_zero, mut end) = (false, 0);
    while let Some((start, text)) = next_name(line, end) {
        let gap = &line[end..start];
        end = start + text.len();
        // The plural suffix belongs to the word.
        if starts_with(line, end, "(s)") {
            end += "(s)".len();
        }
        if let Some(level) = pending.take().filter(|_| !(is_assignment(gap) && text == b"0")) {
            worst = worse(worst, level);
        }
        is_zero &= gap
            .split(|byte| *byte == b'/')
            .all(|gap| spaces(gap, 0) == gap.len());
        let is = |words: &[&str]| {
            words
                .iter()
                .any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
        };
        let found = if is(&["critical", "fatal"]) {
            Some(Level::Critical)
        } else if is(&["error", "errors"]) {
            Some(Level::Error)
        } else if is(&["warning", "warnings"]) {
            Some(Level::Warning)
        } else {
            None
        };
        if let Some(level) = found {
            pending = (!is_zero).then_some(level);
        } else if is(&["0", "no", "zero", "without"]) {
            is_zero = true;
        } else if !is(&["any", "or", "and", "nor"]) {
            is_zero = false;
        }
    }
    pending.map_or(worst, |level| worse(worst, level))
}

fn worse(worst: Option<Level>, level: Level) -> Option<Level> {
    // The most severe level is the smallest.
    Some(worst.map_or(level, |worst| worst.min(level)))
}

/// Returns the next word, with the hyphens and dots in it, and its start.
fn next_name(line: &[u8], mut at: usize) -> Option<(usize, &[u8])> {
    let (start, mut end) = loop {
        let end = word(line, at);
        if end > at {
            break (at, end);
        }
        at += character(line, at)?.1;
    };
    while matches!(line.get(end), Some(b'.' | b'-')) {
        let next = word(line, end + 1);
        if next == end + 1 {
            break;
        }
        end = next;
    }
    Some((start, &line[start..end]))
}

/// Returns whether the text is a colon or an equals sign with optional spaces around it.
fn is_assignment(gap: &[u8]) -> bool {
    let at = spaces(gap, 0);
    matches!(gap.get(at), Some(b':' | b'=')) && spaces(gap, at + 1) == gap.len()
}

/// Returns whether the line has an ASCII word at a position, ignoring case.
#[inline]
fn starts_with(line: &[u8], at: usize, word: &str) -> bool {
    line.get(at..at + word.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
}

/// Returns the end of the spaces at a position.
#[inline]
fn spaces(line: &[u8], at: usize) -> usize {
    skip(
        line,
        at,
        |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        char::is_whitespace,
    )
}

/// Returns the end of the separators and spaces at a position.
#[inline]
fn separators(line: &[u8], at: usize) -> usize {
    skip(
        line,
        at,
        |byte| matches!(byte, b' ' | b'\t'..=b'\r' | b'|' | b':' | b',' | b'-'),
        char::is_whitespace,
    )
}

/// Returns the end of the letters, digits and underscores at a position.
#[inline]
fn word(line: &[u8], at: usize) -> usize {
    skip(
        line,
        at,
        |byte| byte.is_ascii_alphanumeric() || byte == b'_',
        is_word_character,
    )
}

#[inline]
fn skip(
    line: &[u8],
    mut at: usize,
    is_ascii_match: impl Fn(u8) -> bool,
    is_match: impl Fn(char) -> bool,
) -> usize {
    while let Some(&byte) = line.get(at) {
        at += match byte {
            0..=0x7f if is_ascii_match(byte) => 1,
            0..=0x7f => break,
            _ => match character(line, at) {
                Some((Some(found), length)) if is_match(found) => length,
                _ => break,
            },
        };
    }
    at
}

/// Returns the character at a position and its length. For an invalid byte, there is no character and the
/// length is 1.
fn character(line: &[u8], at: usize) -> Option<(Option<char>, usize)> {
    let rest = line.get(at..)?;
    if rest.first()?.is_ascii() {
        return Some((Some(char::from(rest[0])), 1));
    }
    let near = &rest[..rest.len().min(char::MAX.len_utf8())];
    let found = near
        .utf8_chunks()
        .next()
        .and_then(|chunk| chunk.valid().chars().next());
    Some((found, found.map_or(1, char::len_utf8)))
}
