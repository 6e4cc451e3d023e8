//! Indexes of logs, built on first use and shared between requests.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use moka::{
    future::Cache,
    ops::compute::{CompResult, Op},
    policy::EvictionPolicy,
};
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};

use crate::{
    blocking::{BlockingPool, spawn_blocking},
    error::{Error, Result},
    file::{FileVersion, LogFile, ReadRange},
    index::{Block, LogIndex},
    indexer::Indexer,
    limits::{BLOCK_BYTES, Limits},
    progress::IndexProgress,
};

/// Maximum size of all indexes together.
const CAPACITY_BYTES: u64 = 32 << 20;
/// Approximate size of an index without its blocks.
const INDEX_OVERHEAD_BYTES: u64 = 2 << 10;
/// Maximum number of logs that are indexed at the same time.
pub(crate) const MAX_INDEXERS: usize = 4;
/// Maximum number of shorter versions of a log whose searches are continued.
const MAX_PREVIOUS_VERSIONS: usize = 8;
/// Maximum number of filtered pages that are read at the same time. Each occupies a core and some megabytes.
const MAX_FILTERED_PAGES: usize = 8;

/// Indexes of logs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct IndexCache {
    indexes: Cache<String, Arc<IndexHandle>>,
    /// One permit per log that is indexed.
    pub(crate) permits: Arc<Semaphore>,
    /// Threads for filtered pages.
    pub(crate) page_pool: BlockingPool,
    pub(crate) limits: Limits,
}

impl IndexCache {
    pub(crate) fn new(limits: Limits) -> Self {
        let indexes = Cache::builder()
            .weigher(|_, index: &Arc<IndexHandle>| weight(index.version.size))
            .max_capacity(CAPACITY_BYTES)
            // A new index is always admitted, so that concurrent requests share it.
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self {
            indexes,
            permits: Arc::new(Semaphore::new(MAX_INDEXERS)),
            page_pool: BlockingPool::new(MAX_FILTERED_PAGES),
            limits,
        }
    }

    /// Returns the index of a log. A missing index is built in the background, and the index of a log that
    /// has grown is extended. During that time, requests for a longer version share the unfinished index of
    /// the shorter one: see [`IndexHandle::version`].
    ///
    /// # Errors
    /// [`Error::Read`] if the log cannot be opened.
    pub(crate) async fn index(&self, file: &dyn LogFile) -> Result<Arc<IndexHandle>> {
        self.index_of_version(file, file.version()).await
    }

    /// Does the same as [`Self::index`] for the version that a request has opened.
    pub(crate) async fn index_of_version(
        &self,
        file: &dyn LogFile,
        version: &FileVersion,
    ) -> Result<Arc<IndexHandle>> {
        if let Some(current) = self.indexes.get(&version.location).await
            && current.is_of(&version.version)
        {
            return Ok(current);
        }
        let computed = self
            .indexes
            .entry(version.location.clone())
            .and_try_compute_with(|entry| async {
                let current = entry.map(moka::Entry::into_value);
                match current {
                    Some(current) if current.is_of(&version.version) => Ok(Op::Nop),
                    current => self.refresh(current, file, &version.version).await,
                }
            })
            .await?;
        match computed {
            CompResult::Inserted(entry) | CompResult::ReplacedWith(entry) | CompResult::Unchanged(entry) => {
                Ok(entry.into_value())
            }
            CompResult::StillNone(_) | CompResult::Removed(_) => {
                Err(Error::Internal("the index cache lost an index".to_owned()))
            }
        }
    }

