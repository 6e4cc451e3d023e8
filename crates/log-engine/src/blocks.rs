//! Lines of a log, block by block: for what the index has counted and somebody wants to see.

use std::{ops::Range, sync::Arc};

use super::{
    Limits, LogService,
    cursor::Position,
    encoding::Encoding,
    index::{Counts, LogIndex},
    indexes::Indexing,
    line,
};
use crate::{
    error::{Error, Result},
    files::{FileKey, FileReader, FoundFile},
};

/// A block with its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// Where its first line begins.
    pub(super) start: Position,
    /// The place behind its last line.
    pub(super) end: Position,
    /// What is in it.
    pub(super) counts: Counts,
}

impl Stretch {
    pub(super) fn of(index: &LogIndex, block: usize) -> Self {
        let start = index.blocks[block].start;
        Self {
            start,
            end: index.end_of(block),
            counts: index.blocks[block].counts,
        }
    }

    /// Bytes.
    pub(super) fn length(&self) -> u64 {
        self.end.offset - self.start.offset
    }

    /// Whether it is one line of which only the beginning is held in memory.
    pub(super) fn is_long_line(&self, limits: &Limits) -> bool {
        self.counts.lines() == 1 && self.length() > limits.max_line
    }

    /// Its bytes; the first of them, enough to show and classify it by, where it is one long line.
    pub(super) fn read(&self, reader: &FileReader, limits: &Limits) -> Result<bytes::Bytes> {
        let length = if self.is_long_line(limits) {
            self.length()
                .min(limits.max_line + line::BYTE_ORDER_MARK.len() as u64)
        } else {
            self.length()
        };
        reader.read(self.start.offset..self.start.offset + length)
    }
}

/// The lines of a buffer that begins at `start`, with their ends.
pub(super) fn lines(buffer: &[u8], start: Position) -> impl Iterator<Item = (Position, &[u8])> {
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

/// What of a line counts for what it is: as much of its text as is held in memory.
pub(super) fn head<'a>(raw: &'a [u8], encoding: Encoding, start: Position, limits: &Limits) -> &'a [u8] {
    let content = &raw[line::content(raw, encoding, start.offset == 0)];
    &content[..content.len().min(limits.max_line as usize)]
}

/// Where in the file the text of a line lies that is too long to be held: neither its end nor a byte order mark. `encoding` says how the
/// line's first bytes are to be read, which matters to the first line alone.
pub(super) fn long_content(
    place: Range<u64>,
    reader: &FileReader,
    encoding: impl FnOnce(&[u8]) -> Result<Encoding>,
) -> Result<Range<u64>> {
    let Range { start, end } = place;
    let first = reader.read(start..end.min(start + line::BYTE_ORDER_MARK.len() as u64))?;
    let last = reader.read(end.saturating_sub(2).max(start)..end)?;
    Ok(
        start + line::content(&first, encoding(&first)?, start == 0).start as u64
            ..end - line::end_length(&last) as u64,
    )
}

/// Finds the file of a run's log.
///
/// # Errors
/// [`Error::LogNotFound`], [`Error::Files`].
pub(super) async fn find_log(service: &LogService, run_id: i32) -> Result<FoundFile> {
    service
        .files()
        .find(&FileKey::log(run_id))
        .await?
        .ok_or(Error::LogNotFound { run_id })
}

/// Opens the file of a log.
///
/// # Errors
/// [`Error::LogNotFound`] where it has just gone, [`Error::Files`].
pub(super) async fn open(file: &FoundFile, run_id: i32) -> Result<Arc<FileReader>> {
    match file.reader().await {
        Err(Error::Files(object_store::Error::NotFound { .. })) => Err(Error::LogNotFound { run_id }),
        opened => Ok(Arc::new(opened?)),
    }
}

/// Refuses a file that is another than the one that was indexed. It may read a little, and wait.
///
/// # Errors
/// [`Error::NotReady`].
pub(super) fn require_same(indexing: &Indexing, reader: &FileReader) -> Result<()> {
    if indexing.describes(reader) {
        Ok(())
    } else {
        Err(changed())
    }
}

/// What is said of a file that is not what it was when it was counted.
pub(super) fn changed() -> Error {
    Error::NotReady("The log has just been replaced. Ask again.".to_owned())
}
