//! Searches of whole logs, shared between requests: the number of matching lines before each block.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use moka::sync::Cache;
use runlens_terminal::Encoding;
use tokio::{sync::watch, time::timeout};

use crate::{
    blocking::BlockingPool,
    blocks::{BlockSpan, require_same_file},
    cursor::Position,
    error::{Error, Result},
    file::{LogFile, ReadRange},
    index::LogIndex,
    index_cache::{IndexHandle, PreviousVersion},
    limits::{BLOCK_BYTES, Limits},
    matcher::LineMatcher,
    model::Filter,
};

/// Maximum size of all searches together.
const CAPACITY_BYTES: u64 = 16 << 20;
/// Approximate size of a search without its counts.
const SEARCH_OVERHEAD_BYTES: u64 = 1 << 10;
const MAX_THREADS: usize = 2;
/// Number of blocks that a thread takes at a time.
const TASK_BLOCKS: usize = 32;
/// Size of the first batch. Each further batch, after which the counts are published, is twice as large.
const FIRST_BATCH_BYTES: u64 = 4 << 20;
const MAX_BATCH_BYTES: u64 = 64 << 20;
/// How often a search that waits for the index checks whether a request still needs it.
const CANCEL_CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// Number of matching lines in the first blocks of a log, or in all of them.
#[derive(Clone, Debug)]
pub(crate) struct MatchCounts {
    pub(crate) encoding: Encoding,
    /// Number of matches before each searched block, and after the last one.
    pub(crate) before: Arc<Vec<u64>>,
    /// End of the last searched block.
    pub(crate) end: Position,
    /// Whether `end` is the end of the log.
    pub(crate) is_complete: bool,
    /// Error that stopped the search before the end.
    failure: Option<Arc<str>>,
}

impl MatchCounts {
    fn none(encoding: Encoding) -> Self {
        Self {
            encoding,
            before: Arc::new(vec![0]),
            end: Position::START,
            is_complete: false,
            failure: None,
        }
    }

    /// Without any counts, but with room for those of a log of `size` bytes, so that the cache weighs the
    /// search right from its start.
    fn with_capacity(encoding: Encoding, size: u64) -> Self {
        let mut before = Vec::with_capacity((size / BLOCK_BYTES) as usize * 5 / 4 + 2);
        before.push(0);
        Self {
            before: Arc::new(before),
            ..Self::none(encoding)
        }
    }

    /// Returns the counts of a filter if the index is sufficient to compute them.
    fn from_index(index: &LogIndex, matcher: &LineMatcher) -> Option<Self> {
        // An index without blocks would be sufficient for every filter.
        matcher.count(&index.total)?;
        let counts = index
            .blocks
            .iter()
            .map(|block| matcher.count(&block.counts))
            .collect::<Option<Vec<_>>>()?;
        let mut matches = Self::none(index.encoding);
        matches.add(&counts);
        Some(Self {
            end: index.end,
            is_complete: index.is_complete,
            ..matches
        })
    }

    /// Returns the number of matches.
    pub(crate) fn total(&self) -> u64 {
        self.before.last().copied().unwrap_or_default()
    }

    /// Returns the number of searched blocks.
    fn blocks(&self) -> usize {
        self.before.len() - 1
    }

    /// Appends the number of matches of each of the next blocks.
    fn add(&mut self, counts: &[u64]) {
        let mut total = self.total();
        let before = Arc::make_mut(&mut self.before);
        before.extend(counts.iter().map(|count| {
            total += count;
            total
        }));
    }

    /// Returns whether the counts belong to blocks of this index.
    fn matches_index(&self, index: &LogIndex) -> bool {
        self.encoding == index.encoding && self.blocks() <= index.blocks.len()
    }
}

/// Key: version of the file, and filter.
type Searches = Cache<(String, Filter), watch::Receiver<MatchCounts>>;

/// Running and completed searches. Cheap to clone.
#[derive(Clone)]
pub(crate) struct MatchCache {
    searches: Searches,
    pub(crate) pool: BlockingPool,
}

impl Default for MatchCache {
    fn default() -> Self {
        let weigh = |(version, _): &(String, Filter), search: &watch::Receiver<MatchCounts>| {
            let counts = search.borrow().before.capacity() as u64 * size_of::<u64>() as u64;
            u32::try_from(SEARCH_OVERHEAD_BYTES + version.len() as u64 + counts).unwrap_or(u32::MAX)
        };
        Self {
            searches: Cache::builder()
                .max_capacity(CAPACITY_BYTES)
                .weigher(weigh)
                .build(),
            pool: BlockingPool::new(MAX_THREADS),
        }
    }
}

