//! The page of a log: what is in the log, and the rows at the place that its address names.

use futures::join;
use runlens_api_types::{
    ErrorBody,
    log::{LogDirection, LogFilter, LogOutline, LogQuery, LogSearchQuery},
    run::Run,
};

use super::{
    RunSource, Source,
    logs::{LIMIT, LogRows, LogStart, OUTLINE, fault, lines_as_rows, mark, search},
};
use crate::url::log::LogAddress;

/// Lines before one that is pointed at, for what led to it.
const LINES_BEFORE: u64 = 10;

/// Everything that the page of a log shows.
#[derive(Clone, Debug, PartialEq)]
pub struct LogView {
    /// The run.
    pub run: Run,
    /// Its log; none where there is no log, or it may not be read.
    pub log: Result<LogStart, ErrorBody>,
}

/// A run's log, at the place that an address names.
///
/// # Errors
/// The domain's: that the run does not exist, or may not be read.
pub async fn log_view(id: i32, address: &LogAddress) -> Result<LogView, ErrorBody> {
    let open = Source::new()?.open(id).await?;
    let (run, outline) = join!(open.run(), open.log_outline(&OUTLINE));
    let log = match outline {
        Ok(outline) => start(&open, outline, address).await,
        Err(body) => Err(body),
    };
    Ok(LogView { run: run?, log })
}

async fn start(open: &RunSource, outline: LogOutline, address: &LogAddress) -> Result<LogStart, ErrorBody> {
    let filter = address.filter();
    let found = if filter.is_empty() {
        lines(open, &outline, address).await
    } else {
        matches(open, &filter, address).await
    };
    match found {
        Ok(rows) => Ok(LogStart {
            outline,
            rows,
            fault: None,
        }),
        Err(body) => {
            let fault = fault(&body).ok_or(body)?;
            Ok(LogStart {
                outline,
                rows: LogRows {
                    is_complete: true,
                    ..LogRows::default()
                },
                fault: Some(fault),
            })
        }
    }
}

/// The line that a page begins with; nothing where it is the end of the log.
fn first_line(outline: &LogOutline, address: &LogAddress) -> Option<u64> {
    let pointed = address
        .lines
        .map(|lines| lines.first.saturating_sub(LINES_BEFORE));
    let error = || {
        outline
            .first_error_line
            .map(|line| line.saturating_sub(LINES_BEFORE))
    };
    let line = pointed
        .or(address.from_line)
        .or_else(|| error().filter(|_| !address.is_end))
        .unwrap_or(1)
        .max(1);
    let last = outline.lines.saturating_sub(u64::from(LIMIT) - 1).max(1);
    // Beyond the end there is nothing to read: the last lines are as near as can be.
    let is_end = address.is_end || (outline.is_complete && line > last);
    (!is_end).then_some(line)
}

async fn lines(open: &RunSource, outline: &LogOutline, address: &LogAddress) -> Result<LogRows, ErrorBody> {
    let from = first_line(outline, address);
    let query = LogQuery {
        from_line: from,
        direction: from.is_none().then_some(LogDirection::Backward),
        ..LogQuery::default()
    };
    let page = open.logs(&query).await?;
    let mut rows = lines_as_rows(page.data);
    if let Some(text) = address.search() {
        mark(open, &mut rows, text).await;
    }
    // While a log is gone through, less of it may have been counted than is shown.
    let total = outline.lines.max(rows.last().map_or(0, |row| row.number));
    Ok(LogRows {
        data: rows,
        total,
        is_complete: outline.is_complete,
    })
}

async fn matches(open: &RunSource, filter: &LogFilter, address: &LogAddress) -> Result<LogRows, ErrorBody> {
    let from_line = address.lines.map(|lines| lines.first).or(address.from_line);
    let direction = address.is_end.then_some(LogDirection::Backward);
    let from_match = address
        .from_match
        .filter(|_| from_line.is_none() && direction.is_none());
    let query = LogSearchQuery {
        from_line: from_line.filter(|_| direction.is_none()),
        from_match,
        direction,
        ..search(filter.clone())
    };
    let found = open.search_log(&query).await?;
    Ok(LogRows {
        total: found.matches.max(found.data.last().map_or(0, |row| row.number)),
        data: found.data,
        is_complete: found.is_complete,
    })
}

#[cfg(test)]
mod tests {
    use runlens_api_types::log::{LineRange, LogOutline};

    use super::{LogAddress, first_line};
    use crate::data::logs::samples::outline;

    #[test]
    fn a_log_opens_at_its_first_error_unless_the_address_names_a_place() {
        let address = LogAddress::default;
        let at = |first| LogAddress {
            lines: Some(LineRange { first, last: first }),
            ..address()
        };
        for (outline, address, expected) in [
            (outline(1_000, Some(500)), address(), Some(490)),
            (outline(1_000, Some(3)), address(), Some(1)),
            (outline(1_000, None), address(), Some(1)),
            (outline(1_000, Some(500)), at(120), Some(110)),
            (
                outline(1_000, Some(500)),
                LogAddress {
                    from_line: Some(1),
                    ..address()
                },
                Some(1),
            ),
            (
                outline(1_000, Some(500)),
                LogAddress {
                    is_end: true,
                    ..address()
                },
                None,
            ),
            (outline(1_000, None), at(990), None),
            (outline(1_000, None), at(5_000), None),
            (
                LogOutline {
                    is_complete: false,
                    ..outline(1_000, None)
                },
                at(5_000),
                Some(4_990),
            ),
            (outline(0, None), address(), Some(1)),
        ] {
            assert_eq!(first_line(&outline, &address), expected, "{address:?}");
        }
    }
}
