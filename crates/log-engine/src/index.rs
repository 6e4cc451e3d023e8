//! Index of a log: the position of each block, and its number of lines by level and source.

use runlens_terminal::Encoding;

use crate::{cursor::Position, model::Counts};

/// Consecutive whole lines. A line longer than [`Limits::block_bytes`](crate::Limits) is a block of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// Start of the first line.
    pub(crate) start: Position,
    pub(crate) counts: Counts,
}

/// The index of a log or of its first part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogIndex {
    pub(crate) encoding: Encoding,
    /// In order and without gaps, from the start of the log.
    pub(crate) blocks: Vec<Block>,
    /// Sum of all blocks.
    pub(crate) total: Counts,
    /// End of the last block.
    pub(crate) end: Position,
    /// Whether `end` is the end of the file.
    pub(crate) is_complete: bool,
}

impl LogIndex {
    pub(crate) const EMPTY: Self = Self {
        encoding: Encoding::Utf8,
        blocks: Vec::new(),
        total: Counts::ZERO,
        end: Position::START,
        is_complete: false,
    };

    /// Appends a block.
    pub(crate) fn push(&mut self, counts: Counts, length: u64) {
        self.blocks.push(Block {
            start: self.end,
            counts,
        });
        self.total += counts;
        self.end = Position {
            offset: self.end.offset + length,
            line: self.end.line + counts.lines(),
        };
    }

    /// Removes the blocks that start at `offset` or later.
    pub(crate) fn truncate(&mut self, offset: u64) {
        let remaining = self.blocks.partition_point(|block| block.start.offset < offset);
        if let Some(first_removed) = self.blocks.get(remaining) {
            self.end = first_removed.start;
        }
        self.blocks.truncate(remaining);
        self.is_complete = false;
        self.total = Counts::default();
        self.blocks.iter().for_each(|block| self.total += block.counts);
    }

    /// Returns the number of the block that contains a line, `None` if that line is not indexed.
    pub(crate) fn block_of_line(&self, line: u64) -> Option<usize> {
        if line >= self.end.line {
            None
        } else {
            self.blocks
                .partition_point(|block| block.start.line <= line)
                .checked_sub(1)
        }
    }

    /// Returns the number of the block that contains a byte, `None` if that byte is not indexed.
    pub(crate) fn block_of_offset(&self, offset: u64) -> Option<usize> {
        if offset >= self.end.offset {
            None
        } else {
            self.blocks
                .partition_point(|block| block.start.offset <= offset)
                .checked_sub(1)
        }
    }

    /// Returns the end of a block.
    pub(crate) fn end_of(&self, block: usize) -> Position {
        self.blocks.get(block + 1).map_or(self.end, |next| next.start)
    }
}
