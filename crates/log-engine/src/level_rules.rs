//! How bad a line is. Words are those of ASCII, whatever their case; what is a letter or a space beside them, Unicode says.
//! Text is taken as bytes of UTF-8; a byte that belongs to no character is neither a letter nor a space.

use regex_syntax::is_word_character;
use runlens_api_types::log::LogLevel;

/// The level that a line says at its start.
pub(super) struct Explicit {
    pub(super) level: LogLevel,
    /// How many bytes of the line tell it, whatever follows them; none where it takes more than those up to the level. Of digits, it does
    /// not matter which they are.
    pub(super) decisive: Option<usize>,
}

/// A level word at the start, after an optional time and any number of brackets. Both may stand in brackets themselves
/// (`[12:00:00 ERROR worker]`), and the word may be a value (`level=info`). What follows has to end the word, so that
/// `error-prone`, `error.rs` and `warning(s): 0` are no levels.
pub(super) fn explicit(line: &[u8]) -> Option<Explicit> {
    let start = spaces(line, 0);
    let after_time = time(line, start).or_else(|| time(line, key(line, start)?));
    // Where no level follows the time, how the brackets end that follow it may have decided that: anywhere in the line.
    let is_sure = |(level, end)| Explicit {
        level,
        decisive: Some(end + 1),
    };
    let is_unsure = |(level, _)| Explicit {
        level,
        decisive: None,
    };
    match after_time {
        Some(at) => after_brackets(line, at)
            .map(is_sure)
            .or_else(|| after_brackets(line, start).map(is_unsure)),
        None => after_brackets(line, start).map(is_sure),
    }
}

/// The word of which `word=` begins here.
fn key(line: &[u8], at: usize) -> Option<usize> {
    let end = word(line, at);
    (end > at && line.get(end) == Some(&b'=')).then_some(end + 1)
}

