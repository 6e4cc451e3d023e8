//! Searches the visible text of lines for a text or a regular expression.

mod long_line;
mod syntax;
#[cfg(test)]
mod tests;

use std::{
    borrow::Cow,
    fmt::Display,
    ops::{ControlFlow, Range},
};

use grep_matcher::{LineMatchKind, Matcher as _};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use memchr::{memchr, memchr_iter, memchr2, memrchr};
use regex::bytes::RegexBuilder;
use runlens_terminal::{ESCAPE, Encoding, EscapeStripper};

pub(crate) use self::long_line::LongLineSearch;
use crate::{
    error::{Error, Result},
    line::{BYTE_ORDER_MARK, end_length},
    model::Filter,
    prefilter::LiteralPrefilter,
};

/// Maximum length of a regular expression.
const MAX_REGEX_CHARS: usize = 200;
/// Maximum size of a compiled pattern, and of its lazy DFA.
const MAX_COMPILED_BYTES: usize = 4 << 20;
/// Maximum number of ranges that are returned for a line.
const MAX_RANGES: usize = 20;
/// Overlap of the parts in which a long line is searched for a regular expression.
const REGEX_OVERLAP_BYTES: usize = 64 << 10;
/// Number of escape sequences in a buffer up to which the lines that contain them are searched one by one.
const MAX_ESCAPES: usize = 64;

/// A text or regular expression, ignoring case unless the expression contains `(?-i)`. A search takes time
/// linear in the length of the searched text, and matches never span lines.
pub(crate) struct Pattern {
    matcher: RegexMatcher,
    /// The pattern as a regular expression.
    source: String,
    /// `None` for regular expressions, and for texts without a suitable part.
    prefilter: Option<LiteralPrefilter>,
    /// Overlap of the parts in which a long line is searched. A longer match across parts can be missed.
    overlap_bytes: usize,
}

