//! A log that is open for one page: where the page begins, and what the index tells of the rest.

use std::{
    cell::{Cell, OnceCell},
    sync::Arc,
};

use runlens_api_types::log::{LogDirection, LogQuery};
use tokio::runtime::Handle;

use super::{
    Limits, LogCache,
    blocks::require_same,
    cursor::Position,
    encoding::Encoding,
    index::{Counts, LogIndex},
    indexes::Indexing,
    lines::{self, Chunk, Lines},
};
use crate::{
    error::{Error, Result},
    files::FileReader,
};

/// A log, open for one page, on a thread that may wait. Its index is asked for where it is needed, and not before.
pub(super) struct OpenLog {
    reader: Arc<FileReader>,
    /// Bytes of the version that the page is of.
    size: Cell<u64>,
    /// What was read to find where the page begins.
    read: OnceCell<Chunk>,
    cache: LogCache,
    runtime: Handle,
    index: OnceCell<Arc<Indexing>>,
    encoding: OnceCell<Encoding>,
    /// Whether more may be known of the same log later.
    is_provisional: Cell<bool>,
}

impl OpenLog {
    /// To be made where the runtime is at hand.
    pub(super) fn new(cache: &LogCache, reader: Arc<FileReader>) -> Self {
        Self {
            size: Cell::new(reader.file().size),
            read: OnceCell::new(),
            reader,
            cache: cache.clone(),
            runtime: Handle::current(),
            index: OnceCell::new(),
            encoding: OnceCell::new(),
            is_provisional: Cell::new(false),
        }
    }

    pub(super) fn file(&self) -> &FileReader {
        &self.reader
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.cache.limits
    }

    pub(super) fn is_provisional(&self) -> bool {
        self.is_provisional.get()
    }

    pub(super) fn lines(&self, direction: LogDirection, from: Position, max_read: u64) -> Lines<'_> {
        let read = self.read.get_or_init(Chunk::default);
        Lines::new(
            &self.reader,
            self.size.get(),
            direction,
            from,
            Limits {
                max_read,
                ..self.cache.limits
            },
            read,
        )
    }

    /// Where a page begins: what it goes on to lies behind this place in its direction.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor that does not fit, [`Error::NotReady`] where the index has not got there, [`Error::Files`].
    pub(super) fn place(&self, query: &LogQuery, cursor: Option<Position>) -> Result<Position> {
        let (_, direction) = query.extent();
        match (cursor, query.from_line, direction) {
            (Some(cursor), ..) => cursor.require_in(&self.reader).map(|()| cursor),
            (None, None | Some(1), LogDirection::Forward) => Ok(Position::START),
            (None, Some(line), LogDirection::Forward) => self.start_of(line),
            // The page ends with the line: the place is behind it.
            (None, Some(line), LogDirection::Backward) => self.start_of(line + 1),
            (None, None, LogDirection::Backward) => self.start_of(u64::MAX),
        }
    }

    /// Where a line begins; the end of the log where it has fewer.
    fn start_of(&self, line: u64) -> Result<Position> {
        let index = self.index()?;
        self.size.set(index.file().size);
        let look = |index: &LogIndex| match index.block_of_line(line) {
            Some(block) => Some((index.blocks[block].start, line)),
            None => index.is_complete.then_some((index.end, 0)),
        };
        let found = self.runtime.block_on(index.wait(self.limits().patience, look))?;
        let (from, line) = found.ok_or_else(|| self.not_yet(index))?;
        let (place, read) = lines::seek(&self.reader, self.size.get(), from, line, self.limits())?;
        _ = self.read.set(read);
        Ok(place)
    }

    fn not_yet(&self, index: &Indexing) -> Error {
        let end = index.look(|index| index.end);
        let size = index.file().size;
        let percent = end.offset * 100 / size.max(1);
        Error::NotReady(format!(
            "The lines of this log are still being counted: {} so far, in {percent} % of its {size} bytes. Ask again in a moment.",
            end.line - 1
        ))
    }

    /// How a piece of the log is to be read as text. Nobody is waited for where it does not matter.
    pub(super) fn encoding_of(&self, bytes: &[u8]) -> Result<Encoding> {
        if bytes.is_ascii() {
            Ok(Encoding::Utf8)
        } else {
            self.encoding()
        }
    }

    /// How the text of the log is encoded. The whole log decides; where finding out takes too long, what is known so far does.
    pub(super) fn encoding(&self) -> Result<Encoding> {
        if let Some(encoding) = self.encoding.get() {
            return Ok(*encoding);
        }
        let index = self.index()?;
        let settled = |index: &LogIndex| {
            (index.is_complete || index.encoding == Encoding::Windows1252).then_some(index.encoding)
        };
        let encoding = self
            .runtime
            .block_on(index.wait(self.limits().patience, settled))?;
        self.is_provisional
            .set(self.is_provisional.get() || encoding.is_none());
        let encoding = encoding.unwrap_or_else(|| index.look(|index| index.encoding));
        Ok(*self.encoding.get_or_init(|| encoding))
    }

    /// Where to go on from a place, so that no block is read without a line that may pass; and up to where that is known. None where
    /// nothing is known of what lies ahead.
    pub(super) fn skip(
        &self,
        at: Position,
        direction: LogDirection,
        may_pass: impl Fn(&Counts) -> bool,
    ) -> Result<Option<(Position, u64)>> {
        let index = self.index()?;
        Ok(index.look(|index| {
            // The last line of what is known may have been cut short: the block with it is read in any case.
            let last = index.blocks.len().checked_sub(1)?;
            let is_of_interest = |block: usize| block == last || may_pass(&index.blocks[block].counts);
            Some(match direction {
                LogDirection::Forward => {
                    let here = index.block_of_offset(at.offset)?;
                    let block = (here..last).find(|block| is_of_interest(*block)).unwrap_or(last);
                    let to = if block == here {
                        at
                    } else {
                        index.blocks[block].start
                    };
                    (to, index.end_of(block).offset)
                }
                LogDirection::Backward => {
                    let here = index.block_of_offset(at.offset.checked_sub(1)?)?;
                    match (0..=here).rev().find(|block| is_of_interest(*block)) {
                        Some(block) => (
                            if block == here { at } else { index.end_of(block) },
                            index.blocks[block].start.offset,
                        ),
                        None => (Position::START, 0),
                    }
                }
            })
        }))
    }

    fn index(&self) -> Result<&Indexing> {
        if self.index.get().is_none() {
            let index = self.runtime.block_on(self.cache.index(self.reader.file()))?;
            require_same(&index, &self.reader)?;
            // Nobody else has set it meanwhile: it is not shared.
            _ = self.index.set(index);
        }
        self.index
            .get()
            .map(|index| &**index)
            .ok_or_else(|| Error::Internal("the index of a log is gone".to_owned()))
    }
}
