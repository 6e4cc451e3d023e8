//! Goes through a log once, in pieces that two threads take turns at: both reading and counting are shared.
//!
//! A piece has the lines that begin in it, so that neither thread waits for what the other finds. Pieces lie at fixed places: what is
//! known of those before the last line stays true when the log grows.

use std::{
    collections::BTreeMap,
    ops::Range,
    str,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use memchr::{memchr, memrchr};
use tokio::sync::watch;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Limits,
    classify::{Tallied, tally},
    encoding::Encoding,
    index::{Counts, LogIndex},
    line,
};
use crate::{
    error::{Error, Result},
    files::FileReader,
};

/// Bytes that are read at a time to find the end of a piece's last line.
const SPILL: u64 = 4 << 10;
/// Bytes at the start of a log, and at the end of what has been gone through, by which it is known again.
const MARK: usize = 64 << 10;
const LAST_MARK: usize = 4 << 10;

/// Bytes after which those who wait are told how far it is: to wake them takes longer than to go through a piece.
const TOLD_EVERY: u64 = 8 << 20;

/// What is known of a log so far.
#[derive(Clone, Debug)]
pub(super) struct Progress {
    pub(super) index: LogIndex,
    /// The first piece with a byte that is not ASCII: from there on it matters how the text is encoded.
    first_foreign: Option<u64>,
    pub(super) marks: Marks,
    /// Why it ended before the end.
    pub(super) failure: Option<Arc<str>>,
}

/// By what a log is known again: its start, and the end of what has been gone through.
#[derive(Clone, Debug)]
pub(super) struct Marks {
    first: Mark,
    last: Mark,
}

impl Marks {
    /// Whether a file, open now, begins with what has been gone through.
    pub(super) fn are_in(&self, reader: &FileReader) -> Result<bool> {
        Ok(self.first.is_in(reader)? && self.last.is_in(reader)?)
    }
}

/// A part of a file that is known again.
#[derive(Clone, Debug, Default)]
struct Mark {
    range: Range<u64>,
    hash: u64,
}

impl Mark {
    fn of(offset: u64, bytes: &[u8]) -> Self {
        Self {
            range: offset..offset + bytes.len() as u64,
            hash: xxh3_64(bytes),
        }
    }

    fn is_in(&self, reader: &FileReader) -> Result<bool> {
        Ok(self.range.is_empty() || xxh3_64(&reader.read(self.range.clone())?) == self.hash)
    }
}

impl Progress {
    pub(super) const NONE: Self = Self {
        index: LogIndex::EMPTY,
        first_foreign: None,
        marks: Marks {
            first: Mark { range: 0..0, hash: 0 },
            last: Mark { range: 0..0, hash: 0 },
        },
        failure: None,
    };

    /// Takes a piece; false where it does not begin where the one before ended.
    fn add(&mut self, number: u64, piece: Piece) -> bool {
        if piece.is_foreign {
            self.first_foreign.get_or_insert(number);
        }
        if let Some(first) = piece.first {
            self.marks.first = first;
        }
        if piece.blocks.is_empty() {
            return true;
        }
        self.marks.last = piece.last;
        let fits = piece.start == self.index.end.offset;
        piece
            .blocks
            .into_iter()
            .for_each(|block| self.index.push(block.counts, block.length));
        fits
    }

    /// Forgets the pieces from one on.
    fn back_to(&mut self, piece: u64, limits: &Limits) {
        self.index.truncate(piece * limits.piece);
        self.first_foreign = self.first_foreign.filter(|foreign| *foreign < piece);
    }
}

/// What is in one piece.
#[derive(Default)]
struct Piece {
    /// Where its first line begins.
    start: u64,
    blocks: Vec<Run>,
    /// Whether a byte is not ASCII.
    is_foreign: bool,
    /// The start of the file, where it is here.
    first: Option<Mark>,
    last: Mark,
}

