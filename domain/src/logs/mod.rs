//! Logs of any size, page by page: what is asked for is read by ranges, never the whole file at once.

mod ansi;
mod blocks;
mod build;
mod classify;
mod cursor;
mod encoding;
mod finder;
mod index;
mod indexes;
mod line;
mod lines;
mod matcher;
mod matches;
mod outline;
mod raw;
mod reader;
mod search;
#[cfg(test)]
mod tests;

use std::time::Duration;

use runlens_contract::log::{LogPage, LogQuery};

use crate::{
    Platform,
    error::{Error, Result},
    files::FileKey,
};
pub(crate) use encoding::Encoding;
pub(crate) use finder::search_log;
pub use indexes::LogCache;
pub(crate) use matches::MatchCache;
pub(crate) use outline::log_outline;
pub(crate) use raw::raw_log;
pub use raw::{LogFile, RawLog};

use cursor::Position;

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
}

impl Limits {
    const DEFAULT: Self = Self { first_read: 64 << 10, max_read: 1 << 20, max_line: 64 << 10, block: index::BLOCK, piece: 1 << 20 };
}

/// How long a page waits until a log has been gone through as far as it needs.
const PATIENCE: Duration = Duration::from_secs(5);

/// A page of a run's log.
///
/// # Errors
/// [`Error::LogNotFound`], [`Error::Invalid`] for a cursor that does not fit, [`Error::Files`].
pub(crate) async fn log_page(platform: &Platform, run_id: i32, query: &LogQuery) -> Result<LogPage> {
    let cursor = query.cursor.as_deref().map(Position::from_cursor).transpose()?;
    let file = platform.files().find(&FileKey::log(run_id)).await?.ok_or(Error::LogNotFound { run_id })?;
    let index = platform.logs().index(&file).await?;
    let survey = index.wait(PATIENCE, |index| index.is_complete.then_some((index.encoding, index.end))).await?;
    let survey = survey.ok_or_else(|| Error::NotReady("The log is still being gone through; ask again.".to_owned()))?;
    reader::page(index.file(), survey, run_id, query, cursor, Limits::DEFAULT).await
}
