//! Comparison of caption files. A dropped, renumbered or shifted caption does not make the others differ.

mod align;
mod pairing;
mod parse;
mod shifts;
#[cfg(test)]
mod tests;

use runlens_api_types::output::CaptionDiff;

use crate::{DiffLimits, EditScript, Lines};

/// Compares two caption files. `extension` is their file name extension with its dot. Returns `None` if a
/// file has content, but no captions of a known format, or if both files are empty.
///
/// Lines of an equal operation may have ignored differences: the number of a caption, a time that is shifted
/// together with others, or a line ending.
pub fn compare(extension: &str, lines: &Lines<'_>, limits: DiffLimits) -> Option<(EditScript, CaptionDiff)> {
    let format = parse::detect_format(extension, &lines.expected)
        .or_else(|| parse::detect_format(extension, &lines.actual))?;
    let expected = parse::parse(format, &lines.expected)?;
    let actual = parse::parse(format, &lines.actual)?;
    let has_captions = !expected.cues.is_empty() || !actual.cues.is_empty();
    has_captions.then(|| align::align(format, &expected, &actual, lines, limits))
}