/// Lines that lie together.
struct Run {
    length: u64,
    counts: Counts,
}

/// Not UTF-8.
struct Broken;

/// A pass over a log.
pub(super) struct Scan {
    reader: Arc<FileReader>,
    limits: Limits,
    turns: Mutex<Turns>,
    progress: Arc<watch::Sender<Progress>>,
}

/// Who goes through what.
struct Turns {
    /// The next piece that nobody has taken.
    next: u64,
    /// The next piece to be added to what is known.
    due: u64,
    /// The pieces after it that are done.
    done: BTreeMap<u64, Piece>,
    encoding: Encoding,
    /// What is still done in another encoding than the present one is dropped.
    round: u32,
    is_over: bool,
}

impl Scan {
    /// Goes on from what `progress` knows. The last block may have been cut short by the end of the file: its piece is gone through again.
    pub(super) fn new(
        reader: Arc<FileReader>,
        limits: Limits,
        progress: Arc<watch::Sender<Progress>>,
    ) -> Self {
        let mut from = 0;
        let mut encoding = Encoding::Utf8;
        progress.send_modify(|progress| {
            from = progress
                .index
                .blocks
                .last()
                .map_or(0, |block| block.start.offset / limits.piece);
            encoding = progress.index.encoding;
            progress.back_to(from, &limits);
            progress.index.is_complete = reader.file().size == 0;
        });
        let turns = Turns {
            next: from,
            due: from,
            done: BTreeMap::new(),
            encoding,
            round: 0,
            is_over: false,
        };
        Self {
            reader,
            limits,
            turns: Mutex::new(turns),
            progress,
        }
    }

    /// How many threads have something to do.
    pub(super) fn threads(&self) -> u64 {
        (self.pieces() - self.turns().next).min(2)
    }

    /// Takes turns until there are none, or one fails.
    pub(super) fn work(&self) {
        let mut buffer = Vec::new();
        while let Some((number, encoding, round)) = self.take() {
            let done = self
                .go_through(number, encoding, &mut buffer)
                .and_then(|piece| self.put(number, round, piece));
            if let Err(error) = done {
                self.fail(&error.to_string());
            }
        }
    }

