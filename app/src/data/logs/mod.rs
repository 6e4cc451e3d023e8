//! The log of a run.

#[cfg(test)]
pub(crate) mod samples;

use runlens_api_types::{
    ErrorBody, ErrorCode,
    log::{LogFilter, LogMatch, LogOutline, LogOutlineQuery, LogQuery, LogSearch, LogSearchQuery},
    page::PageQuery,
};
use serde::{Deserialize, Serialize};

use super::{RunSource, Source};
/// A log, and the first rows that are shown of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogStart {
    /// What is in it.
    pub outline: LogOutline,
    /// The first rows.
    pub rows: LogRows,
    /// What is wrong with the text that is looked for.
    pub fault: Option<String>,
}

/// Some rows of a log: lines, or those that pass a filter.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogRows {
    /// The rows; the number of each is that of the line, or of the match.
    pub data: Vec<LogMatch>,
    /// Rows there are, as far as is known.
    pub total: u64,
    /// Whether there are no more.
    pub is_complete: bool,
}

/// In how many pieces the viewer shows a log as a whole.
pub(super) const OUTLINE: LogOutlineQuery = LogOutlineQuery { buckets: 120 };
/// Rows that are asked for at a time.
pub(super) const LIMIT: u32 = PageQuery::MAX_LIMIT;

/// What an answer says is wrong with the text that was looked for.
pub fn fault(body: &ErrorBody) -> Option<String> {
    let fields = body
        .details
        .get("fields")
        .filter(|_| body.code == ErrorCode::ValidationError)?;
    let fault = fields.get("regex").or_else(|| fields.get("contains"))?;
    Some(fault.as_str().unwrap_or_default().to_owned())
}

/// Lines as rows in their order.
pub(super) fn lines_as_rows(lines: Vec<runlens_api_types::log::LogLine>) -> Vec<LogMatch> {
    lines
        .into_iter()
        .map(|line| LogMatch {
            number: line.line,
            line,
            ranges: Vec::new(),
        })
        .collect()
}

/// Marks in rows where what is looked for stands.
pub(super) async fn mark(open: &RunSource, rows: &mut [LogMatch], looked_for: LogFilter) {
    let Some(first) = rows.first() else { return };
    let query = LogSearchQuery {
        from_line: Some(first.line.line),
        ..search(looked_for)
    };
    let Ok(found) = open.search_log(&query).await else {
        return;
    };
    for found in found.data {
        if let Ok(at) = rows.binary_search_by_key(&found.line.line, |row| row.line.line) {
            rows[at].ranges = found.ranges;
        }
    }
}

/// A search for a page of rows.
pub fn search(filter: LogFilter) -> LogSearchQuery {
    LogSearchQuery {
        limit: LIMIT,
        cursor: None,
        from_line: None,
        from_match: None,
        direction: None,
        filter,
    }
}

/// What is in a log.
///
/// # Errors
/// As the API's.
pub async fn log_outline(id: i32) -> Result<LogOutline, ErrorBody> {
    Source::new()?.open(id).await?.log_outline(&OUTLINE).await
}

/// Rows from one on, counted from 1, with what is looked for marked.
///
/// # Errors
/// As the API's.
pub async fn log_rows(
    id: i32,
    filter: LogFilter,
    looked_for: Option<LogFilter>,
    from: u64,
) -> Result<Vec<LogMatch>, ErrorBody> {
    let open = Source::new()?.open(id).await?;
    let mut rows = if filter.is_empty() {
        lines_as_rows(
            open.logs(&LogQuery {
                from_line: Some(from),
                ..LogQuery::default()
            })
            .await?
            .data,
        )
    } else {
        open.search_log(&LogSearchQuery {
            from_match: Some(from),
            ..search(filter)
        })
        .await?
        .data
    };
    if let Some(looked_for) = looked_for {
        mark(&open, &mut rows, looked_for).await;
    }
    Ok(rows)
}

/// A search through a log.
///
/// # Errors
/// As the API's.
pub async fn log_search(id: i32, query: LogSearchQuery) -> Result<LogSearch, ErrorBody> {
    Source::new()?.open(id).await?.search_log(&query).await
}
