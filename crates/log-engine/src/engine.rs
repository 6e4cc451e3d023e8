use std::{sync::Arc, time::Duration};

use runlens_terminal::Encoding;

use crate::{
    blocking::spawn_blocking,
    error::{Error, Result},
    file::LogFile,
    index_cache::IndexCache,
    limits::Limits,
    match_cache::MatchCache,
    model::{Outline, Page, Search},
    open_log::OpenLog,
    outline,
    page::{self, PageRequest},
    search_page::{self, SearchRequest},
    stopwatch::Stopwatch,
};

/// Reads logs, and caches their indexes and searches. Cheap to clone; one per process is enough.
///
/// Methods must be called on a multi-threaded Tokio runtime: they read on its blocking threads, and index and
/// search in the background. Cached results are tied to a [`FileVersion`](crate::FileVersion), so changed
/// files are never served from the cache.
#[derive(Clone)]
pub struct LogEngine {
    pub(crate) indexes: IndexCache,
    pub(crate) searches: MatchCache,
}

impl Default for LogEngine {
    fn default() -> Self {
        Self::new(Limits::DEFAULT)
    }
}

impl LogEngine {
    /// Creates an engine without any cached results.
    pub fn new(limits: Limits) -> Self {
        Self {
            indexes: IndexCache::new(limits),
            searches: MatchCache::default(),
        }
    }

    /// Returns an engine with the same indexes, but without cached searches. For benchmarks.
    #[cfg(feature = "testing")]
    pub fn without_searches(&self) -> Self {
        Self {
            indexes: self.indexes.clone(),
            searches: MatchCache::default(),
        }
    }

    /// Reads a page of lines.
    ///
    /// A forward page without a start line needs no index and is read at once, whatever the size of the log.
    /// Other pages wait up to [`Limits::index_timeout`] for the part of the index that they need.
    ///
    /// # Errors
    /// [`Error::InvalidCursor`] if the cursor does not fit this log, [`Error::StillIndexing`],
    /// [`Error::Replaced`], [`Error::Read`].
    pub async fn page(&self, file: &Arc<dyn LogFile>, request: PageRequest) -> Result<Page> {
        self.page_with(file, request, Stopwatch::start()).await
    }

    pub(crate) async fn page_with(
        &self,
        file: &Arc<dyn LogFile>,
        request: PageRequest,
        stopwatch: Stopwatch,
    ) -> Result<Page> {
        let reader = file.open().await.map_err(Error::Read)?;
        let log = OpenLog::new(&self.indexes, file.clone(), reader);
        let is_filtered = !request.query.filter.is_empty();
        let read = move || page::read_page(&log, &request, &stopwatch);
        if is_filtered {
            self.indexes.page_pool.run(read).await?
        } else {
            spawn_blocking(read).await?
        }
    }

    /// Counts the lines of the whole log that match, and reads a page of them.
    ///
    /// Returns the matches found so far after [`Limits::completion_timeout`]. The search continues in the
    /// background and is shared by all requests with the same filter; it ends early if its result is evicted
    /// from the cache.
    ///
    /// # Errors
    /// [`Error::InvalidCursor`] if the cursor does not fit this log, [`Error::Replaced`], [`Error::Read`].
    pub async fn search(&self, file: &Arc<dyn LogFile>, request: SearchRequest) -> Result<Search> {
        search_page::search(&self.indexes, &self.searches, file, request).await
    }

    /// Summarizes a log, with at most `max_sections` sections. Describes the part indexed so far after
    /// [`Limits::completion_timeout`].
    ///
    /// # Errors
    /// [`Error::Replaced`], [`Error::Read`].
    pub async fn outline(&self, file: &Arc<dyn LogFile>, max_sections: u32) -> Result<Outline> {
        outline::outline(&self.indexes, file, max_sections).await
    }

    /// Returns the encoding of a log, `None` if it is not known after `max_wait`: only the whole file
    /// decides.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub async fn encoding(&self, file: &Arc<dyn LogFile>, max_wait: Duration) -> Result<Option<Encoding>> {
        let index = self.indexes.index(&**file).await?;
        index
            .wait(max_wait, |index| index.is_complete.then_some(index.encoding))
            .await
    }
}