    /// Ends the pass with this.
    pub(super) fn fail(&self, message: &str) {
        self.turns().is_over = true;
        self.progress.send_modify(|progress| {
            progress.failure.get_or_insert_with(|| message.into());
        });
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pieces(&self) -> u64 {
        self.reader.file().size.div_ceil(self.limits.piece)
    }

    fn take(&self) -> Option<(u64, Encoding, u32)> {
        let mut turns = self.turns();
        let number = turns.next;
        if turns.is_over || number >= self.pieces() {
            return None;
        }
        turns.next += 1;
        Some((number, turns.encoding, turns.round))
    }

    fn put(&self, number: u64, round: u32, piece: Result<Piece, Broken>) -> Result<()> {
        let mut turns = self.turns();
        let turns = &mut *turns;
        if round != turns.round || turns.is_over {
            return Ok(());
        }
        match piece {
            Ok(piece) => _ = turns.done.insert(number, piece),
            Err(Broken) => return self.begin_again(turns),
        }
        let mut ready = Vec::new();
        while let Some(piece) = turns.done.remove(&(turns.due + ready.len() as u64)) {
            ready.push(piece);
        }
        let (first, mut fits) = (turns.due, true);
        turns.due += ready.len() as u64;
        let is_end = turns.due == self.pieces();
        self.progress.send_if_modified(|progress| {
            let before = progress.index.end.offset / TOLD_EVERY;
            for (number, piece) in (first..).zip(ready) {
                fits &= progress.add(number, piece);
            }
            fits &= !is_end || progress.index.end.offset == self.reader.file().size;
            progress.index.is_complete = is_end && fits;
            is_end || progress.index.end.offset / TOLD_EVERY > before
        });
        if fits {
            Ok(())
        } else {
            Err(Error::Internal(
                "the log was changed while it was read".to_owned(),
            ))
        }
    }

    /// The whole file decides how its text is encoded: what has been counted as UTF-8 is counted again, but for what is ASCII.
    fn begin_again(&self, turns: &mut Turns) -> Result<()> {
        turns.encoding = Encoding::Windows1252;
        turns.round += 1;
        turns.done.clear();
        self.progress.send_modify(|progress| {
            turns.due = progress.first_foreign.unwrap_or(turns.due).min(turns.due);
            progress.back_to(turns.due, &self.limits);
            progress.index.encoding = turns.encoding;
        });
        turns.next = turns.due;
        Ok(())
    }

    /// Counts the lines that begin in a piece.
    fn go_through(
        &self,
        number: u64,
        encoding: Encoding,
        buffer: &mut Vec<u8>,
    ) -> Result<Result<Piece, Broken>> {
        let size = self.reader.file().size;
        let from = number * self.limits.piece;
        let to = size.min(from + self.limits.piece);
        // The byte before tells whether a line begins right here.
        let base = from.saturating_sub(1);
        let mut end = self.fill(buffer, 0, base..to)?;
        let begin = match from {
            0 => 0,
            _ => match memchr(b'\n', &buffer[..end - 1]) {
                Some(at) => at + 1,
                None => return Ok(Ok(Piece::default())),
            },
        };
        // The last line is read to its end, unless it is too long to be held.
        let last = memrchr(b'\n', &buffer[begin..end - 1]).map_or(begin, |at| begin + at + 1);
        let too_long = self.limits.max_line as usize + line::BYTE_ORDER_MARK.len() + 2;
        let mut is_whole = buffer[end - 1] == b'\n' || to == size;
        while !is_whole && end - last <= too_long {
            let at = base + end as u64;
            let more = self.fill(buffer, end, at..size.min(at + SPILL))?;
            let found = memchr(b'\n', &buffer[end..more]);
            end = found.map_or(more, |found| end + found + 1);
            is_whole = found.is_some() || base + end as u64 == size;
        }

        let first = (from == 0).then(|| Mark::of(0, &buffer[..end.min(MARK)]));
        let mark = end - begin.max(end.saturating_sub(LAST_MARK));
        let last = Mark::of(base + (end - mark) as u64, &buffer[end - mark..end]);
        let mut piece = Piece {
            start: base + begin as u64,
            first,
            last,
            ..Piece::default()
        };
        let window = self.limits.block.min(self.limits.max_line) as usize;
        let mut at = begin;
        while at < end {
            let rest = &buffer[at..end];
            let is_first = base + at as u64 == 0;
            let within = &rest[..rest.len().min(window)];
            let length = if within.len() == rest.len() && is_whole {
                Some(rest.len())
            } else {
                memrchr(b'\n', within).map(|at| at + 1)
            };
            let run = match length {
                Some(length) => piece.count(&rest[..length], encoding, is_first),
                None => match memchr(b'\n', rest)
                    .map(|at| at + 1)
                    .or(is_whole.then_some(rest.len()))
                {
                    Some(length) => piece.count_line(&rest[..length], true, encoding, is_first, &self.limits),
                    None => match piece.count_line(rest, false, encoding, is_first, &self.limits) {
                        Err(Broken) => Err(Broken),
                        Ok(run) => self.go_on(&mut piece, run, encoding, buffer, at..end, base)?,
                    },
                },
            };
            let Ok(run) = run else { return Ok(Err(Broken)) };
            at += run.length as usize;
            // What is left at the end of a piece is no block for itself.
            let joins = at >= end && length.is_some() && run.length < window as u64 / 4;
            match piece
                .blocks
                .last_mut()
                .filter(|before| joins && before.length <= window as u64)
            {
                Some(before) => {
                    before.length += run.length;
                    before.counts += run.counts;
                }
                None => piece.blocks.push(run),
            }
        }
        Ok(Ok(piece))
    }

    /// Goes on to the end of a line of which the buffer has only the beginning; that has been counted.
    fn go_on(
        &self,
        piece: &mut Piece,
        mut run: Run,
        encoding: Encoding,
        buffer: &mut Vec<u8>,
        held: Range<usize>,
        base: u64,
    ) -> Result<Result<Run, Broken>> {
        let size = self.reader.file().size;
        let mut offset = base + held.end as u64;
        let Ok(mut torn) = piece.check(&buffer[held.clone()], encoding) else {
            return Ok(Err(Broken));
        };
        buffer.copy_within(held.end - torn..held.end, 0);
        while offset < size {
            let end = self.fill(buffer, torn, offset..size.min(offset + self.limits.piece))?;
            let found = memchr(b'\n', &buffer[torn..end]);
            let end = found.map_or(end, |found| torn + found + 1);
            run.length += (end - torn) as u64;
            offset += (end - torn) as u64;
            let mark = end.min(LAST_MARK);
            piece.last = Mark::of(offset - mark as u64, &buffer[end - mark..end]);
            torn = match piece.check(&buffer[..end], encoding) {
                Ok(torn) => torn,
                Err(Broken) => return Ok(Err(Broken)),
            };
            if found.is_some() {
                break;
            }
            buffer.copy_within(end - torn..end, 0);
        }
        Ok(Ok(run))
    }

    /// Reads a range to `at` in the buffer, which is never made smaller: its bytes would have to be cleared again. Returns where it ends there.
    fn fill(&self, buffer: &mut Vec<u8>, at: usize, range: Range<u64>) -> Result<usize> {
        let end = at + (range.end - range.start) as usize;
        if buffer.len() < end {
            buffer.resize(end.max((self.limits.piece + 1 + SPILL) as usize), 0);
        }
        self.reader.read_at(range.start, &mut buffer[at..end])?;
        Ok(end)
    }
}

impl Piece {
    /// Counts whole lines, none of which is too long to be held.
    fn count(&mut self, lines: &[u8], encoding: Encoding, is_first: bool) -> Result<Run, Broken> {
        let Tallied { counts, is_ascii } = tally(lines, encoding, is_first);
        if !is_ascii {
            // Only the end of the file tears a character here.
            self.check(lines, encoding)?;
        }
        Ok(Run {
            length: lines.len() as u64,
            counts,
        })
    }

