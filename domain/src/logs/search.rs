//! Looks for a text in lines, whatever its case.

use std::ops::Range;

use regex::bytes::{Regex, RegexBuilder};

use super::{ansi::Stripper, encoding::Encoding};
use crate::error::{Error, Result};

/// A text that is looked for.
pub(super) struct Needle {
    regex: Regex,
    /// Bytes that an occurrence has at most.
    longest: usize,
}

impl Needle {
    pub(super) fn new(text: &str) -> Result<Self> {
        let regex = RegexBuilder::new(&regex::escape(text))
            .case_insensitive(true)
            .build()
            .map_err(|error| Error::Internal(format!("cannot search for {text:?}: {error}")))?;
        // Changing the case keeps the number of characters, not that of bytes.
        Ok(Self { regex, longest: text.chars().count() * char::MAX.len_utf8() })
    }

    pub(super) fn is_in(&self, visible: &str) -> bool {
        self.regex.is_match(visible.as_bytes())
    }

    /// Where it stands in a line, in bytes.
    pub(super) fn ranges(&self, visible: &str) -> impl Iterator<Item = Range<usize>> {
        self.regex.find_iter(visible.as_bytes()).map(|found| found.range())
    }

    /// Looks through one line that is too long to be held.
    pub(super) fn search(&self, encoding: Encoding) -> Search<'_> {
        Search { needle: self, encoding, stripper: Stripper::default(), window: Vec::new() }
    }
}

/// A search in one line that arrives in pieces.
pub(super) struct Search<'a> {
    needle: &'a Needle,
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
        let is_found = self.needle.regex.is_match(&self.window);
        self.window.drain(..self.window.len().saturating_sub(self.needle.longest));
        is_found
    }
}
