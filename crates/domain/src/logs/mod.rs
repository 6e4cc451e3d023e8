//! Build logs of runs: finds the file, and converts between the API and the log engine. Callers check scopes.

mod convert;
mod raw;
mod service;
mod source;

use runlens_api_types::{
    log::{LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch, LogSearchQuery},
    page::CursorPagination,
};
use runlens_log_engine::{PageRequest, SearchRequest};

pub(crate) use self::raw::raw_log;
use self::{
    convert::{to_error, to_line, to_match, to_outline, to_page_query, to_search_query},
    source::LogSource,
};
pub use self::{
    raw::{LogFile, RawLog},
    service::LogService,
};
use crate::{
    error::{Error, Result},
    files::{FileKey, FoundFile, mark_uncacheable},
};

/// Returns a page of a run's log.
///
/// # Errors
/// [`Error::LogNotFound`], [`Error::Invalid`] for an invalid cursor or regular expression,
/// [`Error::NotReady`] if the log is not indexed as far as the page needs, [`Error::Files`].
pub(crate) async fn log_page(service: &LogService, run_id: i32, query: &LogQuery) -> Result<LogPage> {
    let request = PageRequest::new(to_page_query(query)).map_err(|error| to_error(error, run_id))?;
    let file = LogSource::shared(find_log(service, run_id).await?);
    let page = service
        .engine()
        .page(&file, request)
        .await
        .map_err(|error| to_error(error, run_id))?;
    if page.is_provisional {
        mark_uncacheable();
    }
    let (limit, _) = query.extent();
    Ok(LogPage {
        data: page.lines.into_iter().map(|line| to_line(line, run_id)).collect(),
        examined: page.examined.map(convert::to_line_range),
        pagination: CursorPagination {
            limit,
            next_cursor: page.next_cursor,
        },
    })
}

/// Returns a page of matches in a run's log.
///
/// # Errors
/// [`Error::LogNotFound`], [`Error::Invalid`] for an invalid cursor or regular expression,
/// [`Error::NotReady`] if the log was replaced while it was read, [`Error::Files`].
pub(crate) async fn search_log(
    service: &LogService,
    run_id: i32,
    query: &LogSearchQuery,
) -> Result<LogSearch> {
    let request = SearchRequest::new(to_search_query(query)).map_err(|error| to_error(error, run_id))?;
    let found = find_log(service, run_id).await?;
    let size_bytes = found.size;
    let search = service
        .engine()
        .search(&LogSource::shared(found), request)
        .await
        .map_err(|error| to_error(error, run_id))?;
    if !search.is_complete {
        mark_uncacheable();
    }
    Ok(LogSearch {
        matches: search.total_matches,
        searched_bytes: search.searched_bytes,
        size_bytes,
        is_complete: search.is_complete,
        data: search
            .matches
            .into_iter()
            .map(|found| to_match(found, run_id))
            .collect(),
        pagination: CursorPagination {
            limit: query.limit,
            next_cursor: search.next_cursor,
        },
    })
}

/// Returns the outline of a run's log.
///
/// # Errors
/// [`Error::LogNotFound`], [`Error::NotReady`] if the log was replaced while it was read, [`Error::Files`].
pub(crate) async fn log_outline(
    service: &LogService,
    run_id: i32,
    is_growing: bool,
    query: &LogOutlineQuery,
) -> Result<LogOutline> {
    let found = find_log(service, run_id).await?;
    let outline = service
        .engine()
        .outline(&LogSource::shared(found.clone()), query.buckets)
        .await
        .map_err(|error| to_error(error, run_id))?;
    if !outline.is_complete {
        mark_uncacheable();
    }
    Ok(to_outline(outline, &found, run_id, is_growing))
}

/// # Errors
/// [`Error::LogNotFound`], [`Error::Files`].
async fn find_log(service: &LogService, run_id: i32) -> Result<FoundFile> {
    service
        .files()
        .find(&FileKey::log(run_id))
        .await?
        .ok_or(Error::LogNotFound { run_id })
}
