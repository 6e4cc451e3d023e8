//! Compares files of captions: one that is dropped, renumbered or shifted with all others does not make the rest differ.

mod align;
mod pairing;
mod parse;
mod shifts;
#[cfg(test)]
mod tests;

use runlens_api_types::output::CaptionDiff;
use similar::DiffOp;

use crate::lines::{Limits, Lines};

/// How two files of captions differ: in steps from line to line, and in words.
///
/// The steps cover every line of both. A line that they call equal may have other words in the second: another number, a time that is
/// shifted with others, another end. `extension` is the files', with its dot; none where they hold no captions that can be read.
pub fn compare(extension: &str, lines: &Lines<'_>, limits: Limits) -> Option<(Vec<DiffOp>, CaptionDiff)> {
    let format =
        parse::format(extension, &lines.expected).or_else(|| parse::format(extension, &lines.actual))?;
    let (expected, actual) = (
        parse::parse(format, &lines.expected)?,
        parse::parse(format, &lines.actual)?,
    );
    let has_captions = !expected.cues.is_empty() || !actual.cues.is_empty();
    has_captions.then(|| align::align(format, &expected, &actual, lines, limits))
}
