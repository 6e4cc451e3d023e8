//! Where in a log the lines lie that pass a filter: how many there are before each block, found by one scan that is shared by all who ask
//! the same.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use moka::sync::Cache;
use runlens_api_types::log::LogFilter;
use tokio::{sync::watch, time::timeout};

use super::{
    Limits,
    blocks::{Stretch, require_same},
    cursor::Position,
    encoding::Encoding,
    index::{self, LogIndex},
    indexes::{Former, Indexing},
    matcher::Matcher,
};
use crate::{
    blocking::BlockingPool,
    error::Result,
    files::{FileReader, FoundFile},
};

/// Bytes of all that is remembered of searches.
const CAPACITY: u64 = 16 << 20;
/// Bytes that one takes beside its counts, about.
const OVERHEAD: u64 = 1 << 10;
/// Threads that search.
const THREADS: usize = 2;
/// Blocks that a thread searches before it looks for more.
const TURN: usize = 32;
/// Bytes that are searched before more is said, at first and at most.
const BATCH: u64 = 4 << 20;
const MAX_BATCH: u64 = 64 << 20;
/// How long a request waits for a search to come to its end.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long a search waits for more of the index before it looks whether anybody still wants it.
const LOOK_ROUND: Duration = Duration::from_secs(10);

/// How many lines pass, as far as the log has been searched.
#[derive(Clone, Debug)]
pub(super) struct Matches {
    pub(super) encoding: Encoding,
    /// Before each block that has been searched, and behind the last of them.
    pub(super) before: Arc<Vec<u64>>,
    /// The place behind the last of them.
    pub(super) end: Position,
    /// Whether that is the end of the log.
    pub(super) is_complete: bool,
    /// Why it ended before the end.
    failure: Option<Arc<str>>,
}

impl Matches {
    fn none(encoding: Encoding) -> Self {
        Self {
            encoding,
            before: Arc::new(vec![0]),
            end: Position::START,
            is_complete: false,
            failure: None,
        }
    }

    /// All that have been found.
    pub(super) fn total(&self) -> u64 {
        self.before.last().copied().unwrap_or_default()
    }

    /// Blocks that have been searched.
    fn blocks(&self) -> usize {
        self.before.len() - 1
    }

    fn add(&mut self, counts: &[u64]) {
        let mut total = self.total();
        let before = Arc::make_mut(&mut self.before);
        before.extend(counts.iter().map(|count| {
            total += count;
            total
        }));
    }

