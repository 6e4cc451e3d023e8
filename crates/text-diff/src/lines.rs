//! The lines of two texts, and the limits of their comparison.

use std::time::{Duration, Instant};

use runlens_api_types::output::{LineEnd, OutputDiff};

use crate::edit_script::{EditScript, diff_slices};

/// Time limit of a comparison, and the window of hunk lines to return.
#[derive(Clone, Copy, Debug)]
pub struct DiffLimits {
    /// Number of hunk lines to skip.
    pub skip_lines: usize,
    /// Maximum number of hunk lines to return.
    pub max_lines: usize,
    /// After this time the comparison returns a valid, but no longer minimal difference.
    pub timeout: Duration,
}

impl DiffLimits {
    /// The limits of an API response: the first [`OutputDiff::MAX_LINES`] lines within 2 seconds.
    pub const DEFAULT: Self = Self {
        skip_lines: 0,
        max_lines: OutputDiff::MAX_LINES as usize,
        timeout: Duration::from_secs(2),
    };

    /// `None` if the timeout is too large to matter.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        Instant::now().checked_add(self.timeout)
    }
}

/// The lines of two texts, including their line endings.
#[derive(Debug, Default)]
pub struct Lines<'a> {
    pub(crate) expected: Vec<&'a str>,
    pub(crate) actual: Vec<&'a str>,
}

impl<'a> Lines<'a> {
    /// Splits both texts after each LF. A carriage return alone does not end a line.
    pub fn new(expected: &'a str, actual: &'a str) -> Self {
        Self {
            expected: expected.split_inclusive('\n').collect(),
            actual: actual.split_inclusive('\n').collect(),
        }
    }

    /// Compares the lines. Lines that differ only in their line endings differ.
    pub fn compare(&self, limits: DiffLimits) -> EditScript {
        EditScript(diff_slices(&self.expected, &self.actual, limits.deadline()))
    }
}

/// Splits a line into its text and its line ending.
pub(crate) fn split_line_end(line: &str) -> (&str, LineEnd) {
    match line.strip_suffix('\n') {
        Some(text) => text
            .strip_suffix('\r')
            .map_or((text, LineEnd::Lf), |text| (text, LineEnd::CrLf)),
        None => (line, LineEnd::None),
    }
}
