//! Differences of two texts in bounded time: lines, words, captions and bytes.
//!
//! [`text::DecodedText`] decodes bytes. [`Lines`] holds the lines of both texts. [`Lines::compare`] or
//! [`captions::compare`] computes an [`EditScript`], and [`hunks::line_diff`] splits it into the hunks that
//! `/api/v1` returns. [`unified::write`] prints hunks like `diff -u`. See README.md for the guarantees.

pub mod bytes;
pub mod captions;
mod edit_script;
pub mod hunks;
mod line_pairing;
mod lines;
#[cfg(test)]
mod tests;
pub mod text;
pub mod unified;
mod words;

pub use edit_script::EditScript;
pub use lines::{DiffLimits, Lines};

/// Runs the examples of the README as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeExamples;