    /// What the index alone tells, where it does.
    fn of_index(index: &LogIndex, matcher: &Matcher) -> Option<Self> {
        // Nothing is told by no block.
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

    /// Whether it tells of the blocks that an index has.
    fn fits(&self, index: &LogIndex) -> bool {
        self.encoding == index.encoding && self.blocks() <= index.blocks.len()
    }
}

/// The searches that are remembered.
pub(crate) struct MatchCache {
    searches: Cache<(String, LogFilter), watch::Receiver<Matches>>,
    pub(super) workers: BlockingPool,
}

impl Default for MatchCache {
    fn default() -> Self {
        let weigh = |(version, _): &(String, LogFilter), search: &watch::Receiver<Matches>| {
            let counts = search.borrow().before.capacity() as u64 * 8;
            u32::try_from(OVERHEAD + version.len() as u64 + counts).unwrap_or(u32::MAX)
        };
        Self {
            searches: Cache::builder().max_capacity(CAPACITY).weigher(weigh).build(),
            workers: BlockingPool::new(THREADS),
        }
    }
}

impl MatchCache {
    /// The matches in a log, waited for a while: as far as they are known.
    ///
    /// # Errors
    /// [`Error::Files`].
    pub(super) async fn matches(
        &self,
        file: &FoundFile,
        indexing: &Arc<Indexing>,
        matcher: &Arc<Matcher>,
        limits: Limits,
    ) -> Result<Matches> {
        if let Some(known) = indexing.look(|index| Matches::of_index(index, matcher)) {
            if known.is_complete {
                return Ok(known);
            }
            indexing
                .wait(PATIENCE, |index| index.is_complete.then_some(()))
                .await?;
            return Ok(indexing
                .look(|index| Matches::of_index(index, matcher))
                .unwrap_or(known));
        }
        let key = (indexing.file().version(), matcher.filter().clone());
        let begun = if self.searches.contains_key(&key) {
            None
        } else {
            self.begun(indexing, matcher.filter())
        };
        let mut search = self.searches.get_with(key.clone(), || {
            let known = begun.unwrap_or_else(|| indexing.look(|index| room(index, indexing.file().size)));
            let (sender, receiver) = watch::channel(known);
            let scan = Scan {
                file: file.clone(),
                indexing: indexing.clone(),
                matcher: matcher.clone(),
                limits,
                workers: self.workers.clone(),
            };
            tokio::spawn(scan.run(sender));
            receiver
        });
        // Time may be up, and the scan may have been given up: what there is, is looked at either way.
        let _ = timeout(
            PATIENCE,
            search.wait_for(|matches| matches.is_complete || matches.failure.is_some()),
        )
        .await;
        let known = search.borrow().clone();
        if let Some(failure) = &known.failure {
            // Who asks next has it tried again.
            self.searches.invalidate(&key);
            return Err(object_store::Error::Generic {
                store: file.store,
                source: failure.as_ref().into(),
            }
            .into());
        }
        let fits = indexing.look(|index| known.fits(index));
        Ok(if fits {
            known
        } else {
            Matches::none(known.encoding)
        })
    }
}

impl MatchCache {
    /// What was found in a shorter version of the log, as far as that is still there.
    fn begun(&self, indexing: &Indexing, filter: &LogFilter) -> Option<Matches> {
        let searched = |former: &Former| {
            self.searches
                .get(&(former.version.clone(), filter.clone()))
                .map(|search| (former.blocks, search))
        };
        let (blocks, search) = indexing.formers().iter().rev().find_map(searched)?;
        let found = search.borrow().clone();
        let blocks = blocks.min(found.blocks());
        indexing.look(|index| {
            let end = index.blocks.get(blocks).map(|block| block.start);
            let end = end
                .or_else(|| (blocks == index.blocks.len()).then_some(index.end))
                .filter(|_| found.encoding == index.encoding)?;
            let mut known = room(index, indexing.file().size);
            Arc::make_mut(&mut known.before).extend(&found.before[1..=blocks]);
            Some(Matches { end, ..known })
        })
    }
}

/// Nothing yet, with room for the counts of a log of this size: what it will weigh.
fn room(index: &LogIndex, size: u64) -> Matches {
    let mut before = Vec::with_capacity((size / index::BLOCK) as usize * 5 / 4 + 2);
    before.push(0);
    Matches {
        before: Arc::new(before),
        ..Matches::none(index.encoding)
    }
}

/// One search through a log.
struct Scan {
    file: FoundFile,
    indexing: Arc<Indexing>,
    matcher: Arc<Matcher>,
    limits: Limits,
    workers: BlockingPool,
}

/// What is searched next.
struct Batch {
    encoding: Encoding,
    /// How many blocks of the log are before these.
    first: usize,
    blocks: Vec<Stretch>,
    end: Position,
    is_end: bool,
}

impl Scan {
    async fn run(self, sender: watch::Sender<Matches>) {
        if let Err(error) = self.search(&sender).await {
            sender.send_modify(|matches| matches.failure = Some(error.to_string().into()));
        }
    }

    /// Follows the index to the end of the log, unless nobody wants it any more.
    async fn search(&self, sender: &watch::Sender<Matches>) -> Result<()> {
        let reader = Arc::new(self.file.reader().await?);
        let (indexing, opened) = (self.indexing.clone(), reader.clone());
        self.workers
            .run(move || require_same(&indexing, &opened))
            .await??;
        let mut size = BATCH;
        while !sender.is_closed() {
            let (encoding, done) = { (sender.borrow().encoding, sender.borrow().blocks()) };
            let next = self
                .indexing
                .wait(LOOK_ROUND, |index| Batch::next(index, encoding, done, size))
                .await?;
            let Some(batch) = next else { continue };
            let (encoding, first, end, is_end) = (batch.encoding, batch.first, batch.end, batch.is_end);
            let counts = self.count(&reader, batch).await?;
            sender.send_modify(|matches| {
                if first < matches.blocks() || encoding != matches.encoding {
                    *matches = Matches::none(encoding);
                }
                matches.add(&counts);
                matches.end = end;
                matches.is_complete = is_end;
            });
            if is_end {
                break;
            }
            size = (size * 2).min(MAX_BATCH);
        }
        Ok(())
    }

