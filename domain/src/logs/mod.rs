//! Logs of any size, page by page: what is asked for is read by ranges, never the whole file at once.

mod ansi;
#[allow(dead_code, reason = "counting is for the index")]
mod classify;
mod cursor;
mod level;
mod line;
mod lines;
mod reader;
#[allow(dead_code, reason = "searching many lines is for the search of whole logs")]
mod search;
mod survey;
#[cfg(test)]
mod tests;
#[allow(dead_code, reason = "plain code is for processors without AVX2")]
mod words;

use runlens_contract::{
    CursorPage,
    log::{LogLine, LogQuery},
};

use crate::{
    Platform,
    error::{Error, Result},
    files::{FileKey, FoundFile},
};
pub(crate) use survey::Encoding;

use cursor::Position;
use survey::Survey;

/// How much of a log is held in memory at a time.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Bytes of the first read of a page; each further read takes twice as much.
    first_read: u64,
    /// Bytes of the largest read.
    max_read: u64,
    /// Bytes of a line by which it is shown and classified. A longer line is still searched to its end.
    max_line: u64,
}

impl Limits {
    const DEFAULT: Self = Self { first_read: 64 << 10, max_read: 1 << 20, max_line: 64 << 10 };
}

/// What is remembered of logs, so that it need not be found out again: a log is gone through once for each of its versions.
pub struct LogCache {
    surveys: moka::future::Cache<String, Survey>,
}

impl Default for LogCache {
    fn default() -> Self {
        Self { surveys: moka::future::Cache::new(4096) }
    }
}

impl LogCache {
    async fn survey(&self, file: &FoundFile) -> Result<Survey> {
        self.surveys
            .try_get_with(file.version(), Survey::of(file, Limits::DEFAULT))
            .await
            // Everybody who waited for the survey shares its failure, which can only be that of the store.
            .map_err(|error| object_store::Error::Generic { store: file.store, source: Box::new(error) }.into())
    }
}

/// A page of a run's log.
///
/// # Errors
/// [`Error::LogNotFound`], [`Error::Invalid`] for a cursor that does not fit, [`Error::Files`].
pub(crate) async fn log_page(platform: &Platform, run_id: i32, query: &LogQuery) -> Result<CursorPage<LogLine>> {
    let cursor = query.cursor.as_deref().map(Position::from_cursor).transpose()?;
    let file = platform.files().find(&FileKey::log(run_id)).await?.ok_or(Error::LogNotFound { run_id })?;
    let survey = platform.logs().survey(&file).await?;
    reader::page(&file, survey, run_id, query, cursor, Limits::DEFAULT).await
}
