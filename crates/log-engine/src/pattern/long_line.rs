//! Searches one line that arrives in parts.

use regex::bytes::Regex;
use runlens_terminal::{Encoding, EscapeStripper};

/// A search in one line that arrives in parts. A text is always found. A match of a regular expression is
/// found if it can end in the part in which it starts, or if it starts at most `overlap_bytes` of visible
/// text before the part in which it ends.
pub(crate) struct LongLineSearch {
    regex: Regex,
    overlap_bytes: usize,
    encoding: Encoding,
    stripper: EscapeStripper,
    /// Visible text in UTF-8: the last part, and the overlap before it.
    window: Vec<u8>,
    /// Number of bytes at the start of the window that are not searched. They prevent `^` from matching
    /// after them.
    context_bytes: usize,
}

impl LongLineSearch {
    /// `regex` has to report the earliest end of a match, which only [`Regex`] does.
    pub(super) fn new(regex: Regex, overlap_bytes: usize, encoding: Encoding) -> Self {
        Self {
            regex,
            overlap_bytes,
            encoding,
            stripper: EscapeStripper::default(),
            window: Vec::new(),
            context_bytes: 0,
        }
    }

    /// Adds the next part. Returns whether there is a match.
    pub(crate) fn push(&mut self, part: &[u8], is_last: bool) -> bool {
        match self.encoding {
            // A character that is incomplete here is complete in the next window.
            Encoding::Utf8 => self.stripper.push(part, &mut self.window),
            Encoding::Windows1252 => {
                let mut visible = Vec::new();
                self.stripper.push(part, &mut visible);
                self.window
                    .extend_from_slice(self.encoding.decode(&visible).as_bytes());
            }
        }
        let end = self.regex.shortest_match_at(&self.window, self.context_bytes);
        // A match at the end of a part can depend on the character that follows, unless the line ends there.
        if end.is_some_and(|end| is_last || end < complete_length(&self.window)) {
            return true;
        }
        let passed = self.window.len().saturating_sub(self.overlap_bytes + 1);
        if passed > 0 {
            self.window.drain(..passed);
            self.context_bytes = 1;
        }
        false
    }
}

/// Returns the length of the text without a character at its end whose bytes have not all arrived.
fn complete_length(text: &[u8]) -> usize {
    for (back, byte) in (1..4).zip(text.iter().rev()) {
        let length = match byte {
            0b1000_0000..=0b1011_1111 => continue,
            0b1100_0000..=0b1101_1111 => 2,
            0b1110_0000..=0b1110_1111 => 3,
            0b1111_0000..=0b1111_0111 => 4,
            _ => 1,
        };
        return if length > back {
            text.len() - back
        } else {
            text.len()
        };
    }
    text.len()
}