impl Pattern {
    /// Returns `None` if the filter has no text.
    ///
    /// # Errors
    /// [`Error::InvalidRegex`].
    pub(crate) fn from_filter(filter: &Filter) -> Result<Option<Self>> {
        match (&filter.contains, &filter.regex) {
            (Some(text), _) => Self::literal(text).map(Some),
            (None, Some(pattern)) => Self::regex(pattern).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn literal(text: &str) -> Result<Self> {
        // No line contains a newline, so the pattern never matches.
        let (source, prefilter) = if text.contains('\n') {
            (r"[^\s\S]".to_owned(), None)
        } else {
            (regex::escape(text), LiteralPrefilter::new(text))
        };
        let matcher = compile(&source).map_err(|error| compile_error(&source, error))?;
        // A different case can change the number of bytes, but not the number of characters.
        Ok(Self {
            matcher,
            source,
            prefilter,
            overlap_bytes: text.chars().count() * char::MAX.len_utf8(),
        })
    }

    /// In the expression, `^` and `$` match the start and end of a line.
    ///
    /// # Errors
    /// [`Error::InvalidRegex`] with the position of the error in the expression, in characters from 1.
    fn regex(pattern: &str) -> Result<Self> {
        if pattern.chars().count() > MAX_REGEX_CHARS {
            return Err(Error::InvalidRegex(format!(
                "must have at most {MAX_REGEX_CHARS} characters"
            )));
        }
        syntax::check(pattern).map_err(|error| {
            let position = pattern[..error.offset].chars().count() + 1;
            Error::InvalidRegex(format!("has a fault at character {position}: {}", error.message))
        })?;
        let matcher =
            compile(pattern).map_err(|_| Error::InvalidRegex("is too large: repeat less".to_owned()))?;
        Ok(Self {
            matcher,
            source: pattern.to_owned(),
            prefilter: None,
            overlap_bytes: REGEX_OVERLAP_BYTES,
        })
    }

    /// Returns whether the visible text of a line matches.
    pub(crate) fn matches_line(&self, visible: &str) -> bool {
        self.is_match(visible.as_bytes())
    }

    /// Returns the first matching ranges of the visible text, in characters, without empty ranges.
    pub(crate) fn ranges(&self, visible: &str) -> Vec<Range<u32>> {
        let (mut ranges, mut at, mut characters) = (Vec::new(), 0, 0);
        let mut advance = |to: usize| {
            characters += visible.get(at..to).unwrap_or_default().chars().count() as u32;
            at = to;
            characters
        };
        let _never_fails = self.matcher.find_iter(visible.as_bytes(), |found| {
            if !found.is_empty() {
                ranges.push(advance(found.start())..advance(found.end()));
            }
            ranges.len() < MAX_RANGES
        });
        ranges
    }

    /// Calls `visit` with each matching line of a buffer of whole lines: its index in the buffer, from 0, and
    /// its bytes with the line ending. `is_file_start` says that the buffer is the start of the log.
    pub(crate) fn for_each_match(
        &self,
        buffer: &[u8],
        encoding: Encoding,
        is_file_start: bool,
        mut visit: impl FnMut(usize, Range<usize>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(prefilter) = &self.prefilter else {
            return self.for_each_match_unfiltered(buffer, encoding, is_file_start, visit);
        };
        // Index and start of the next line to search.
        let (mut line, mut at, mut escapes) = (0, 0, 0);
        while let Some(position) = prefilter.next(buffer, at) {
            let start = memrchr(b'\n', &buffer[at..position]).map_or(at, |end| at + end + 1);
            line += memchr_iter(b'\n', &buffer[at..start]).count();
            at = start;
            escapes += usize::from(buffer[position] == ESCAPE);
            if escapes > MAX_ESCAPES {
                let rest = &buffer[at..];
                return self.for_each_match_unfiltered(
                    rest,
                    encoding,
                    is_file_start && at == 0,
                    |index, raw| visit(line + index, at + raw.start..at + raw.end),
                );
            }
            let end = memchr(b'\n', &buffer[position..]).map_or(buffer.len(), |end| position + end + 1);
            let text = visible_lines(&buffer[start..end], encoding, is_file_start && start == 0);
            if self.is_match(text.strip_suffix(b"\n").unwrap_or(&text)) {
                visit(line, start..end)?;
            }
            (line, at) = (line + 1, end);
        }
        ControlFlow::Continue(())
    }

    /// Does the same as [`Self::for_each_match`], without the prefilter.
    fn for_each_match_unfiltered(
        &self,
        buffer: &[u8],
        encoding: Encoding,
        is_file_start: bool,
        mut visit: impl FnMut(usize, Range<usize>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let text = visible_lines(buffer, encoding, is_file_start);
        // Index of a line, and its start in the buffer and in the visible text, which have the same lines.
        let (mut line, mut raw, mut visible) = (0, 0, 0);
        let mut at = 0;
        while let Some(found) = self.next_line(&text, at) {
            at = found.end + 1;
            let passed = memchr_iter(b'\n', &text[visible..found.start]).count();
            if passed > 0 {
                raw = memchr_iter(b'\n', &buffer[raw..])
                    .nth(passed - 1)
                    .map_or(buffer.len(), |end| raw + end + 1);
            }
            (line, visible) = (line + passed, found.start);
            let end = memchr(b'\n', &buffer[raw..]).map_or(buffer.len(), |end| raw + end + 1);
            visit(line, raw..end)?;
        }
        ControlFlow::Continue(())
    }

    /// Starts a search in one line that is too long to be held in memory.
    pub(crate) fn search_long_line(&self, encoding: Encoding) -> Result<LongLineSearch> {
        let regex = RegexBuilder::new(&self.source)
            .case_insensitive(true)
            .multi_line(true)
            .size_limit(MAX_COMPILED_BYTES)
            .dfa_size_limit(MAX_COMPILED_BYTES)
            .build()
            .map_err(|error| compile_error(&self.source, error))?;
        Ok(LongLineSearch::new(regex, self.overlap_bytes, encoding))
    }

    /// Returns the range of the next matching line, without its newline. `at` is the start of a line.
    fn next_line(&self, text: &[u8], mut at: usize) -> Option<Range<usize>> {
        while at < text.len() {
            let (near, is_confirmed) = match self.matcher.find_candidate_line(&text[at..]).ok()?? {
                LineMatchKind::Confirmed(near) => (at + near, true),
                LineMatchKind::Candidate(near) => (at + near, false),
            };
            let start = memrchr(b'\n', &text[at..near]).map_or(at, |end| at + end + 1);
            let end = memchr(b'\n', &text[near..]).map_or(text.len(), |end| near + end);
            // A match after the last newline belongs to no line.
            if start < text.len() && (is_confirmed || self.is_match(&text[start..end])) {
                return Some(start..end);
            }
            at = end + 1;
        }
        None
    }

    fn is_match(&self, line: &[u8]) -> bool {
        self.matcher.is_match(line).is_ok_and(|is_match| is_match)
    }
}

fn compile_error(source: &str, error: impl Display) -> Error {
    Error::Internal(format!("cannot compile {source:?}: {error}"))
}

fn compile(pattern: &str) -> Result<RegexMatcher, grep_regex::Error> {
    RegexMatcherBuilder::new()
        .case_insensitive(true)
        .multi_line(true)
        .line_terminator(Some(b'\n'))
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(MAX_COMPILED_BYTES)
        .nest_limit(syntax::MAX_NESTING)
        .build(pattern)
}

/// Returns the visible text of many lines: without escape sequences and byte order mark, and with LF at their
/// ends. Borrows the buffer if nothing has to change, which is the common case.
fn visible_lines(buffer: &[u8], encoding: Encoding, is_file_start: bool) -> Cow<'_, [u8]> {
    let text = match encoding {
        Encoding::Utf8 => {
            let text = buffer
                .strip_prefix(BYTE_ORDER_MARK)
                .filter(|_| is_file_start)
                .unwrap_or(buffer);
            // Only the end of a UTF-8 log can be invalid, within a character.
            let may_be_incomplete = text.last().is_some_and(|last| !last.is_ascii());
            if may_be_incomplete {
                into_bytes(encoding.decode(text))
            } else {
                Cow::Borrowed(text)
            }
        }
        Encoding::Windows1252 if buffer.is_ascii() => Cow::Borrowed(buffer),
        Encoding::Windows1252 => into_bytes(encoding.decode(buffer)),
    };
    if text.is_empty() && !buffer.is_empty() {
        return Cow::Borrowed(b"\n");
    }
    if memchr2(ESCAPE, b'\r', &text).is_none() {
        return text;
    }
    let mut visible = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        EscapeStripper::default().push(&line[..line.len() - end_length(line)], &mut visible);
        // Also after the last line, so that an empty one is still a line.
        visible.push(b'\n');
    }
    Cow::Owned(visible)
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}
