//! Looks for texts and patterns in lines: within each line, in what a terminal would show of it.

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
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::{
    ast::{self, Ast, Visitor},
    hir::translate::TranslatorBuilder,
};
use runlens_api_types::{log::LogFilter, params::invalid};

use super::{
    ansi::{ESCAPE, Stripper},
    clue::Clue,
    encoding::Encoding,
    line::{BYTE_ORDER_MARK, end_length},
};
use crate::error::{Error, Result};

/// Characters of a regular expression.
const MAX_REGEX: usize = 200;
/// Groups within groups.
const MAX_NESTING: u32 = 50;
/// Bytes of a compiled pattern, and of what is remembered of it while it is looked for.
const MAX_COMPILED: usize = 4 << 20;
/// Places in a line that are marked.
const MAX_RANGES: usize = 20;
/// Bytes before a piece of a line in which a match of a regular expression may begin that ends in the piece.
const OVERLAP: usize = 64 << 10;
/// Escape sequences in a piece of a log up to which the lines that have them are looked at one by one.
const FEW: usize = 64;

/// What is looked for, whatever its case: a text, or a regular expression that does not say `(?-i)`. It is found in time that
/// grows with the length of what is searched only, and never runs over a line's end.
pub(super) struct Pattern {
    matcher: RegexMatcher,
    /// It as a regular expression.
    source: String,
    /// Of a text, by what lines are found that may have it.
    clue: Option<Clue>,
    /// Bytes before a piece of a line that are searched with it.
    overlap: usize,
}

