//! A log that is open for one page: finds the start of the page, and skips blocks without a match.

use std::{
    cell::{Cell, OnceCell},
    sync::Arc,
};

use runlens_terminal::Encoding;
use tokio::runtime::Handle;

use crate::{
    blocks::require_same_file,
    cursor::Position,
    error::{Error, Result},
    file::{LogFile, ReadRange},
    index::LogIndex,
    index_cache::{IndexCache, IndexHandle},
    limits::Limits,
    line_reader::{self, LineReader, ReadBuffer},
    model::{Counts, Direction, PageQuery},
};

/// A log, open for one page on a blocking thread. The index is only requested where the page needs it.
pub(crate) struct OpenLog {
    file: Arc<dyn LogFile>,
    reader: Arc<dyn ReadRange>,
    /// Size of the version that the page shows.
    size: Cell<u64>,
    /// Bytes that were read to find the start of the page.
    read_ahead: OnceCell<ReadBuffer>,
    cache: IndexCache,
    runtime: Handle,
    index: OnceCell<Arc<IndexHandle>>,
    encoding: OnceCell<Encoding>,
    /// Whether the encoding was used before it was known for certain.
    is_provisional: Cell<bool>,
}

impl OpenLog {
    /// Must be called on a thread of the runtime.
    pub(crate) fn new(cache: &IndexCache, file: Arc<dyn LogFile>, reader: Arc<dyn ReadRange>) -> Self {
        Self {
            file,
            size: Cell::new(reader.version().size),
            read_ahead: OnceCell::new(),
            reader,
            cache: cache.clone(),
            runtime: Handle::current(),
            index: OnceCell::new(),
            encoding: OnceCell::new(),
            is_provisional: Cell::new(false),
        }
    }

    pub(crate) fn reader(&self) -> &dyn ReadRange {
        &*self.reader
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.cache.limits
    }

    pub(crate) fn is_provisional(&self) -> bool {
        self.is_provisional.get()
    }

    pub(crate) fn lines(&self, direction: Direction, from: Position, max_read_bytes: u64) -> LineReader<'_> {
        let read_ahead = self.read_ahead.get_or_init(ReadBuffer::default);
        LineReader::new(
            &*self.reader,
            self.size.get(),
            direction,
            from,
            Limits {
                max_read_bytes,
                ..self.cache.limits
            },
            read_ahead,
        )
    }

    /// Returns the position at which a page starts. Its lines lie after it in the direction of the page.
    ///
    /// # Errors
    /// [`Error::InvalidCursor`], [`Error::StillIndexing`], [`Error::Read`].
    pub(crate) fn start_of_page(&self, query: &PageQuery, cursor: Option<Position>) -> Result<Position> {
        match (cursor, query.from_line, query.direction) {
            (Some(cursor), ..) => cursor.validate(&*self.reader).map(|()| cursor),
            (None, None | Some(1), Direction::Forward) => Ok(Position::START),
            (None, Some(line), Direction::Forward) => self.start_of_line(line),
            // The page ends with the line, so it starts after it.
            (None, Some(line), Direction::Backward) => self.start_of_line(line + 1),
            (None, None, Direction::Backward) => self.start_of_line(u64::MAX),
        }
    }

    /// Returns the start of a line; the end of the log if it has fewer lines.
    fn start_of_line(&self, line: u64) -> Result<Position> {
        let index = self.index()?;
        self.size.set(index.version().size);
        let find = |index: &LogIndex| match index.block_of_line(line) {
            Some(block) => Some((index.blocks[block].start, line)),
            None => index.is_complete.then_some((index.end, 0)),
        };
        let found = self
            .runtime
            .block_on(index.wait(self.limits().index_timeout, find))?;
        let (from, line) = found.ok_or_else(|| still_indexing(index))?;
        let (position, read_ahead) =
            line_reader::seek(&*self.reader, self.size.get(), from, line, self.limits())?;
        _ = self.read_ahead.set(read_ahead);
        Ok(position)
    }

    /// Returns the encoding of a part of the log. ASCII bytes need no index.
    pub(crate) fn encoding_of(&self, bytes: &[u8]) -> Result<Encoding> {
        if bytes.is_ascii() {
            Ok(Encoding::Utf8)
        } else {
            self.encoding()
        }
    }

    /// Returns the encoding of the log. After [`Limits::index_timeout`], the encoding of the indexed part is
    /// used.
    pub(crate) fn encoding(&self) -> Result<Encoding> {
        if let Some(encoding) = self.encoding.get() {
            return Ok(*encoding);
        }
        let index = self.index()?;
        let known = |index: &LogIndex| {
            (index.is_complete || index.encoding == Encoding::Windows1252).then_some(index.encoding)
        };
        let encoding = self
            .runtime
            .block_on(index.wait(self.limits().index_timeout, known))?;
        self.is_provisional
            .set(self.is_provisional.get() || encoding.is_none());
        let encoding = encoding.unwrap_or_else(|| index.read(|index| index.encoding));
        Ok(*self.encoding.get_or_init(|| encoding))
    }

    /// Skips blocks without a matching line. Returns where to continue after `at`, and the end of the block
    /// that is known to match there. `None` if `at` is outside the indexed part.
    pub(crate) fn skip(
        &self,
        at: Position,
        direction: Direction,
        may_match: impl Fn(&Counts) -> bool,
    ) -> Result<Option<(Position, u64)>> {
        let index = self.index()?;
        Ok(index.read(|index| {
            // The last indexed line can be incomplete, so the last block is always read.
            let last = index.blocks.len().checked_sub(1)?;
            let is_candidate = |block: usize| block == last || may_match(&index.blocks[block].counts);
            Some(match direction {
                Direction::Forward => {
                    let here = index.block_of_offset(at.offset)?;
                    let block = (here..last).find(|block| is_candidate(*block)).unwrap_or(last);
                    let to = if block == here {
                        at
                    } else {
                        index.blocks[block].start
                    };
                    (to, index.end_of(block).offset)
                }
                Direction::Backward => {
                    let here = index.block_of_offset(at.offset.checked_sub(1)?)?;
                    match (0..=here).rev().find(|block| is_candidate(*block)) {
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

    fn index(&self) -> Result<&IndexHandle> {
        if self.index.get().is_none() {
            let index = self
                .runtime
                .block_on(self.cache.index_of_version(&*self.file, self.reader.version()))?;
            require_same_file(&index, &*self.reader)?;
            // Cannot be set already: the cell is not shared.
            _ = self.index.set(index);
        }
        self.index
            .get()
            .map(|index| &**index)
            .ok_or_else(|| Error::Internal("the index of an open log is not set".to_owned()))
    }
}

fn still_indexing(index: &IndexHandle) -> Error {
    let end = index.read(|index| index.end);
    let size_bytes = index.version().size;
    Error::StillIndexing {
        lines: end.line - 1,
        percent: end.offset * 100 / size_bytes.max(1),
        size_bytes,
    }
}
