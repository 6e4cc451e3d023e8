//! Looks for what is searched for in lines, whatever its case.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ast::parse::Parser;
use runlens_contract::{log::LogFilter, params::invalid};

use super::{ansi::Stripper, encoding::Encoding};
use crate::error::{Error, Result};

/// Bytes of a compiled pattern.
const MAX_COMPILED: usize = 1 << 20;

/// What is looked for in lines: a text, or a regular expression.
pub(super) struct Pattern {
    regex: Regex,
    /// Bytes that a match has at most; none for a regular expression.
    longest: Option<usize>,
}

impl Pattern {
    /// None where a filter looks for no text.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no regular expression, with the place of the fault.
    pub(super) fn new(filter: &LogFilter) -> Result<Option<Self>> {
        match (&filter.contains, &filter.regex) {
            (Some(text), _) => {
                let regex =
                    compile(&regex::escape(text)).map_err(|error| Error::Internal(format!("cannot search for {text:?}: {error}")))?;
                // Changing the case keeps the number of characters, not that of bytes.
                Ok(Some(Self { regex, longest: Some(text.chars().count() * char::MAX.len_utf8()) }))
            }
            (None, Some(pattern)) => match compile(pattern) {
                Ok(regex) => Ok(Some(Self { regex, longest: None })),
                Err(error) => Err(Error::Invalid(invalid(&[("regex", fault(pattern, &error))]))),
            },
            (None, None) => Ok(None),
        }
    }

    pub(super) fn is_in(&self, visible: &str) -> bool {
        self.regex.is_match(visible.as_bytes())
    }

    /// Where it stands in a line, in bytes.
    pub(super) fn ranges(&self, visible: &str) -> impl Iterator<Item = Range<usize>> {
        self.regex.find_iter(visible.as_bytes()).map(|found| found.range())
    }

    /// Looks through one line that is too long to be held; none where the pattern is looked for only in what is held of it.
    pub(super) fn search(&self, encoding: Encoding) -> Option<Search<'_>> {
        let longest = self.longest?;
        Some(Search { regex: &self.regex, longest, encoding, stripper: Stripper::default(), window: Vec::new() })
    }
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).size_limit(MAX_COMPILED).dfa_size_limit(MAX_COMPILED).build()
}

fn fault(pattern: &str, error: &regex::Error) -> String {
    match Parser::new().parse(pattern) {
        Err(error) => {
            let before = pattern.get(..error.span().start.offset).unwrap_or(pattern).chars().count();
            format!("is no regular expression: {}, at character {}", error.kind(), before + 1)
        }
        Ok(_) if matches!(error, regex::Error::CompiledTooBig(_)) => "is too large once compiled; repeat less".to_owned(),
        Ok(_) => format!("cannot be searched for: {}", error.to_string().lines().last().unwrap_or_default()),
    }
}

/// A search in one line that arrives in pieces.
pub(super) struct Search<'a> {
    regex: &'a Regex,
    longest: usize,
    encoding: Encoding,
    stripper: Stripper,
    /// Visible text, UTF-8: the last piece, and as much before it as an occurrence can begin with.
    window: Vec<u8>,
}

impl Search<'_> {
    /// Takes the next piece; true once the text has been found.
    pub(super) fn push(&mut self, piece: &[u8]) -> bool {
        match self.encoding {
            // A character that is torn here is whole in the next window.
            Encoding::Utf8 => self.stripper.push(piece, &mut self.window),
            Encoding::Windows1252 => {
                let mut visible = Vec::new();
                self.stripper.push(piece, &mut visible);
                self.window.extend_from_slice(self.encoding.decode(&visible).as_bytes());
            }
        }
        let is_found = self.regex.is_match(&self.window);
        self.window.drain(..self.window.len().saturating_sub(self.longest));
        is_found
    }
}