    /// How many lines pass in each block. The threads take turns at them.
    async fn count(&self, reader: &Arc<FileReader>, batch: Batch) -> Result<Vec<u64>> {
        let (blocks, next) = (Arc::new(batch.blocks), Arc::new(AtomicUsize::new(0)));
        let threads = (0..blocks.len().div_ceil(TURN).min(THREADS)).map(|_| {
            let (reader, matcher, limits, encoding) =
                (reader.clone(), self.matcher.clone(), self.limits, batch.encoding);
            let (blocks, next) = (blocks.clone(), next.clone());
            self.workers.run(move || {
                let (mut buffer, mut counts) = (Vec::new(), Vec::new());
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let Some(blocks) = blocks.chunks(TURN).nth(turn) else {
                        return Ok(counts);
                    };
                    counts.push((
                        turn,
                        count(&reader, &matcher, encoding, &limits, blocks, &mut buffer)?,
                    ));
                }
            })
        });
        let counts = futures::future::try_join_all(threads).await?;
        let mut counts = counts.into_iter().collect::<Result<Vec<_>>>()?.concat();
        counts.sort_unstable_by_key(|(turn, _)| *turn);
        Ok(counts.into_iter().flat_map(|(_, counts)| counts).collect())
    }
}

impl Batch {
    /// The blocks behind those that are done, at most `size` bytes but for the last; none where there are none yet. All from the start where
    /// the log turned out to be encoded otherwise.
    fn next(index: &LogIndex, encoding: Encoding, done: usize, size: u64) -> Option<Self> {
        let first = if index.encoding == encoding { done } else { 0 };
        let from = index
            .blocks
            .get(first)
            .map_or(index.end, |block| block.start)
            .offset;
        let last = index
            .blocks
            .partition_point(|block| block.start.offset < from + size)
            .max(first);
        let is_end = index.is_complete && last == index.blocks.len();
        (last > first || is_end).then(|| Self {
            encoding: index.encoding,
            first,
            blocks: (first..last).map(|block| Stretch::of(index, block)).collect(),
            end: index.blocks.get(last).map_or(index.end, |block| block.start),
            is_end,
        })
    }
}

/// How many lines pass in each block. Blocks that lie together are searched together.
fn count(
    reader: &FileReader,
    matcher: &Matcher,
    encoding: Encoding,
    limits: &Limits,
    blocks: &[Stretch],
    buffer: &mut Vec<u8>,
) -> Result<Vec<u64>> {
    let mut counts = vec![0; blocks.len()];
    let mut at = 0;
    while let Some(first) = blocks.get(at) {
        if !matcher.may_match(&first.counts) {
            at += 1;
            continue;
        }
        if first.counts.lines() == 1 && first.length() > limits.piece {
            counts[at] = u64::from(matcher.is_long_match(first, reader, encoding, limits)?);
            at += 1;
            continue;
        }
        let within = |block: &&Stretch| {
            block.end.offset - first.start.offset <= limits.piece && matcher.may_match(&block.counts)
        };
        let together = blocks[at..].iter().take_while(within).count().max(1);
        let end = at + together;
        let length = (blocks[end - 1].end.offset - first.start.offset) as usize;
        if buffer.len() < length {
            // Never made smaller: its bytes would have to be cleared again.
            buffer.resize(length.max(limits.piece as usize), 0);
        }
        reader.read_at(first.start.offset, &mut buffer[..length])?;
        matcher.each(&buffer[..length], first.start, encoding, limits, |start| {
            while start.offset >= blocks[at].end.offset {
                at += 1;
            }
            counts[at] += 1;
        });
        at = end;
    }
    Ok(counts)
}
