//! Use cases of build logs.

use std::sync::Arc;

use runlens_api_types::log::{LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch, LogSearchQuery};
use runlens_log_engine::LogEngine;

use super::{RawLog, log_outline, log_page, raw_log, search_log};
use crate::{Result, access, files::Files, runs::LoadedRun};

/// Use cases of build logs. Cheap to clone.
#[derive(Clone)]
pub struct LogService {
    inner: Arc<Inner>,
}

struct Inner {
    files: Files,
    redirect_raw_logs: bool,
    engine: LogEngine,
}

impl LogService {
    pub(crate) fn new(files: Files, redirect_raw_logs: bool) -> Self {
        Self {
            inner: Arc::new(Inner {
                files,
                redirect_raw_logs,
                engine: LogEngine::default(),
            }),
        }
    }

    /// Returns a page of lines of a run's log. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope),
    /// [`Error::LogNotFound`](crate::Error::LogNotFound), [`Error::Invalid`](crate::Error::Invalid) for a
    /// malformed cursor, [`Error::Files`](crate::Error::Files).
    pub async fn page(&self, run: &LoadedRun, query: &LogQuery) -> Result<LogPage> {
        run.require(access::LIST_RUN_LOGS)?;
        log_page(self, run.id(), query).await
    }

    /// Returns an overview of the whole log of a run. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope),
    /// [`Error::LogNotFound`](crate::Error::LogNotFound), [`Error::Files`](crate::Error::Files),
    /// [`Error::Database`](crate::Error::Database).
    pub async fn outline(&self, run: &LoadedRun, query: &LogOutlineQuery) -> Result<LogOutline> {
        run.require(access::GET_RUN_LOG_OUTLINE)?;
        let is_growing = run.state().await?.status.is_in_progress();
        log_outline(self, run.id(), is_growing, query).await
    }

    /// Returns a page of matches in a run's log. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope),
    /// [`Error::LogNotFound`](crate::Error::LogNotFound), [`Error::Invalid`](crate::Error::Invalid) for a
    /// malformed cursor or regular expression, [`Error::Files`](crate::Error::Files).
    pub async fn search(&self, run: &LoadedRun, query: &LogSearchQuery) -> Result<LogSearch> {
        run.require(access::SEARCH_RUN_LOG)?;
        search_log(self, run.id(), query).await
    }

    /// Returns a run's log as a file. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope),
    /// [`Error::LogNotFound`](crate::Error::LogNotFound), [`Error::Files`](crate::Error::Files).
    pub async fn raw(&self, run: &LoadedRun) -> Result<RawLog> {
        run.require(access::GET_RAW_RUN_LOG)?;
        raw_log(self, run.id()).await
    }

    pub(super) fn files(&self) -> &Files {
        &self.inner.files
    }

    pub(super) fn redirect_raw_logs(&self) -> bool {
        self.inner.redirect_raw_logs
    }

    pub(super) fn engine(&self) -> &LogEngine {
        &self.inner.engine
    }
}
