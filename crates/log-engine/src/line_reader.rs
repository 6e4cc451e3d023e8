//! Cuts a log into lines, in either direction, reading it by ranges.

use std::{mem, ops::Range};

use bytes::Bytes;
use memchr::{memchr, memchr_iter, memrchr};
use runlens_api_types::log::LogDirection;

use super::{Limits, cursor::Position};
use crate::{error::Result, files::FileReader};

/// One line as it lies in the file.
#[derive(Debug)]
pub(super) struct RawLine {
    /// Where it begins.
    pub(super) start: Position,
    /// Where the next one begins.
    pub(super) end: Position,
    /// Its bytes with the line end; none where there are more than is held in memory.
    pub(super) bytes: Option<Bytes>,
}

/// The lines of a log from a place towards one of its ends.
pub(super) struct Lines<'a> {
    file: &'a FileReader,
    direction: LogDirection,
    limits: Limits,
    /// What has not been read.
    unread: Range<u64>,
    /// What has been read and not been cut.
    chunk: Bytes,
    next_read: u64,
    at: Position,
}

impl<'a> Lines<'a> {
    /// Of a file of which `size` bytes are the log. What `read` has is not read again.
    pub(super) fn new(
        file: &'a FileReader,
        size: u64,
        direction: LogDirection,
        from: Position,
        limits: Limits,
        read: &Chunk,
    ) -> Self {
        let chunk = read.ahead(from.offset, direction);
        let length = chunk.len() as u64;
        let unread = match direction {
            LogDirection::Forward => from.offset + length..size.max(from.offset + length),
            LogDirection::Backward => 0..from.offset - length,
        };
        Self {
            file,
            direction,
            limits,
            unread,
            chunk,
            next_read: limits.first_read,
            at: from,
        }
    }

    /// The place behind the last line that was cut, in this direction.
    pub(super) fn at(&self) -> Position {
        self.at
    }

    /// Whether no line follows.
    pub(super) fn is_at_end(&self) -> bool {
        self.chunk.is_empty() && self.unread.is_empty()
    }

    /// The next line; none at the end that lies ahead.
    pub(super) fn next(&mut self) -> Result<Option<RawLine>> {
        let mut line = Pieces::default();
        loop {
            let (piece, is_whole) = self.cut(line.length == 0);
            line.push(piece, self.limits.max_line);
            if is_whole || !self.fetch()? {
                break;
            }
        }
        Ok((line.length > 0).then(|| self.step_over(line)))
    }

    /// Cuts the line off the chunk; the rest of the chunk where the line goes on beyond it.
    fn cut(&mut self, is_first_piece: bool) -> (Bytes, bool) {
        let found = match self.direction {
            LogDirection::Forward => memchr(b'\n', &self.chunk).map(|at| self.chunk.split_to(at + 1)),
            LogDirection::Backward => {
                // The line's own end does not end the one before.
                let before = self.chunk.len().saturating_sub(usize::from(is_first_piece));
                memrchr(b'\n', &self.chunk[..before]).map(|at| self.chunk.split_off(at + 1))
            }
        };
        found.map_or_else(|| (mem::take(&mut self.chunk), false), |piece| (piece, true))
    }

    /// Reads the next chunk; false where there is none.
    fn fetch(&mut self) -> Result<bool> {
        if self.unread.is_empty() {
            return Ok(false);
        }
        let length = self.next_read.min(self.unread.end - self.unread.start);
        let range = match self.direction {
            LogDirection::Forward => self.unread.start..self.unread.start + length,
            LogDirection::Backward => self.unread.end - length..self.unread.end,
        };
        self.chunk = self.file.read(range.clone())?;
        match self.direction {
            LogDirection::Forward => self.unread.start = range.end,
            LogDirection::Backward => self.unread.end = range.start,
        }
        self.next_read = (self.next_read * 2).min(self.limits.max_read);
        Ok(true)
    }

    fn step_over(&mut self, line: Pieces) -> RawLine {
        let (here, length) = (self.at, line.length);
        let bytes = line.join(self.direction);
        match self.direction {
            LogDirection::Forward => {
                self.at = Position {
                    offset: here.offset + length,
                    line: here.line + 1,
                };
                RawLine {
                    start: here,
                    end: self.at,
                    bytes,
                }
            }
            LogDirection::Backward => {
                // A forged cursor can claim too small a number.
                self.at = Position {
                    offset: here.offset - length,
                    line: here.line.saturating_sub(1).max(1),
                };
                RawLine {
                    start: self.at,
                    end: here,
                    bytes,
                }
            }
        }
    }
}

impl RawLine {
    /// The end of the line that is met first in a direction.
    pub(super) fn near_end(&self, direction: LogDirection) -> Position {
        match direction {
            LogDirection::Forward => self.start,
            LogDirection::Backward => self.end,
        }
    }
}

/// The place where a line begins that lies at or behind `from`, and what was read last, which this place ends or lies in.
pub(super) fn seek(
    file: &FileReader,
    size: u64,
    from: Position,
    line: u64,
    limits: &Limits,
) -> Result<(Position, Chunk)> {
    let (mut at, mut offset) = (from, from.offset);
    let mut last = Chunk::default();
    while at.line < line && offset < size {
        let chunk = file.read(offset..size.min(offset + limits.first_read))?;
        for end in memchr_iter(b'\n', &chunk).take((line - at.line) as usize) {
            at = Position {
                offset: offset + end as u64 + 1,
                line: at.line + 1,
            };
        }
        offset += chunk.len() as u64;
        last = Chunk {
            end: offset,
            bytes: chunk,
        };
    }
    Ok((at, last))
}

/// A piece of a log that has been read already.
#[derive(Clone, Default)]
pub(super) struct Chunk {
    end: u64,
    bytes: Bytes,
}

impl Chunk {
    /// What of it lies ahead of a place, and right there.
    fn ahead(&self, from: u64, direction: LogDirection) -> Bytes {
        let start = self.end - self.bytes.len() as u64;
        match direction {
            _ if !(start..=self.end).contains(&from) => Bytes::new(),
            LogDirection::Forward => self.bytes.slice((from - start) as usize..),
            LogDirection::Backward => self.bytes.slice(..(from - start) as usize),
        }
    }
}

/// The pieces of one line, in the order in which they were met.
#[derive(Default)]
struct Pieces {
    length: u64,
    /// Empty once the line is too long to be held.
    held: Vec<Bytes>,
    is_too_long: bool,
}

impl Pieces {
    fn push(&mut self, piece: Bytes, max_line: u64) {
        self.length += piece.len() as u64;
        self.is_too_long |= self.length > max_line;
        if self.is_too_long {
            self.held.clear();
        } else if !piece.is_empty() {
            self.held.push(piece);
        }
    }

    fn join(mut self, direction: LogDirection) -> Option<Bytes> {
        if self.is_too_long {
            return None;
        }
        if direction == LogDirection::Backward {
            self.held.reverse();
        }
        Some(if self.held.len() == 1 {
            self.held.swap_remove(0)
        } else {
            self.held.concat().into()
        })
    }
}
