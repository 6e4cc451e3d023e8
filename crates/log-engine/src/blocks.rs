//! Reads blocks of the index and splits them into lines.

use std::ops::Range;

use bytes::Bytes;
use runlens_terminal::Encoding;

use crate::{
    cursor::Position,
    error::{Error, Result},
    file::ReadRange,
    index::LogIndex,
    index_cache::IndexHandle,
    limits::Limits,
    line,
    model::Counts,
};

/// A block of the index with its position.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockSpan {
    /// Start of the first line.
    pub(crate) start: Position,
    /// End of the last line.
    pub(crate) end: Position,
    pub(crate) counts: Counts,
}

impl BlockSpan {
    pub(crate) fn new(index: &LogIndex, block: usize) -> Self {
        let start = index.blocks[block].start;
        Self {
            start,
            end: index.end_of(block),
            counts: index.blocks[block].counts,
        }
    }

    /// Returns the number of bytes.
    pub(crate) fn length(&self) -> u64 {
        self.end.offset - self.start.offset
    }

    /// Returns whether the block is a single line that is too long to be held in memory.
    pub(crate) fn is_long_line(&self, limits: &Limits) -> bool {
        self.counts.lines() == 1 && self.length() > limits.max_line_bytes
    }

    /// Reads the block; of a long line, only the bytes that are displayed and classified.
    pub(crate) fn read(&self, reader: &dyn ReadRange, limits: &Limits) -> Result<Bytes> {
        let length = if self.is_long_line(limits) {
            self.length()
                .min(limits.max_line_bytes + line::BYTE_ORDER_MARK.len() as u64)
        } else {
            self.length()
        };
        reader
            .read(self.start.offset..self.start.offset + length)
            .map_err(Error::Read)
    }
}

/// Returns the lines of a buffer that begins at `start`, with their line endings and positions.
pub(crate) fn lines(buffer: &[u8], start: Position) -> impl Iterator<Item = (Position, &[u8])> {
    buffer
        .split_inclusive(|byte| *byte == b'\n')
        .scan(start, |next, raw| {
            let here = *next;
            *next = Position {
                offset: here.offset + raw.len() as u64,
                line: here.line + 1,
            };
            Some((here, raw))
        })
}

/// Returns the part of a line's text by which it is classified: the first [`Limits::max_line_bytes`].
pub(crate) fn line_head<'a>(raw: &'a [u8], encoding: Encoding, start: Position, limits: &Limits) -> &'a [u8] {
    let content = &raw[line::content(raw, encoding, start.offset == 0)];
    &content[..content.len().min(limits.max_line_bytes as usize)]
}

/// Returns the range of a long line's text in the file, without its line ending and byte order mark.
/// `encoding` returns the encoding of the first bytes of the line; it only makes a difference for the first
/// line of the log.
pub(crate) fn long_line_content(
    span: Range<u64>,
    reader: &dyn ReadRange,
    encoding: impl FnOnce(&[u8]) -> Result<Encoding>,
) -> Result<Range<u64>> {
    let Range { start, end } = span;
    let read = |range| reader.read(range).map_err(Error::Read);
    let first = read(start..end.min(start + line::BYTE_ORDER_MARK.len() as u64))?;
    let last = read(end.saturating_sub(2).max(start)..end)?;
    Ok(
        start + line::content(&first, encoding(&first)?, start == 0).start as u64
            ..end - line::end_length(&last) as u64,
    )
}

/// Checks that an open file is the one that was indexed. Can read a little, and block.
///
/// # Errors
/// [`Error::Replaced`].
pub(crate) fn require_same_file(index: &IndexHandle, reader: &dyn ReadRange) -> Result<()> {
    if index.describes(reader) {
        Ok(())
    } else {
        Err(Error::Replaced)
    }
}
