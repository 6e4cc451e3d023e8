//! Logs of any size, page by page: what is asked for is read by ranges, never the whole file at once.

mod ansi;
mod blocks;
mod build;
mod classify;
mod clue;
mod cursor;
mod encoding;
mod finder;
#[cfg(feature = "testing")]
pub(crate) mod fuzzing;
mod index;
mod indexes;
mod level;
mod line;
mod lines;
mod matcher;
mod matches;
#[cfg(feature = "testing")]
mod naive;
mod outline;
mod place;
mod raw;
mod reader;
mod search;
mod service;
mod shapes;
#[cfg(test)]
mod tests;
#[allow(dead_code, reason = "plain code is for processors without AVX2")]
mod words;

use std::time::Duration;

use runlens_api_types::log::{LogPage, LogQuery};

use crate::{
    blocking::spawn_blocking,
    clock::Stopwatch,
    error::Result,
    files::{FoundFile, mark_uncacheable},
};
pub(crate) use finder::search_log;
pub use indexes::LogCache;
pub(crate) use matches::MatchCache;
pub(crate) use outline::log_outline;
pub(crate) use raw::raw_log;
pub use raw::{LogFile, RawLog};
pub use service::LogService;

use blocks::{find_log, open};
use cursor::Position;
use matcher::Matcher;
use place::OpenLog;

/// How much of a log is held in memory at a time.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Bytes of the first read of a page; each further read takes twice as much.
    first_read: u64,
    /// Bytes of the largest read.
    max_read: u64,
    /// Bytes of a line by which it is shown and classified. A longer line is still searched to its end.
    max_line: u64,
    /// Bytes of a block of the index, about.
    block: u64,
    /// Bytes that are gone through at a time to make the index.
    piece: u64,
    /// How long a page looks for lines that pass the filters.
    budget: Duration,
    /// How long a page waits until the index knows what it needs.
    patience: Duration,
}

impl Limits {
    const DEFAULT: Self = Self {
        first_read: 64 << 10,
        max_read: 1 << 20,
        max_line: 64 << 10,
        block: index::BLOCK,
        piece: 512 << 10,
        budget: Duration::from_millis(500),
        patience: Duration::from_secs(5),
    };
}

/// A page of a run's log.
///
/// # Errors
/// [`Error::LogNotFound`](crate::Error::LogNotFound), [`Error::Invalid`](crate::Error::Invalid) for a cursor that does not fit and for what is no regular expression, [`Error::NotReady`](crate::Error::NotReady)
/// where the log has not been gone through as far as the page needs, [`Error::Files`](crate::Error::Files).
pub(crate) async fn log_page(service: &LogService, run_id: i32, query: &LogQuery) -> Result<LogPage> {
    let cursor = query.cursor.as_deref().map(Position::from_cursor).transpose()?;
    let matcher = Matcher::new(&query.filter)?;
    let file = find_log(service, run_id).await?;
    let answer = service
        .logs()
        .page(&file, run_id, query.clone(), matcher, cursor, Stopwatch::start())
        .await?;
    if answer.is_provisional {
        mark_uncacheable();
    }
    Ok(answer.page)
}

/// A page, and whether it would have been another one with more time.
struct Answer {
    page: LogPage,
    is_provisional: bool,
}

impl LogCache {
    async fn page(
        &self,
        file: &FoundFile,
        run_id: i32,
        query: LogQuery,
        matcher: Matcher,
        cursor: Option<Position>,
        stopwatch: Stopwatch,
    ) -> Result<Answer> {
        let log = OpenLog::new(self, open(file, run_id).await?);
        let is_search = !query.filter.is_empty();
        let work = move || reader::page(&log, run_id, &query, &matcher, cursor, &stopwatch);
        if is_search {
            self.searches.run(work).await?
        } else {
            spawn_blocking(work).await?
        }
    }
}