impl MatchCache {
    /// Returns the matches in a log: all of them, or those found within [`Limits::completion_timeout`].
    ///
    /// # Errors
    /// [`Error::Read`].
    pub(crate) async fn matches(
        &self,
        file: &Arc<dyn LogFile>,
        index: &Arc<IndexHandle>,
        matcher: &Arc<LineMatcher>,
        limits: Limits,
    ) -> Result<MatchCounts> {
        if let Some(counts) = index.read(|index| MatchCounts::from_index(index, matcher)) {
            if counts.is_complete {
                return Ok(counts);
            }
            index
                .wait(limits.completion_timeout, |index| index.is_complete.then_some(()))
                .await?;
            return Ok(index
                .read(|index| MatchCounts::from_index(index, matcher))
                .unwrap_or(counts));
        }
        let key = (index.version().version.clone(), matcher.filter().clone());
        let previous = if self.searches.contains_key(&key) {
            None
        } else {
            self.matches_in_previous_version(index, matcher.filter())
        };
        let mut search = self.searches.get_with(key.clone(), || {
            let counts = previous.unwrap_or_else(|| {
                MatchCounts::with_capacity(index.read(|index| index.encoding), index.version().size)
            });
            let (sender, receiver) = watch::channel(counts);
            let scan = SearchScan {
                file: file.clone(),
                index: index.clone(),
                matcher: matcher.clone(),
                limits,
                pool: self.pool.clone(),
            };
            tokio::spawn(scan.run(sender));
            receiver
        });
        // After a timeout, or if the scan was canceled, the counts so far are returned.
        let _ = timeout(
            limits.completion_timeout,
            search.wait_for(|counts| counts.is_complete || counts.failure.is_some()),
        )
        .await;
        let counts = search.borrow().clone();
        if let Some(failure) = &counts.failure {
            // The next request tries again.
            self.searches.invalidate(&key);
            return Err(Error::Read((**failure).into()));
        }
        Ok(if index.read(|index| counts.matches_index(index)) {
            counts
        } else {
            MatchCounts::none(counts.encoding)
        })
    }

    /// Returns the matches that were found in a shorter version of the log and are still valid.
    fn matches_in_previous_version(&self, index: &IndexHandle, filter: &Filter) -> Option<MatchCounts> {
        let search_of = |previous: &PreviousVersion| {
            self.searches
                .get(&(previous.version.clone(), filter.clone()))
                .map(|search| (previous.blocks, search))
        };
        let (blocks, search) = index.previous_versions().iter().rev().find_map(search_of)?;
        let found = search.borrow().clone();
        let blocks = blocks.min(found.blocks());
        let size = index.version().size;
        index.read(|index| {
            let end = index.blocks.get(blocks).map(|block| block.start);
            let end = end
                .or_else(|| (blocks == index.blocks.len()).then_some(index.end))
                .filter(|_| found.encoding == index.encoding)?;
            let mut counts = MatchCounts::with_capacity(index.encoding, size);
            Arc::make_mut(&mut counts.before).extend(&found.before[1..=blocks]);
            Some(MatchCounts { end, ..counts })
        })
    }
}

/// One search of a whole log.
struct SearchScan {
    file: Arc<dyn LogFile>,
    index: Arc<IndexHandle>,
    matcher: Arc<LineMatcher>,
    limits: Limits,
    pool: BlockingPool,
}

/// Blocks to search next.
struct Batch {
    encoding: Encoding,
    /// Number of blocks before these.
    first: usize,
    blocks: Vec<BlockSpan>,
    end: Position,
    is_end: bool,
}

