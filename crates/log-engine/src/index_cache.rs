//! The indexes of logs: made when first asked for, and shared by all who ask.

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
    task::spawn_blocking,
    time::timeout,
};

use super::{
    Limits,
    build::{Progress, Scan},
    index::{self, Block, LogIndex},
};
use crate::{
    blocking::{self, BlockingPool},
    error::{Error, Result},
    files::{FileReader, FoundFile},
};

/// Bytes of all indexes together.
const CAPACITY: u64 = 32 << 20;
/// Bytes of what an index has beside its blocks, about.
const OVERHEAD: u64 = 2 << 10;
/// Logs that are gone through at the same time.
pub(super) const AT_A_TIME: usize = 4;

/// Shorter versions of a log whose searches are gone on with.
const FORMERS: usize = 8;

/// Pages that look for something at the same time: each keeps a core busy, and holds some megabytes.
const SEARCHES: usize = 8;

/// What is remembered of logs, so that it need not be found out again. Cheap to clone.
#[derive(Clone)]
pub struct LogCache {
    indexes: Cache<String, Arc<Indexing>>,
    pub(super) gate: Arc<Semaphore>,
    /// Pages that look for something at the same time.
    pub(super) searches: BlockingPool,
    pub(super) limits: Limits,
}

impl Default for LogCache {
    fn default() -> Self {
        Self::new(Limits::DEFAULT)
    }
}

impl LogCache {
    pub(super) fn new(limits: Limits) -> Self {
        let indexes = Cache::builder()
            .weigher(|_, indexing: &Arc<Indexing>| weight(indexing.file.size))
            .max_capacity(CAPACITY)
            // What is asked for now is always taken in: who asks next shares it.
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self {
            indexes,
            gate: Arc::new(Semaphore::new(AT_A_TIME)),
            searches: BlockingPool::new(SEARCHES),
            limits,
        }
    }

    /// The index of a log, which is made in the background from now on where there is none, and extended where the log has grown. While
    /// it is made, those who ask for a longer version of the same log share it as it is: see [`Indexing::file`].
    ///
    /// # Errors
    /// [`Error::Files`] where the log cannot be opened.
    pub(super) async fn index(&self, file: &FoundFile) -> Result<Arc<Indexing>> {
        let (place, version) = (file.location(), file.version());
        if let Some(current) = self.indexes.get(&place).await
            && current.is_of(&version)
        {
            return Ok(current);
        }
        let computed = self
            .indexes
            .entry(place)
            .and_try_compute_with(|entry| async {
                let current = entry.map(|entry| entry.into_value());
                match current {
                    Some(current) if current.is_of(&version) => Ok(Op::Nop),
                    current => self.renew(current, file, version).await,
                }
            })
            .await?;
        match computed {
            CompResult::Inserted(entry) | CompResult::ReplacedWith(entry) | CompResult::Unchanged(entry) => {
                Ok(entry.into_value())
            }
            CompResult::StillNone(_) | CompResult::Removed(_) => {
                Err(Error::Internal("an index was made and is not there".to_owned()))
            }
        }
    }

    async fn renew(
        &self,
        current: Option<Arc<Indexing>>,
        file: &FoundFile,
        version: String,
    ) -> Result<Op<Arc<Indexing>>> {
        let reader = Arc::new(file.reader().await?);
        let Some(current) = current.filter(|current| !current.has_failed()) else {
            return Ok(Op::Put(self.begin(reader, version, Progress::NONE, Vec::new())));
        };
        if current.file.version() == reader.file().version() {
            *current.version.lock().unwrap_or_else(PoisonError::into_inner) = version;
            return Ok(Op::Nop);
        }
        let (progress, opened) = (current.progress.borrow().clone(), reader.clone());
        let is_complete = progress.index.is_complete;
        let is_longer = reader.file().size > current.file.size && current.file.may_have_grown(reader.file());
        let same = blocking::spawn_blocking(move || {
            Ok::<_, Error>((is_longer && progress.marks.are_in(&opened)?).then_some(progress))
        })
        .await??;
        Ok(match same {
            Some(_) if reader.can_grow() && !is_complete => Op::Nop,
            Some(known) => {
                let former = Former {
                    version: current.file.version(),
                    blocks: known.index.blocks.len(),
                };
                let formers = current.formers.iter().cloned().chain([former]);
                let forgotten = (current.formers.len() + 1).saturating_sub(FORMERS);
                Op::Put(self.begin(reader, version, known, formers.skip(forgotten).collect()))
            }
            None => Op::Put(self.begin(reader, version, Progress::NONE, Vec::new())),
        })
    }

