//! What one pass over a log tells of it, block by block: where its lines are, and how many there are of each level and source.

use std::ops::AddAssign;

use runlens_api_types::{
    TextEnum as _,
    log::{LogLevel, LogSource},
};

use super::{cursor::Position, encoding::Encoding};

/// Bytes of a block, about: what is read to find one line. Blocks begin and end at lines; a longer line is a block by itself.
pub(super) const BLOCK: u64 = 64 << 10;

/// How many lines there are of each level, and of each source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    /// In the order of the levels.
    pub(super) levels: [u64; LogLevel::ALL.len()],
    /// In the order of the sources.
    pub(super) sources: [u64; LogSource::ALL.len()],
}

impl Counts {
    pub(super) fn level(&self, level: LogLevel) -> u64 {
        self.levels[level as usize]
    }

    pub(super) fn source(&self, source: LogSource) -> u64 {
        self.sources[source as usize]
    }

    /// Lines of level `error` or worse.
    pub(super) fn errors(&self) -> u64 {
        self.level(LogLevel::Critical) + self.level(LogLevel::Error)
    }

    /// Every line has one level.
    pub(super) fn lines(&self) -> u64 {
        self.levels.iter().sum()
    }

    #[cfg(test)]
    pub(super) fn add(&mut self, level: LogLevel, source: LogSource) {
        self.levels[level as usize] += 1;
        self.sources[source as usize] += 1;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.levels
            .iter_mut()
            .zip(other.levels)
            .for_each(|(sum, more)| *sum += more);
        self.sources
            .iter_mut()
            .zip(other.sources)
            .for_each(|(sum, more)| *sum += more);
    }
}

/// Some lines that lie together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Where its first line begins.
    pub(super) start: Position,
    /// What is in it.
    pub(super) counts: Counts,
}

/// The index of a log, as far as it has been gone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogIndex {
    pub(super) encoding: Encoding,
    /// In the order of the log, without gaps, from its start.
    pub(super) blocks: Vec<Block>,
    /// Sum of all blocks.
    pub(super) total: Counts,
    /// The place behind the last line of the last block.
    pub(super) end: Position,
    /// Whether that is the end of the file.
    pub(super) is_complete: bool,
}

impl LogIndex {
    /// Of a log that nobody has begun to go through.
    pub(super) const EMPTY: Self = Self {
        encoding: Encoding::Utf8,
        blocks: Vec::new(),
        total: Counts {
            levels: [0; LogLevel::ALL.len()],
            sources: [0; LogSource::ALL.len()],
        },
        end: Position::START,
        is_complete: false,
    };

    /// Adds the next block.
    pub(super) fn push(&mut self, counts: Counts, length: u64) {
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

    /// Forgets the blocks from the first on that begins at or behind `offset`.
    pub(super) fn truncate(&mut self, offset: u64) {
        let kept = self.blocks.partition_point(|block| block.start.offset < offset);
        if let Some(first) = self.blocks.get(kept) {
            self.end = first.start;
        }
        self.blocks.truncate(kept);
        self.is_complete = false;
        self.total = Counts::default();
        self.blocks.iter().for_each(|block| self.total += block.counts);
    }

    /// The block that holds a line; none where it lies beyond what has been gone through.
    pub(super) fn block_of_line(&self, line: u64) -> Option<usize> {
        if line >= self.end.line {
            None
        } else {
            self.blocks
                .partition_point(|block| block.start.line <= line)
                .checked_sub(1)
        }
    }

    /// The block that holds a byte.
    pub(super) fn block_of_offset(&self, offset: u64) -> Option<usize> {
        if offset >= self.end.offset {
            None
        } else {
            self.blocks
                .partition_point(|block| block.start.offset <= offset)
                .checked_sub(1)
        }
    }

    /// The place behind a block.
    pub(super) fn end_of(&self, block: usize) -> Position {
        self.blocks.get(block + 1).map_or(self.end, |next| next.start)
    }
}
