//! Levels by the shapes of lines: lines that begin alike but for the digits in them say the same level, if they say one there.
//!
//! Most logs have a few shapes. To know one again takes a fraction of the time that it takes to read what it says.

use runlens_api_types::log::LogLevel;

use super::{level::Explicit, words::Vectors};

/// Bytes at a line's start by which it is known again.
pub(super) const REACH: usize = 32;
/// Shapes that are known at a time. All are looked at for each line.
pub(super) const KNOWN: usize = 8;

/// The shapes that have been seen last.
pub(super) struct Shapes {
    forms: Forms,
    /// The level of each; none where there is none yet, and of what has none of these shapes.
    levels: [Option<LogLevel>; KNOWN + 1],
    /// The one that is forgotten next.
    oldest: usize,
}

/// How lines begin.
#[derive(Debug)]
pub(super) struct Forms {
    /// With zeros for digits.
    pub(super) bytes: [[u8; REACH]; KNOWN],
    /// All bits of the bytes that decide.
    pub(super) decisive: [[u8; REACH]; KNOWN],
}

impl Shapes {
    pub(super) const NONE: Self = Self {
        forms: Forms {
            bytes: [[0; REACH]; KNOWN],
            decisive: [[u8::MAX; REACH]; KNOWN],
        },
        levels: [None; KNOWN + 1],
        oldest: 0,
    };

    /// The level of a line of known shape that begins with these bytes, which may go on behind its end.
    #[inline(always)]
    pub(super) fn level(&self, bytes: &[u8; REACH], vectors: &impl Vectors) -> Option<LogLevel> {
        self.levels[vectors.fitting(&self.forms, bytes).min(KNOWN)]
    }

    /// Remembers what a line that begins with these bytes says, where these tell it.
    pub(super) fn add(&mut self, bytes: &[u8; REACH], explicit: &Explicit) {
        // Other bytes say other things in other encodings.
        let Some(length) = explicit
            .decisive
            .filter(|length| *length <= REACH && bytes[..*length].is_ascii())
        else {
            return;
        };
        self.forms.bytes[self.oldest] = form(bytes);
        self.forms.decisive[self.oldest] = [0; REACH];
        self.forms.decisive[self.oldest][..length].fill(u8::MAX);
        self.levels[self.oldest] = Some(explicit.level);
        self.oldest = (self.oldest + 1) % KNOWN;
    }
}

/// A line's first bytes with zeros for digits.
pub(super) fn form(bytes: &[u8; REACH]) -> [u8; REACH] {
    bytes.map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
}