    fn begin(
        &self,
        reader: Arc<FileReader>,
        version: String,
        known: Progress,
        mut formers: Vec<Former>,
    ) -> Arc<Indexing> {
        let progress = Arc::new(watch::Sender::new(known));
        let file = reader.file().clone();
        let scan = Arc::new(Scan::new(reader, self.limits, progress.clone()));
        let kept = progress.borrow().index.blocks.len();
        formers
            .iter_mut()
            .for_each(|former| former.blocks = former.blocks.min(kept));
        let indexing = Indexing {
            file,
            version: Mutex::new(version),
            progress,
            formers,
        };
        let gate = self.gate.clone();
        tokio::spawn(async move {
            // The gate is never closed.
            let _turn = gate.acquire().await;
            let threads: Vec<_> = (0..scan.threads())
                .map(|_| {
                    let scan = scan.clone();
                    spawn_blocking(move || scan.work())
                })
                .collect();
            for thread in threads {
                if let Err(error) = thread.await {
                    scan.fail(&error.to_string());
                }
            }
        });
        Arc::new(indexing)
    }
}

/// Bytes that the index of a log of this size takes.
fn weight(size: u64) -> u32 {
    let blocks = (size / index::BLOCK + 1) * 5 / 4 * size_of::<Block>() as u64;
    // A log that would fill the cache alone still has a place in it.
    u32::try_from((OVERHEAD + blocks).min(CAPACITY / 2)).unwrap_or(u32::MAX)
}

/// The index of one version of a log, which may still be in the making.
#[derive(Debug)]
pub(super) struct Indexing {
    file: FoundFile,
    /// Who was found to be this very version.
    version: Mutex<String>,
    progress: Arc<watch::Sender<Progress>>,
    /// The shorter versions that it has grown from, the last of them last.
    formers: Vec<Former>,
}

/// A shorter version of a log.
#[derive(Clone, Debug)]
pub(super) struct Former {
    pub(super) version: String,
    /// How many of its blocks the log still begins with.
    pub(super) blocks: usize,
}

impl Indexing {
    /// The version of the log that it is about: as it was when going through it began.
    pub(super) fn file(&self) -> &FoundFile {
        &self.file
    }

    /// The shorter versions of the log that it has grown from, the last of them last.
    pub(super) fn formers(&self) -> &[Former] {
        &self.formers
    }

    /// Looks at what is known so far. Nothing is added meanwhile: the look is to be a short one.
    pub(super) fn look<T>(&self, look: impl FnOnce(&LogIndex) -> T) -> T {
        look(&self.progress.borrow().index)
    }

    /// Looks at what is known so far, and each time that more is, until there is an answer: none where there still is none when all is
    /// known, or when `patience` is at its end.
    ///
    /// # Errors
    /// [`Error::Files`] where the log could not be gone through. Who asks for the index next has it tried again.
    pub(super) async fn wait<T>(
        &self,
        patience: Duration,
        mut look: impl FnMut(&LogIndex) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut answer = None;
        let mut progress = self.progress.subscribe();
        let is_settled = progress.wait_for(|progress| {
            answer = look(&progress.index);
            answer.is_some() || progress.index.is_complete || progress.failure.is_some()
        });
        let failure = match timeout(patience, is_settled).await {
            Ok(Ok(progress)) => progress.failure.clone(),
            // The sender lives as long as this; time is up.
            Ok(Err(_)) | Err(_) => None,
        };
        match failure {
            Some(failure) if answer.is_none() => Err(self.failed(&failure)),
            _ => Ok(answer),
        }
    }

    /// Whether a file, open now, begins with what has been gone through: it may have grown since, or be known better than by who opened
    /// it. It reads a little.
    pub(super) fn describes(&self, reader: &FileReader) -> bool {
        let marks = || self.progress.borrow().marks.clone();
        let may_have_grown = || reader.can_grow() && self.file.may_have_grown(reader.file());
        self.file.version() == reader.file().version()
            || may_have_grown() && marks().are_in(reader).unwrap_or(false)
    }

    fn is_of(&self, version: &str) -> bool {
        *self.version.lock().unwrap_or_else(PoisonError::into_inner) == version && !self.has_failed()
    }

    fn has_failed(&self) -> bool {
        self.progress.borrow().failure.is_some()
    }

    fn failed(&self, message: &str) -> Error {
        object_store::Error::Generic {
            store: self.file.store,
            source: message.into(),
        }
        .into()
    }
}