impl Pattern {
    /// None where a filter looks for no text.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no regular expression, with the place of the fault.
    pub(super) fn new(filter: &LogFilter) -> Result<Option<Self>> {
        match (&filter.contains, &filter.regex) {
            (Some(text), _) => Self::literal(text).map(Some),
            (None, Some(pattern)) => Self::regex(pattern).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// A text.
    pub(super) fn literal(text: &str) -> Result<Self> {
        // No line has a line's end in it.
        let (source, clue) = if text.contains('\n') {
            (r"[^\s\S]".to_owned(), None)
        } else {
            (regex::escape(text), Clue::of(text))
        };
        let matcher = compile(&source).map_err(|error| unusable(&source, error))?;
        // Changing the case keeps the number of characters, not that of bytes.
        Ok(Self {
            matcher,
            source,
            clue,
            overlap: text.chars().count() * char::MAX.len_utf8(),
        })
    }

    /// A regular expression, in which `^` and `$` are a line's start and end.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `regex`, with the fault's place in the expression, in characters from 1.
    pub(super) fn regex(pattern: &str) -> Result<Self> {
        let refused = |message: String| Error::Invalid(invalid(&[("regex", message)]));
        if pattern.chars().count() > MAX_REGEX {
            return Err(refused(format!("must have at most {MAX_REGEX} characters")));
        }
        check(pattern).map_err(|fault| {
            let position = pattern[..fault.offset].chars().count() + 1;
            refused(format!("has a fault at character {position}: {}", fault.message))
        })?;
        let matcher = compile(pattern).map_err(|_| refused("is too large: repeat less".to_owned()))?;
        Ok(Self {
            matcher,
            source: pattern.to_owned(),
            clue: None,
            overlap: OVERLAP,
        })
    }

    /// Whether it is in the visible text of a line.
    pub(super) fn is_in(&self, visible: &str) -> bool {
        self.is_match(visible.as_bytes())
    }

    /// Where it is in the visible text of a line, in characters; the first places only, and none that is empty.
    pub(super) fn ranges(&self, visible: &str) -> Vec<Range<u32>> {
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

    /// Hands the lines in which it is, of a piece of a log that begins where a line begins, at the log's start where `is_first`, and
    /// ends where a line or the log ends, to `visit`: the index of each in the piece, from 0, and its bytes there with its end.
    pub(super) fn for_each_match(
        &self,
        buffer: &[u8],
        encoding: Encoding,
        is_first: bool,
        mut visit: impl FnMut(usize, Range<usize>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let Some(clue) = &self.clue else {
            return self.for_each_match_anywhere(buffer, encoding, is_first, visit);
        };
        // The next line that is to be looked at, and where it begins.
        let (mut line, mut at, mut escapes) = (0, 0, 0);
        while let Some(place) = clue.next(buffer, at) {
            let start = memrchr(b'\n', &buffer[at..place]).map_or(at, |end| at + end + 1);
            line += memchr_iter(b'\n', &buffer[at..start]).count();
            at = start;
            escapes += usize::from(buffer[place] == ESCAPE);
            if escapes > FEW {
                let rest = &buffer[at..];
                return self.for_each_match_anywhere(rest, encoding, is_first && at == 0, |number, raw| {
                    visit(line + number, at + raw.start..at + raw.end)
                });
            }
            let end = memchr(b'\n', &buffer[place..]).map_or(buffer.len(), |end| place + end + 1);
            let shown = visible(&buffer[start..end], encoding, is_first && start == 0);
            if self.is_match(shown.strip_suffix(b"\n").unwrap_or(&shown)) {
                visit(line, start..end)?;
            }
            (line, at) = (line + 1, end);
        }
        ControlFlow::Continue(())
    }

    /// The same without a clue.
    fn for_each_match_anywhere(
        &self,
        buffer: &[u8],
        encoding: Encoding,
        is_first: bool,
        mut visit: impl FnMut(usize, Range<usize>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let text = visible(buffer, encoding, is_first);
        // The line's number, and where it begins in the buffer and in the visible text: both have the same lines.
        let (mut line, mut raw, mut seen) = (0, 0, 0);
        let mut at = 0;
        while let Some(found) = self.next_line(&text, at) {
            at = found.end + 1;
            let passed = memchr_iter(b'\n', &text[seen..found.start]).count();
            if passed > 0 {
                raw = memchr_iter(b'\n', &buffer[raw..])
                    .nth(passed - 1)
                    .map_or(buffer.len(), |end| raw + end + 1);
            }
            (line, seen) = (line + passed, found.start);
            let end = memchr(b'\n', &buffer[raw..]).map_or(buffer.len(), |end| raw + end + 1);
            visit(line, raw..end)?;
        }
        ControlFlow::Continue(())
    }

    /// Looks through one line that is too long to be held.
    pub(super) fn search(&self, encoding: Encoding) -> Result<Search> {
        // Unlike the matcher, it tells the earliest end that a match can have.
        let regex = RegexBuilder::new(&self.source)
            .case_insensitive(true)
            .multi_line(true)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(MAX_COMPILED)
            .build()
            .map_err(|error| unusable(&self.source, error))?;
        let overlap = self.overlap;
        Ok(Search {
            regex,
            overlap,
            encoding,
            stripper: Stripper::default(),
            window: Vec::new(),
            context: 0,
        })
    }

    /// The next line with a match, without its end, from a line's start on.
    fn next_line(&self, text: &[u8], mut at: usize) -> Option<Range<usize>> {
        while at < text.len() {
            let (near, is_confirmed) = match self.matcher.find_candidate_line(&text[at..]).ok()?? {
                LineMatchKind::Confirmed(near) => (at + near, true),
                LineMatchKind::Candidate(near) => (at + near, false),
            };
            let start = memrchr(b'\n', &text[at..near]).map_or(at, |end| at + end + 1);
            let end = memchr(b'\n', &text[near..]).map_or(text.len(), |end| near + end);
            // Nothing is found behind the last line's end, where no line is.
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

fn unusable(source: &str, error: impl Display) -> Error {
    Error::Internal(format!("cannot search for {source:?}: {error}"))
}

fn compile(pattern: &str) -> std::result::Result<RegexMatcher, grep_regex::Error> {
    RegexMatcherBuilder::new()
        .case_insensitive(true)
        .multi_line(true)
        .line_terminator(Some(b'\n'))
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(MAX_NESTING)
        .build(pattern)
}

/// What is wrong with a regular expression, and at which of its bytes.
struct Fault {
    offset: usize,
    message: String,
}

impl Fault {
    fn at(span: &ast::Span, message: impl ToString) -> Self {
        Self {
            offset: span.start.offset,
            message: message.to_string(),
        }
    }
}

/// Reads a regular expression as it will be compiled.
fn check(pattern: &str) -> std::result::Result<(), Fault> {
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(MAX_NESTING)
        .build()
        .parse(pattern)
        .map_err(|error| Fault::at(error.span(), error.kind()))?;
    ast::visit(&ast, WithinLines)?;
    TranslatorBuilder::new()
        .case_insensitive(true)
        .multi_line(true)
        .utf8(false)
        .line_terminator(b'\n')
        .build()
        .translate(pattern, &ast)
        .map_err(|error| Fault::at(error.span(), error.kind()))?;
    Ok(())
}

/// Refuses what has no meaning where each line is searched for itself, as text.
struct WithinLines;

impl Visitor for WithinLines {
    type Output = ();
    type Err = Fault;

    fn finish(self) -> std::result::Result<(), Fault> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> std::result::Result<(), Fault> {
        match ast {
            Ast::Literal(literal) if literal.c == '\n' => {
                Err(Fault::at(&literal.span, "a line's end is never matched"))
            }
            Ast::Assertion(assertion) => match assertion.kind {
                ast::AssertionKind::StartText => Err(Fault::at(&assertion.span, "a line starts at `^`")),
                ast::AssertionKind::EndText => Err(Fault::at(&assertion.span, "a line ends at `$`")),
                _ => Ok(()),
            },
            Ast::Flags(set) => no_lines_turned_off(&set.flags),
            Ast::Group(group) => group.flags().map_or(Ok(()), no_lines_turned_off),
            _ => Ok(()),
        }
    }
}

fn no_lines_turned_off(flags: &ast::Flags) -> std::result::Result<(), Fault> {
    let is_off = |flag| flags.flag_state(flag) == Some(false);
    if is_off(ast::Flag::MultiLine) || is_off(ast::Flag::Unicode) {
        return Err(Fault::at(&flags.span, "`m` and `u` cannot be turned off"));
    }
    Ok(())
}

/// The visible text of many lines: with LF at their ends, without escape sequences and without a byte order mark. Mostly, that
/// is what is there.
fn visible(buffer: &[u8], encoding: Encoding, is_first: bool) -> Cow<'_, [u8]> {
    let text = match encoding {
        Encoding::Utf8 => {
            let text = buffer
                .strip_prefix(BYTE_ORDER_MARK)
                .filter(|_| is_first)
                .unwrap_or(buffer);
            // A log of UTF-8 can end within a character, and has nothing else to be replaced.
            let may_be_torn = text.last().is_some_and(|last| !last.is_ascii());
            if may_be_torn {
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
    let mut shown = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        Stripper::default().push(&line[..line.len() - end_length(line)], &mut shown);
        // An end for the last line too, which may show nothing.
        shown.push(b'\n');
    }
    Cow::Owned(shown)
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// A search in one line that arrives in pieces. A text is found wherever it is; a match of a regular expression, where it can
/// end in the piece in which it begins, or begins within [`OVERLAP`] bytes of visible text before the piece in which it ends.
pub(super) struct Search {
    regex: Regex,
    overlap: usize,
    encoding: Encoding,
    stripper: Stripper,
    /// Visible text, UTF-8: the last piece, and as much before it as a match can begin with.
    window: Vec<u8>,
    /// Bytes at the window's start that are not searched: they say that no line starts behind them.
    context: usize,
}

impl Search {
    /// Takes the next piece; true once there is a match.
    pub(super) fn push(&mut self, piece: &[u8], is_last: bool) -> bool {
        match self.encoding {
            // A character that is torn here is whole in the next window.
            Encoding::Utf8 => self.stripper.push(piece, &mut self.window),
            Encoding::Windows1252 => {
                let mut visible = Vec::new();
                self.stripper.push(piece, &mut visible);
                self.window
                    .extend_from_slice(self.encoding.decode(&visible).as_bytes());
            }
        }
        let end = self.regex.shortest_match_at(&self.window, self.context);
        // What follows can make another match of one that ends with the piece: that is not where the line ends.
        if end.is_some_and(|end| is_last || end < self.window.len()) {
            return true;
        }
        let passed = self.window.len().saturating_sub(self.overlap + 1);
        if passed > 0 {
            self.window.drain(..passed);
            self.context = 1;
        }
        false
    }
}