    async fn refresh(
        &self,
        current: Option<Arc<IndexHandle>>,
        file: &dyn LogFile,
        version: &str,
    ) -> Result<Op<Arc<IndexHandle>>> {
        let reader = file.open().await.map_err(Error::Read)?;
        let Some(current) = current.filter(|current| !current.has_failed()) else {
            return Ok(Op::Put(self.start(
                reader,
                version,
                IndexProgress::NONE,
                Vec::new(),
            )));
        };
        let opened = reader.version();
        if current.version.version == opened.version {
            version.clone_into(
                &mut current
                    .found_version
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner),
            );
            return Ok(Op::Nop);
        }
        let progress = current.progress.borrow().clone();
        let is_complete = progress.index.is_complete;
        let is_longer = opened.size > current.version.size && current.version.may_have_grown(opened);
        let (can_grow, opened) = (opened.can_grow(), reader.clone());
        let grown = spawn_blocking(move || {
            Ok::<_, Error>((is_longer && progress.hashes.match_file(&*opened)?).then_some(progress))
        })
        .await??;
        Ok(match grown {
            Some(_) if can_grow && !is_complete => Op::Nop,
            Some(progress) => {
                let previous = PreviousVersion {
                    version: current.version.version.clone(),
                    blocks: progress.index.blocks.len(),
                };
                let previous_versions = current.previous_versions.iter().cloned().chain([previous]);
                let surplus = (current.previous_versions.len() + 1).saturating_sub(MAX_PREVIOUS_VERSIONS);
                Op::Put(self.start(
                    reader,
                    version,
                    progress,
                    previous_versions.skip(surplus).collect(),
                ))
            }
            None => Op::Put(self.start(reader, version, IndexProgress::NONE, Vec::new())),
        })
    }

    /// Starts indexing in the background, after `progress`.
    fn start(
        &self,
        reader: Arc<dyn ReadRange>,
        version: &str,
        progress: IndexProgress,
        mut previous_versions: Vec<PreviousVersion>,
    ) -> Arc<IndexHandle> {
        let progress = Arc::new(watch::Sender::new(progress));
        let opened_version = reader.version().clone();
        let indexer = Arc::new(Indexer::new(reader, self.limits, progress.clone()));
        let remaining = progress.borrow().index.blocks.len();
        previous_versions
            .iter_mut()
            .for_each(|previous| previous.blocks = previous.blocks.min(remaining));
        let index = IndexHandle {
            version: opened_version,
            found_version: Mutex::new(version.to_owned()),
            progress,
            previous_versions,
        };
        let permits = self.permits.clone();
        tokio::spawn(async move {
            // The semaphore is never closed.
            let _permit = permits.acquire().await;
            let threads: Vec<_> = (0..indexer.threads())
                .map(|_| {
                    let indexer = indexer.clone();
                    tokio::task::spawn_blocking(move || indexer.work())
                })
                .collect();
            for thread in threads {
                if let Err(error) = thread.await {
                    indexer.fail(&error.to_string());
                }
            }
        });
        Arc::new(index)
    }
}

/// Returns the size of the index of a log of `size` bytes.
fn weight(size: u64) -> u32 {
    let blocks = (size / BLOCK_BYTES + 1) * 5 / 4 * size_of::<Block>() as u64;
    // The index of the largest log still leaves room for others.
    u32::try_from((INDEX_OVERHEAD_BYTES + blocks).min(CAPACITY_BYTES / 2)).unwrap_or(u32::MAX)
}

/// The index of one version of a log. It may be unfinished.
#[derive(Debug)]
pub(crate) struct IndexHandle {
    version: FileVersion,
    /// Version string under which a request found the file that turned out to be this version when it was
    /// opened.
    found_version: Mutex<String>,
    progress: Arc<watch::Sender<IndexProgress>>,
    previous_versions: Vec<PreviousVersion>,
}

/// A shorter version of a log that has grown.
#[derive(Clone, Debug)]
pub(crate) struct PreviousVersion {
    pub(crate) version: String,
    /// Number of its blocks that are also blocks of the current version.
    pub(crate) blocks: usize,
}

impl IndexHandle {
    /// Returns the indexed version: the file at the time indexing started.
    pub(crate) fn version(&self) -> &FileVersion {
        &self.version
    }

    /// Returns the shorter versions of the log, the most recent one last.
    pub(crate) fn previous_versions(&self) -> &[PreviousVersion] {
        &self.previous_versions
    }

    /// Calls `read` with the current state of the index. It blocks the indexer, so it must be fast.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&LogIndex) -> T) -> T {
        read(&self.progress.borrow().index)
    }

    /// Calls `read` with each new state of the index until it returns a value. Returns `None` if the index is
    /// complete without one, or after `max_wait`.
    ///
    /// # Errors
    /// [`Error::Read`] if the log cannot be indexed. The next request for the index tries again.
    pub(crate) async fn wait<T>(
        &self,
        max_wait: Duration,
        mut read: impl FnMut(&LogIndex) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut value = None;
        let mut progress = self.progress.subscribe();
        let is_settled = progress.wait_for(|progress| {
            value = read(&progress.index);
            value.is_some() || progress.index.is_complete || progress.failure.is_some()
        });
        let failure = match timeout(max_wait, is_settled).await {
            Ok(Ok(progress)) => progress.failure.clone(),
            // Timeout: the sender lives as long as `self`.
            Ok(Err(_)) | Err(_) => None,
        };
        match failure {
            Some(failure) if value.is_none() => Err(Error::Read((*failure).into())),
            _ => Ok(value),
        }
    }

    /// Returns whether an open file begins with the indexed part. It may have grown since, or be a shorter
    /// version than the indexed one. Can read a little, and block.
    pub(crate) fn describes(&self, reader: &dyn ReadRange) -> bool {
        let opened = reader.version();
        let hashes = || self.progress.borrow().hashes.clone();
        let may_have_grown = || opened.can_grow() && self.version.may_have_grown(opened);
        self.version.version == opened.version
            || may_have_grown() && hashes().match_file(reader).unwrap_or(false)
    }

    fn is_of(&self, version: &str) -> bool {
        *self.found_version.lock().unwrap_or_else(PoisonError::into_inner) == version && !self.has_failed()
    }

    fn has_failed(&self) -> bool {
        self.progress.borrow().failure.is_some()
    }
}