/// Where a time ends that begins here, alone or behind a date and in quotes or brackets, with what separates it from the rest.
#[inline]
fn time(line: &[u8], at: usize) -> Option<usize> {
    let rest = line.get(at..)?;
    let rest = if matches!(rest.first()?, b'"' | b'\'' | b'[' | b'(') {
        &rest[1..]
    } else {
        rest
    };
    let rest = match rest.split_first_chunk() {
        Some((date, [d0, d1, b'T' | b't' | b' ', time @ ..]))
            if is_like(*date, *b"0000-00-") && d0.is_ascii_digit() && d1.is_ascii_digit() =>
        {
            time
        }
        _ => rest,
    };
    let (time, mut rest) = rest.split_first_chunk()?;
    if !is_like(*time, *b"00:00:00") {
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

/// Whether digits stand where the form has zeros, and else the same bytes; all eight at once.
#[inline]
fn is_like(bytes: [u8; 8], form: [u8; 8]) -> bool {
    // What is left of a digit is its value, of the other bytes nothing; more than that carries into the highest bit.
    let left = u64::from_le_bytes(bytes) ^ u64::from_le_bytes(form);
    let most = form.map(|byte| if byte == b'0' { 0x7f - 9 } else { 0x7f });
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    left & HIGHEST == 0 && (left + u64::from_le_bytes(most)) & HIGHEST == 0
}

/// The level word here or behind some of the brackets that follow each other here, and where it ends.
fn after_brackets(line: &[u8], mut at: usize) -> Option<(LogLevel, usize)> {
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

/// The level word here, in a bracket, with a name, in quotes; and where it ends.
#[inline]
fn value(line: &[u8], mut at: usize) -> Option<(LogLevel, usize)> {
    if matches!(line.get(at)?, b'[' | b'(') {
        at += 1;
    }
    at = spaces(line, at);
    if matches!(line.get(at)?, b'l' | b'L' | b's' | b'S') {
        let found = letters(line, at);
        let name = [LEVEL, LVL, SEVERITY]
            .into_iter()
            .find(|name| name.begins(found))?;
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
        b'd' => (DEBUG, LogLevel::Debug),
        b'i' => (INFO, LogLevel::Info),
        b'w' if WARNING.begins(found) => (WARNING, LogLevel::Warning),
        b'w' => (WARN, LogLevel::Warning),
        b'e' => (ERROR, LogLevel::Error),
        b'f' => (FATAL, LogLevel::Critical),
        b'c' => (CRITICAL, LogLevel::Critical),
        b't' => (TRACE, LogLevel::Debug),
        _ => return None,
    };
    if !word.begins(found) {
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
    fn begins(self, letters: u64) -> bool {
        letters & self.mask == self.letters
    }
}

/// The next eight bytes, with letters in lower case; what is no letter does not become one.
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

/// The worst whole word in a line that is not counted as none: `0 errors`, `no errors or warnings` and `errors: 0` are.
/// Letters, digits, underscores, and hyphens and dots between them make one word: the names of files and options
/// (`error.rs`, `-Wno-error`) say nothing about the line.
pub(super) fn worst(line: &[u8]) -> Option<LogLevel> {
    let mut worst: Option<LogLevel> = None;
    // A level word whose count may still follow.
    let mut pending: Option<LogLevel> = None;
    let (mut counted_as_none, mut end) = (false, 0);
    while let Some((start, text)) = next_name(line, end) {
        let gap = &line[end..start];
        end = start + text.len();
        // The plural's bracket belongs to the word.
        if begins(line, end, "(s)") {
            end += "(s)".len();
        }
        if let Some(level) = pending.take().filter(|_| !(is_assignment(gap) && text == b"0")) {
            worst = worse(worst, level);
        }
        counted_as_none &= gap
            .split(|byte| *byte == b'/')
            .all(|gap| spaces(gap, 0) == gap.len());
        let is = |words: &[&str]| {
            words
                .iter()
                .any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
        };
        let found = if is(&["critical", "fatal"]) {
            Some(LogLevel::Critical)
        } else if is(&["error", "errors"]) {
            Some(LogLevel::Error)
        } else if is(&["warning", "warnings"]) {
            Some(LogLevel::Warning)
        } else {
            None
        };
        if let Some(level) = found {
            pending = (!counted_as_none).then_some(level);
        } else if is(&["0", "no", "zero", "without"]) {
            counted_as_none = true;
        } else if !is(&["any", "or", "and", "nor"]) {
            counted_as_none = false;
        }
    }
    pending.map_or(worst, |level| worse(worst, level))
}

fn worse(worst: Option<LogLevel>, level: LogLevel) -> Option<LogLevel> {
    // The worst level comes first.
    Some(worst.map_or(level, |worst| worst.min(level)))
}

/// The next word from a place on, with the hyphens and dots within it, and where it begins.
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

/// Whether only a colon or an equals sign stands here, and spaces around it.
fn is_assignment(gap: &[u8]) -> bool {
    let at = spaces(gap, 0);
    matches!(gap.get(at), Some(b':' | b'=')) && spaces(gap, at + 1) == gap.len()
}

/// Whether a word of ASCII stands here, whatever its case.
#[inline]
fn begins(line: &[u8], at: usize, word: &str) -> bool {
    line.get(at..at + word.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
}

/// Where the spaces end that begin here.
#[inline]
fn spaces(line: &[u8], at: usize) -> usize {
    skip(
        line,
        at,
        |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        char::is_whitespace,
    )
}

/// Where the separators and spaces end that begin here.
#[inline]
fn separators(line: &[u8], at: usize) -> usize {
    skip(
        line,
        at,
        |byte| matches!(byte, b' ' | b'\t'..=b'\r' | b'|' | b':' | b',' | b'-'),
        char::is_whitespace,
    )
}

/// Where the letters, digits and underscores end that begin here.
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
fn skip(line: &[u8], mut at: usize, ascii: impl Fn(u8) -> bool, others: impl Fn(char) -> bool) -> usize {
    while let Some(&byte) = line.get(at) {
        at += match byte {
            0..=0x7f if ascii(byte) => 1,
            0..=0x7f => break,
            _ => match character(line, at) {
                Some((Some(found), length)) if others(found) => length,
                _ => break,
            },
        };
    }
    at
}

/// The character here and its length; none, and one byte, where there is no UTF-8.
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
