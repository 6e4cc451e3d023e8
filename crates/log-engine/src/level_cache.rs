//! Caches levels by the prefix of lines: lines that begin with the same text, apart from its digits, have the
//! same explicit level.
//!
//! Most logs have a few such prefixes. Comparing with them takes a fraction of the time that parsing the line
//! takes.

use crate::{keyword_scan::Vectors, level_rules::ExplicitLevel, model::Level};

/// Length of the prefix that is compared.
pub(crate) const PREFIX_BYTES: usize = 32;
/// Number of cached prefixes. Each line is compared with all of them.
pub(crate) const MAX_PREFIXES: usize = 8;

/// The most recently seen prefixes and their levels.
pub(crate) struct LevelCache {
    patterns: PrefixPatterns,
    /// Level of each prefix. The last entry stands for no matching prefix and is always `None`.
    levels: [Option<Level>; MAX_PREFIXES + 1],
    /// Prefix that is replaced next.
    oldest: usize,
}

#[derive(Debug)]
pub(crate) struct PrefixPatterns {
    /// Prefixes with `0` for every digit.
    pub(crate) bytes: [[u8; PREFIX_BYTES]; MAX_PREFIXES],
    /// Masks of the bytes that are compared.
    pub(crate) masks: [[u8; PREFIX_BYTES]; MAX_PREFIXES],
}

impl LevelCache {
    pub(crate) const EMPTY: Self = Self {
        patterns: PrefixPatterns {
            bytes: [[0; PREFIX_BYTES]; MAX_PREFIXES],
            masks: [[u8::MAX; PREFIX_BYTES]; MAX_PREFIXES],
        },
        levels: [None; MAX_PREFIXES + 1],
        oldest: 0,
    };

    /// Returns the level of a line with a cached prefix. `bytes` can extend into the next line.
    #[inline(always)]
    pub(crate) fn level(&self, bytes: &[u8; PREFIX_BYTES], vectors: &impl Vectors) -> Option<Level> {
        self.levels[vectors.match_prefix(&self.patterns, bytes).min(MAX_PREFIXES)]
    }

    /// Adds the prefix of a line, if it determines the level.
    pub(crate) fn add(&mut self, bytes: &[u8; PREFIX_BYTES], explicit: &ExplicitLevel) {
        // Bytes that are not ASCII are different characters in each encoding.
        let Some(length) = explicit
            .prefix_bytes
            .filter(|length| *length <= PREFIX_BYTES && bytes[..*length].is_ascii())
        else {
            return;
        };
        self.patterns.bytes[self.oldest] = normalize_digits(bytes);
        self.patterns.masks[self.oldest] = [0; PREFIX_BYTES];
        self.patterns.masks[self.oldest][..length].fill(u8::MAX);
        self.levels[self.oldest] = Some(explicit.level);
        self.oldest = (self.oldest + 1) % MAX_PREFIXES;
    }
}

/// Replaces every digit by `0`.
pub(crate) fn normalize_digits(bytes: &[u8; PREFIX_BYTES]) -> [u8; PREFIX_BYTES] {
    bytes.map(|byte| if byte.is_ascii_digit() { b'0' } else { byte })
}
