//! Counts the lines of one chunk of a log.

use std::str;

use runlens_terminal::Encoding;

use crate::{
    classify::{Tally, tally},
    limits::Limits,
    line,
    model::Counts,
    progress::ContentHash,
};

/// Result of indexing one chunk: the lines that start in it.
#[derive(Default)]
pub(crate) struct Chunk {
    /// Offset of the first line.
    pub(crate) start: u64,
    pub(crate) blocks: Vec<LineSpan>,
    pub(crate) has_non_ascii: bool,
    /// Hash of the start of the file, in the first chunk.
    pub(crate) first_hash: Option<ContentHash>,
    pub(crate) last_hash: ContentHash,
}

/// Consecutive lines.
pub(crate) struct LineSpan {
    /// Number of bytes.
    pub(crate) length: u64,
    pub(crate) counts: Counts,
}

/// The text is not UTF-8.
pub(crate) struct InvalidUtf8;

impl Chunk {
    /// Counts whole lines, none of which is longer than [`Limits::max_line_bytes`].
    pub(crate) fn count_lines(
        &mut self,
        lines: &[u8],
        encoding: Encoding,
        is_file_start: bool,
    ) -> Result<LineSpan, InvalidUtf8> {
        let Tally { counts, is_ascii } = tally(lines, encoding, is_file_start);
        if !is_ascii {
            // An incomplete character at the end can only be at the end of the file.
            self.check_encoding(lines, encoding)?;
        }
        Ok(LineSpan {
            length: lines.len() as u64,
            counts,
        })
    }

    /// Counts one line by its first [`Limits::max_line_bytes`]. The encoding of an incomplete line is left to
    /// the caller.
    pub(crate) fn count_line(
        &mut self,
        raw: &[u8],
        is_complete: bool,
        encoding: Encoding,
        is_file_start: bool,
        limits: &Limits,
    ) -> Result<LineSpan, InvalidUtf8> {
        if is_complete && raw.len() as u64 <= limits.max_line_bytes {
            return self.count_lines(raw, encoding, is_file_start);
        }
        if is_complete {
            self.check_encoding(raw, encoding)?;
        }
        let content = &raw[line::content(raw, encoding, is_file_start)];
        let head = &content[..content.len().min(limits.max_line_bytes as usize)];
        // An empty text would be counted as no line.
        let counts = tally(if head.is_empty() { b"\n" } else { head }, encoding, false).counts;
        Ok(LineSpan {
            length: raw.len() as u64,
            counts,
        })
    }

    /// Checks that bytes are text in this encoding. Returns the length of an incomplete character at their
    /// end.
    pub(crate) fn check_encoding(&mut self, bytes: &[u8], encoding: Encoding) -> Result<usize, InvalidUtf8> {
        if bytes.is_ascii() {
            return Ok(0);
        }
        self.has_non_ascii = true;
        match str::from_utf8(bytes) {
            Err(error) if encoding == Encoding::Utf8 => match error.error_len() {
                None => Ok(bytes.len() - error.valid_up_to()),
                Some(_) => Err(InvalidUtf8),
            },
            _ => Ok(0),
        }
    }
}
