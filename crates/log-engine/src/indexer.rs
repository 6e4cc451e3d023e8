//! Builds the index of a log in one pass, in chunks that two threads take from a queue.
//!
//! A chunk covers the lines that start in it, so neither thread depends on the other's result. Chunks have
//! fixed boundaries: when the log grows, the index of all chunks before the last line is still valid.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use memchr::{memchr, memrchr};
use runlens_terminal::Encoding;
use tokio::sync::watch;

use crate::{
    chunk::{Chunk, InvalidUtf8, LineSpan},
    error::{Error, ReadError, Result},
    file::ReadRange,
    limits::Limits,
    line,
    progress::{ContentHash, IndexProgress},
};

/// Size of the reads that complete the last line of a chunk.
const LINE_END_READ_BYTES: u64 = 4 << 10;
/// Size of the start of a log that is hashed.
const FIRST_HASH_BYTES: usize = 64 << 10;
/// Size of the end of the indexed part that is hashed.
const LAST_HASH_BYTES: usize = 4 << 10;
/// Number of indexed bytes after which waiting requests are notified. Waking them takes longer than indexing
/// a chunk.
const NOTIFY_INTERVAL_BYTES: u64 = 8 << 20;
const MAX_THREADS: u64 = 2;

/// One pass over a log.
pub(crate) struct Indexer {
    reader: Arc<dyn ReadRange>,
    limits: Limits,
    queue: Mutex<WorkQueue>,
    progress: Arc<watch::Sender<IndexProgress>>,
}

/// Chunks to index, and results that cannot be appended yet.
struct WorkQueue {
    /// Next chunk to hand out.
    next: u64,
    /// Next chunk to append to the index.
    next_to_append: u64,
    /// Results of later chunks.
    finished: BTreeMap<u64, Chunk>,
    encoding: Encoding,
    /// Number of restarts. Results of an earlier pass used the wrong encoding and are dropped.
    restarts: u32,
    is_stopped: bool,
}

/// A chunk to index.
struct Task {
    chunk: u64,
    encoding: Encoding,
    restarts: u32,
}

impl Indexer {
    /// Continues after `progress`. The end of the file may have cut the last block short, so its chunk is
    /// indexed again.
    pub(crate) fn new(
        reader: Arc<dyn ReadRange>,
        limits: Limits,
        progress: Arc<watch::Sender<IndexProgress>>,
    ) -> Self {
        let mut first_chunk = 0;
        let mut encoding = Encoding::Utf8;
        progress.send_modify(|progress| {
            first_chunk = progress
                .index
                .blocks
                .last()
                .map_or(0, |block| block.start.offset / limits.chunk_bytes);
            encoding = progress.index.encoding;
            progress.rewind(first_chunk, &limits);
            progress.index.is_complete = reader.version().size == 0;
        });
        let queue = WorkQueue {
            next: first_chunk,
            next_to_append: first_chunk,
            finished: BTreeMap::new(),
            encoding,
            restarts: 0,
            is_stopped: false,
        };
        Self {
            reader,
            limits,
            queue: Mutex::new(queue),
            progress,
        }
    }

    /// Returns the number of threads that have work.
    pub(crate) fn threads(&self) -> u64 {
        (self.chunks() - self.queue().next).min(MAX_THREADS)
    }

    /// Indexes chunks until none is left, or one fails.
    pub(crate) fn work(&self) {
        let mut buffer = Vec::new();
        while let Some(task) = self.take() {
            let result = self
                .index_chunk(&task, &mut buffer)
                .map_err(|error| error.to_string())
                .and_then(|chunk| self.finish(&task, chunk).map_err(|error| error.to_string()));
            if let Err(message) = result {
                self.fail(&message);
            }
        }
    }

    /// Stops indexing.
    pub(crate) fn fail(&self, message: &str) {
        self.queue().is_stopped = true;
        self.progress.send_modify(|progress| {
            progress.failure.get_or_insert_with(|| message.into());
        });
    }