    /// Counts one line by as much of it as is held. Of one that is not whole, `go_on` checks the text.
    fn count_line(
        &mut self,
        raw: &[u8],
        is_whole: bool,
        encoding: Encoding,
        is_first: bool,
        limits: &Limits,
    ) -> Result<Run, Broken> {
        if is_whole && raw.len() as u64 <= limits.max_line {
            return self.count(raw, encoding, is_first);
        }
        if is_whole {
            self.check(raw, encoding)?;
        }
        let content = &raw[line::content(raw, encoding, is_first)];
        let head = &content[..content.len().min(limits.max_line as usize)];
        // An empty line is one too.
        let counts = tally(if head.is_empty() { b"\n" } else { head }, encoding, false).counts;
        Ok(Run {
            length: raw.len() as u64,
            counts,
        })
    }

    /// Checks that bytes are text in this encoding; returns how many at their end begin a character that they do not complete.
    fn check(&mut self, bytes: &[u8], encoding: Encoding) -> Result<usize, Broken> {
        if bytes.is_ascii() {
            return Ok(0);
        }
        self.is_foreign = true;
        match str::from_utf8(bytes) {
            Err(error) if encoding == Encoding::Utf8 => match error.error_len() {
                None => Ok(bytes.len() - error.valid_up_to()),
                Some(_) => Err(Broken),
            },
            _ => Ok(0),
        }
    }
}