impl SearchScan {
    async fn run(self, sender: watch::Sender<MatchCounts>) {
        let failure = match self.search(&sender).await {
            Ok(()) => return,
            Err(Error::Read(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        sender.send_modify(|counts| counts.failure = Some(failure.into()));
    }

    /// Follows the index to the end of the log, or until no request needs the result.
    async fn search(&self, sender: &watch::Sender<MatchCounts>) -> Result<()> {
        let reader = self.file.open().await.map_err(Error::Read)?;
        let (index, opened) = (self.index.clone(), reader.clone());
        self.pool
            .run(move || require_same_file(&index, &*opened))
            .await??;
        let mut batch_bytes = FIRST_BATCH_BYTES;
        while !sender.is_closed() {
            let (encoding, searched) = {
                let counts = sender.borrow();
                (counts.encoding, counts.blocks())
            };
            let next = self
                .index
                .wait(CANCEL_CHECK_INTERVAL, |index| {
                    Batch::next(index, encoding, searched, batch_bytes)
                })
                .await?;
            let Some(batch) = next else { continue };
            let (encoding, first, end, is_end) = (batch.encoding, batch.first, batch.end, batch.is_end);
            let batch_counts = self.count_batch(&reader, batch).await?;
            sender.send_modify(|counts| {
                if first < counts.blocks() || encoding != counts.encoding {
                    *counts = MatchCounts::none(encoding);
                }
                counts.add(&batch_counts);
                counts.end = end;
                counts.is_complete = is_end;
            });
            if is_end {
                break;
            }
            batch_bytes = (batch_bytes * 2).min(MAX_BATCH_BYTES);
        }
        Ok(())
    }

    /// Returns the number of matches in each block. Threads take the blocks in tasks of [`TASK_BLOCKS`].
    async fn count_batch(&self, reader: &Arc<dyn ReadRange>, batch: Batch) -> Result<Vec<u64>> {
        let (blocks, next_task) = (Arc::new(batch.blocks), Arc::new(AtomicUsize::new(0)));
        let threads = (0..blocks.len().div_ceil(TASK_BLOCKS).min(MAX_THREADS)).map(|_| {
            let (reader, matcher, limits, encoding) =
                (reader.clone(), self.matcher.clone(), self.limits, batch.encoding);
            let (blocks, next_task) = (blocks.clone(), next_task.clone());
            self.pool.run(move || {
                let (mut buffer, mut counts) = (Vec::new(), Vec::new());
                loop {
                    let task = next_task.fetch_add(1, Ordering::Relaxed);
                    let Some(blocks) = blocks.chunks(TASK_BLOCKS).nth(task) else {
                        return Ok(counts);
                    };
                    let found = count_matches(&*reader, &matcher, encoding, &limits, blocks, &mut buffer)?;
                    counts.push((task, found));
                }
            })
        });
        let counts = futures::future::try_join_all(threads).await?;
        let mut counts = counts.into_iter().collect::<Result<Vec<_>>>()?.concat();
        counts.sort_unstable_by_key(|(task, _)| *task);
        Ok(counts.into_iter().flat_map(|(_, counts)| counts).collect())
    }
}

impl Batch {
    /// Returns the next blocks to search, at most `max_bytes` without the last one. `None` if there are none
    /// yet. Starts over if the encoding of the index has changed.
    fn next(index: &LogIndex, encoding: Encoding, searched: usize, max_bytes: u64) -> Option<Self> {
        let first = if index.encoding == encoding { searched } else { 0 };
        let from = index
            .blocks
            .get(first)
            .map_or(index.end, |block| block.start)
            .offset;
        let last = index
            .blocks
            .partition_point(|block| block.start.offset < from + max_bytes)
            .max(first);
        let is_end = index.is_complete && last == index.blocks.len();
        (last > first || is_end).then(|| Self {
            encoding: index.encoding,
            first,
            blocks: (first..last).map(|block| BlockSpan::new(index, block)).collect(),
            end: index.blocks.get(last).map_or(index.end, |block| block.start),
            is_end,
        })
    }
}

/// Returns the number of matches in each block. Adjacent blocks are searched together.
fn count_matches(
    reader: &dyn ReadRange,
    matcher: &LineMatcher,
    encoding: Encoding,
    limits: &Limits,
    blocks: &[BlockSpan],
    buffer: &mut Vec<u8>,
) -> Result<Vec<u64>> {
    let mut counts = vec![0; blocks.len()];
    let mut at = 0;
    while let Some(first) = blocks.get(at) {
        if !matcher.may_match(&first.counts) {
            at += 1;
            continue;
        }
        if first.counts.lines() == 1 && first.length() > limits.chunk_bytes {
            counts[at] = u64::from(matcher.matches_long_line(first, reader, encoding, limits)?);
            at += 1;
            continue;
        }
        let fits = |block: &&BlockSpan| {
            block.end.offset - first.start.offset <= limits.chunk_bytes && matcher.may_match(&block.counts)
        };
        let together = blocks[at..].iter().take_while(fits).count().max(1);
        let end = at + together;
        let length = (blocks[end - 1].end.offset - first.start.offset) as usize;
        if buffer.len() < length {
            // The buffer never shrinks: growing it again would clear its bytes.
            buffer.resize(length.max(limits.chunk_bytes as usize), 0);
        }
        reader
            .read_at(first.start.offset, &mut buffer[..length])
            .map_err(Error::Read)?;
        matcher.for_each_match(&buffer[..length], first.start, encoding, limits, |start| {
            while start.offset >= blocks[at].end.offset {
                at += 1;
            }
            counts[at] += 1;
        });
        at = end;
    }
    Ok(counts)
}