    fn queue(&self) -> MutexGuard<'_, WorkQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn size(&self) -> u64 {
        self.reader.version().size
    }

    fn chunks(&self) -> u64 {
        self.size().div_ceil(self.limits.chunk_bytes)
    }

    fn take(&self) -> Option<Task> {
        let mut queue = self.queue();
        let chunk = queue.next;
        if queue.is_stopped || chunk >= self.chunks() {
            return None;
        }
        queue.next += 1;
        Some(Task {
            chunk,
            encoding: queue.encoding,
            restarts: queue.restarts,
        })
    }

    /// Appends the result of a task, and those of the chunks after it that are finished.
    fn finish(&self, task: &Task, chunk: Result<Chunk, InvalidUtf8>) -> Result<()> {
        let mut queue = self.queue();
        let queue = &mut *queue;
        if task.restarts != queue.restarts || queue.is_stopped {
            return Ok(());
        }
        match chunk {
            Ok(chunk) => _ = queue.finished.insert(task.chunk, chunk),
            Err(InvalidUtf8) => {
                self.restart_as_windows1252(queue);
                return Ok(());
            }
        }
        let mut ready = Vec::new();
        while let Some(chunk) = queue
            .finished
            .remove(&(queue.next_to_append + ready.len() as u64))
        {
            ready.push(chunk);
        }
        let (first, mut is_contiguous) = (queue.next_to_append, true);
        queue.next_to_append += ready.len() as u64;
        let is_end = queue.next_to_append == self.chunks();
        self.progress.send_if_modified(|progress| {
            let before = progress.index.end.offset / NOTIFY_INTERVAL_BYTES;
            for (number, chunk) in (first..).zip(ready) {
                is_contiguous &= progress.add(number, chunk);
            }
            is_contiguous &= !is_end || progress.index.end.offset == self.size();
            progress.index.is_complete = is_end && is_contiguous;
            is_end || progress.index.end.offset / NOTIFY_INTERVAL_BYTES > before
        });
        if is_contiguous {
            Ok(())
        } else {
            Err(Error::Replaced)
        }
    }

    /// Counts everything again from the first chunk that is not ASCII: a log that is not UTF-8 as a whole is
    /// Windows-1252 as a whole.
    fn restart_as_windows1252(&self, queue: &mut WorkQueue) {
        queue.encoding = Encoding::Windows1252;
        queue.restarts += 1;
        queue.finished.clear();
        self.progress.send_modify(|progress| {
            queue.next_to_append = progress
                .first_non_ascii
                .unwrap_or(queue.next_to_append)
                .min(queue.next_to_append);
            progress.rewind(queue.next_to_append, &self.limits);
            progress.index.encoding = queue.encoding;
        });
        queue.next = queue.next_to_append;
    }

    /// Counts the lines that start in a chunk.
    fn index_chunk(
        &self,
        task: &Task,
        buffer: &mut Vec<u8>,
    ) -> Result<Result<Chunk, InvalidUtf8>, ReadError> {
        let (size, encoding) = (self.size(), task.encoding);
        let from = task.chunk * self.limits.chunk_bytes;
        let to = size.min(from + self.limits.chunk_bytes);
        // The byte before the chunk shows whether a line starts exactly at its beginning.
        let base = from.saturating_sub(1);
        let mut end = self.fill(buffer, 0, base..to)?;
        let begin = match from {
            0 => 0,
            _ => match memchr(b'\n', &buffer[..end - 1]) {
                Some(at) => at + 1,
                None => return Ok(Ok(Chunk::default())),
            },
        };
        // The last line is read to its end, unless it is too long to be held in memory.
        let last_line = memrchr(b'\n', &buffer[begin..end - 1]).map_or(begin, |at| begin + at + 1);
        let too_long = self.limits.max_line_bytes as usize + line::BYTE_ORDER_MARK.len() + 2;
        let mut is_complete = buffer[end - 1] == b'\n' || to == size;
        while !is_complete && end - last_line <= too_long {
            let at = base + end as u64;
            let read_to = self.fill(buffer, end, at..size.min(at + LINE_END_READ_BYTES))?;
            let newline = memchr(b'\n', &buffer[end..read_to]);
            end = newline.map_or(read_to, |newline| end + newline + 1);
            is_complete = newline.is_some() || base + end as u64 == size;
        }

        let hashed = end - begin.max(end.saturating_sub(LAST_HASH_BYTES));
        let mut chunk = Chunk {
            start: base + begin as u64,
            first_hash: (from == 0).then(|| ContentHash::new(0, &buffer[..end.min(FIRST_HASH_BYTES)])),
            last_hash: ContentHash::new(base + (end - hashed) as u64, &buffer[end - hashed..end]),
            ..Chunk::default()
        };
        let window = self.limits.block_bytes.min(self.limits.max_line_bytes) as usize;
        let mut at = begin;
        while at < end {
            let rest = &buffer[at..end];
            let is_file_start = base + at as u64 == 0;
            let within = &rest[..rest.len().min(window)];
            let lines_length = if within.len() == rest.len() && is_complete {
                Some(rest.len())
            } else {
                memrchr(b'\n', within).map(|at| at + 1)
            };
            let span = match lines_length {
                Some(length) => chunk.count_lines(&rest[..length], encoding, is_file_start),
                None => match memchr(b'\n', rest)
                    .map(|at| at + 1)
                    .or(is_complete.then_some(rest.len()))
                {
                    Some(length) => {
                        chunk.count_line(&rest[..length], true, encoding, is_file_start, &self.limits)
                    }
                    None => match chunk.count_line(rest, false, encoding, is_file_start, &self.limits) {
                        Err(InvalidUtf8) => Err(InvalidUtf8),
                        Ok(span) => self.continue_line(&mut chunk, span, encoding, buffer, at..end, base)?,
                    },
                },
            };
            let Ok(span) = span else {
                return Ok(Err(InvalidUtf8));
            };
            at += span.length as usize;
            // A small rest at the end of a chunk joins the block before it.
            let is_small_rest = at >= end && lines_length.is_some() && span.length < window as u64 / 4;
            match chunk
                .blocks
                .last_mut()
                .filter(|before| is_small_rest && before.length <= window as u64)
            {
                Some(before) => {
                    before.length += span.length;
                    before.counts += span.counts;
                }
                None => chunk.blocks.push(span),
            }
        }
        Ok(Ok(chunk))
    }

    /// Reads a long line to its end. `span` is its counted beginning, which lies at `held` in the buffer.
    fn continue_line(
        &self,
        chunk: &mut Chunk,
        mut span: LineSpan,
        encoding: Encoding,
        buffer: &mut Vec<u8>,
        held: Range<usize>,
        base: u64,
    ) -> Result<Result<LineSpan, InvalidUtf8>, ReadError> {
        let size = self.size();
        let mut offset = base + held.end as u64;
        let Ok(mut incomplete) = chunk.check_encoding(&buffer[held.clone()], encoding) else {
            return Ok(Err(InvalidUtf8));
        };
        buffer.copy_within(held.end - incomplete..held.end, 0);
        while offset < size {
            let end = self.fill(
                buffer,
                incomplete,
                offset..size.min(offset + self.limits.chunk_bytes),
            )?;
            let newline = memchr(b'\n', &buffer[incomplete..end]);
            let end = newline.map_or(end, |newline| incomplete + newline + 1);
            span.length += (end - incomplete) as u64;
            offset += (end - incomplete) as u64;
            let hashed = end.min(LAST_HASH_BYTES);
            chunk.last_hash = ContentHash::new(offset - hashed as u64, &buffer[end - hashed..end]);
            incomplete = match chunk.check_encoding(&buffer[..end], encoding) {
                Ok(incomplete) => incomplete,
                Err(InvalidUtf8) => return Ok(Err(InvalidUtf8)),
            };
            if newline.is_some() {
                break;
            }
            buffer.copy_within(end - incomplete..end, 0);
        }
        Ok(Ok(span))
    }

    /// Reads a range of the file to `at` in the buffer, and returns its end there. The buffer never shrinks:
    /// growing it again would clear its bytes.
    fn fill(&self, buffer: &mut Vec<u8>, at: usize, range: Range<u64>) -> Result<usize, ReadError> {
        let end = at + (range.end - range.start) as usize;
        if buffer.len() < end {
            buffer.resize(
                end.max((self.limits.chunk_bytes + 1 + LINE_END_READ_BYTES) as usize),
                0,
            );
        }
        self.reader.read_at(range.start, &mut buffer[at..end])?;
        Ok(end)
    }
}
