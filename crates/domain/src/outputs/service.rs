//! Use cases of output files.

use std::sync::Arc;

use runlens_api_types::{
    Page,
    artifact::Artifact,
    output::{DiffQuery, OutputDiff, OutputFile, OutputInfo, OutputSide},
    page::PageQuery,
};

use super::{
    ActualOutput, DiffFile, MAX_CONCURRENT_DIFFS, OutputIds, OutputOfRun, RawOutput, artifacts, find, info,
};
use crate::{Result, access, blocking::BlockingPool, files::Files, runs::LoadedRun};

/// Use cases of output files and of other files of a run. Cheap to clone.
#[derive(Clone)]
pub struct OutputService {
    inner: Arc<Inner>,
}

struct Inner {
    files: Files,
    diff_pool: BlockingPool,
}

impl OutputService {
    pub(crate) fn new(files: Files) -> Self {
        Self {
            inner: Arc::new(Inner {
                files,
                diff_pool: BlockingPool::new(MAX_CONCURRENT_DIFFS),
            }),
        }
    }

    /// Returns an output's result in the run and in the baseline, and its neighbours among the failing
    /// outputs. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::NotFound`](crate::Error::NotFound),
    /// [`Error::Database`](crate::Error::Database).
    pub async fn info(&self, run: &LoadedRun, ids: OutputIds) -> Result<OutputInfo> {
        run.require(access::GET_OUTPUT)?;
        let outcomes = run.outcomes().await?;
        info(run.id(), outcomes, run.baseline().await?, ids)
    }

    /// Returns the expected file. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::NotFound`](crate::Error::NotFound),
    /// [`Error::OutputFileNotFound`](crate::Error::OutputFileNotFound),
    /// [`Error::Files`](crate::Error::Files), [`Error::Database`](crate::Error::Database).
    pub async fn expected(&self, run: &LoadedRun, ids: OutputIds) -> Result<OutputFile> {
        run.require(access::GET_EXPECTED_OUTPUT)?;
        output_of(run, ids).await?.expected(self.files()).await
    }

    /// Returns the file that the test produced. Scope `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::expected`], [`Error::NotProduced`](crate::Error::NotProduced).
    pub async fn actual(&self, run: &LoadedRun, ids: OutputIds) -> Result<ActualOutput> {
        run.require(access::GET_ACTUAL_OUTPUT)?;
        output_of(run, ids).await?.actual(self.files()).await
    }

    /// Compares the expected file with the actual one. Scope `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::actual`].
    pub async fn diff(&self, run: &LoadedRun, ids: OutputIds, query: &DiffQuery) -> Result<OutputDiff> {
        run.require(access::GET_OUTPUT_DIFF)?;
        output_of(run, ids).await?.diff(self, query).await
    }

    /// Returns one of the two files unchanged. Scope `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::actual`].
    pub async fn raw(&self, run: &LoadedRun, ids: OutputIds, side: OutputSide) -> Result<RawOutput> {
        run.require(match side {
            OutputSide::Expected => access::GET_RAW_EXPECTED_OUTPUT,
            OutputSide::Actual => access::GET_RAW_ACTUAL_OUTPUT,
        })?;
        output_of(run, ids).await?.raw(self.files(), side).await
    }

    /// Returns the whole difference as a file. Scope `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::actual`].
    pub async fn diff_file(&self, run: &LoadedRun, ids: OutputIds, context: u32) -> Result<DiffFile> {
        run.require(access::GET_RAW_OUTPUT_DIFF)?;
        output_of(run, ids).await?.diff_file(self, context).await
    }

    /// Returns a page of a run's artifacts. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Files`](crate::Error::Files) if no store
    /// is available.
    pub async fn artifacts(&self, run: &LoadedRun, page: PageQuery) -> Result<Page<Artifact>> {
        run.require(access::LIST_RUN_ARTIFACTS)?;
        artifacts::page(self.files(), run.id(), run.platform_column(), page).await
    }

    pub(super) fn files(&self) -> &Files {
        &self.inner.files
    }

    pub(super) fn diff_pool(&self) -> &BlockingPool {
        &self.inner.diff_pool
    }
}

async fn output_of(run: &LoadedRun, ids: OutputIds) -> Result<OutputOfRun<'_>> {
    find(run.id(), run.outcomes().await?, ids)
}
