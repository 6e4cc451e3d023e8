//! Splits a log into lines in either direction, reading it by range.

use std::{mem, ops::Range};

use bytes::Bytes;
use memchr::{memchr, memchr_iter, memrchr};

use crate::{
    cursor::Position,
    error::{Error, Result},
    file::ReadRange,
    limits::Limits,
    model::Direction,
};

/// One line of the file.
#[derive(Debug)]
pub(crate) struct RawLine {
    /// Start of the line.
    pub(crate) start: Position,
    /// Start of the next line.
    pub(crate) end: Position,
    /// Bytes with the line ending. `None` for a line longer than [`Limits::max_line_bytes`].
    pub(crate) bytes: Option<Bytes>,
}

impl RawLine {
    /// Returns the end of the line that is reached first in a direction.
    pub(crate) fn near_end(&self, direction: Direction) -> Position {
        match direction {
            Direction::Forward => self.start,
            Direction::Backward => self.end,
        }
    }
}

/// Reads the lines of a log from a position towards one of its ends.
pub(crate) struct LineReader<'a> {
    file: &'a dyn ReadRange,
    direction: Direction,
    limits: Limits,
    /// Part of the file that has not been read.
    unread: Range<u64>,
    /// Bytes that have been read but not returned as lines.
    buffer: Bytes,
    next_read_bytes: u64,
    position: Position,
}

impl<'a> LineReader<'a> {
    /// Starts at `from` in a log of `size` bytes. Bytes in `read_ahead` are not read again.
    pub(crate) fn new(
        file: &'a dyn ReadRange,
        size: u64,
        direction: Direction,
        from: Position,
        limits: Limits,
        read_ahead: &ReadBuffer,
    ) -> Self {
        let buffer = read_ahead.slice_from(from.offset, direction);
        let length = buffer.len() as u64;
        let unread = match direction {
            Direction::Forward => from.offset + length..size.max(from.offset + length),
            Direction::Backward => 0..from.offset - length,
        };
        Self {
            file,
            direction,
            limits,
            unread,
            buffer,
            next_read_bytes: limits.first_read_bytes,
            position: from,
        }
    }

    /// Returns the position after the last returned line, in the reading direction.
    pub(crate) fn position(&self) -> Position {
        self.position
    }

    /// Returns whether no line follows.
    pub(crate) fn is_at_end(&self) -> bool {
        self.buffer.is_empty() && self.unread.is_empty()
    }

    /// Returns the next line, `None` at the end of the log in the reading direction.
    pub(crate) fn next(&mut self) -> Result<Option<RawLine>> {
        let mut line = LineParts::default();
        loop {
            let (part, is_complete) = self.take_part(line.length == 0);
            line.push(part, self.limits.max_line_bytes);
            if is_complete || !self.fill_buffer()? {
                break;
            }
        }
        Ok((line.length > 0).then(|| self.advance(line)))
    }

    /// Takes the rest of a line from the buffer, or the whole buffer if the line does not end in it. Returns
    /// whether it ends.
    fn take_part(&mut self, is_first_part: bool) -> (Bytes, bool) {
        let found = match self.direction {
            Direction::Forward => memchr(b'\n', &self.buffer).map(|at| self.buffer.split_to(at + 1)),
            Direction::Backward => {
                // Skip the newline of the line itself; the one before it ends the previous line.
                let before = self.buffer.len().saturating_sub(usize::from(is_first_part));
                memrchr(b'\n', &self.buffer[..before]).map(|at| self.buffer.split_off(at + 1))
            }
        };
        found.map_or_else(|| (mem::take(&mut self.buffer), false), |part| (part, true))
    }

    /// Reads the next part of the file. Returns false if there is none.
    fn fill_buffer(&mut self) -> Result<bool> {
        if self.unread.is_empty() {
            return Ok(false);
        }
        let length = self.next_read_bytes.min(self.unread.end - self.unread.start);
        let range = match self.direction {
            Direction::Forward => self.unread.start..self.unread.start + length,
            Direction::Backward => self.unread.end - length..self.unread.end,
        };
        self.buffer = self.file.read(range.clone()).map_err(Error::Read)?;
        match self.direction {
            Direction::Forward => self.unread.start = range.end,
            Direction::Backward => self.unread.end = range.start,
        }
        self.next_read_bytes = (self.next_read_bytes * 2).min(self.limits.max_read_bytes);
        Ok(true)
    }

    fn advance(&mut self, line: LineParts) -> RawLine {
        let (here, length) = (self.position, line.length);
        let bytes = line.join(self.direction);
        match self.direction {
            Direction::Forward => {
                self.position = Position {
                    offset: here.offset + length,
                    line: here.line + 1,
                };
                RawLine {
                    start: here,
                    end: self.position,
                    bytes,
                }
            }
            Direction::Backward => {
                // A forged cursor can claim too small a line number.
                self.position = Position {
                    offset: here.offset - length,
                    line: here.line.saturating_sub(1).max(1),
                };
                RawLine {
                    start: self.position,
                    end: here,
                    bytes,
                }
            }
        }
    }
}

/// Returns the start of a line at or after `from`, and the last bytes that were read to find it.
pub(crate) fn seek(
    file: &dyn ReadRange,
    size: u64,
    from: Position,
    line: u64,
    limits: &Limits,
) -> Result<(Position, ReadBuffer)> {
    let (mut at, mut offset) = (from, from.offset);
    let mut last = ReadBuffer::default();
    while at.line < line && offset < size {
        let bytes = file
            .read(offset..size.min(offset + limits.first_read_bytes))
            .map_err(Error::Read)?;
        for newline in memchr_iter(b'\n', &bytes).take((line - at.line) as usize) {
            at = Position {
                offset: offset + newline as u64 + 1,
                line: at.line + 1,
            };
        }
        offset += bytes.len() as u64;
        last = ReadBuffer { end: offset, bytes };
    }
    Ok((at, last))
}

/// A part of a log that has been read.
#[derive(Clone, Default)]
pub(crate) struct ReadBuffer {
    /// Offset of the end in the file.
    end: u64,
    bytes: Bytes,
}

impl ReadBuffer {
    /// Returns the bytes from an offset on in a direction; none if the offset is outside the buffer.
    fn slice_from(&self, offset: u64, direction: Direction) -> Bytes {
        let start = self.end - self.bytes.len() as u64;
        match direction {
            _ if !(start..=self.end).contains(&offset) => Bytes::new(),
            Direction::Forward => self.bytes.slice((offset - start) as usize..),
            Direction::Backward => self.bytes.slice(..(offset - start) as usize),
        }
    }
}

/// The parts of one line, in reading order.
#[derive(Default)]
struct LineParts {
    length: u64,
    /// Empty if the line is too long.
    parts: Vec<Bytes>,
    is_too_long: bool,
}

impl LineParts {
    fn push(&mut self, part: Bytes, max_line_bytes: u64) {
        self.length += part.len() as u64;
        self.is_too_long |= self.length > max_line_bytes;
        if self.is_too_long {
            self.parts.clear();
        } else if !part.is_empty() {
            self.parts.push(part);
        }
    }

    fn join(mut self, direction: Direction) -> Option<Bytes> {
        if self.is_too_long {
            return None;
        }
        if direction == Direction::Backward {
            self.parts.reverse();
        }
        Some(if self.parts.len() == 1 {
            self.parts.swap_remove(0)
        } else {
            self.parts.concat().into()
        })
    }
}
