//! Moving through a log: its pages are found by position, forward and backward, and are not counted.

use leptos::prelude::*;
use runlens_contract::log::{LogDirection, LogPage, LogQuery};

use crate::{components::pager::way, format, url};

/// Where a page of a log lies, and the addresses of its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Paging {
    /// Which lines the page holds.
    pub range: String,
    /// The first page; none where it is shown.
    pub first: Option<String>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// The last page; none where it is shown.
    pub last: Option<String>,
}

/// Works out the neighbours of a page. A cursor is a position between two lines: the page after it is read forward from
/// it, the page before it backward.
pub(super) fn paging(run: i32, query: &LogQuery, page: &LogPage) -> Paging {
    let at = |cursor: Option<String>, direction: Option<LogDirection>| url::log(run, &LogQuery { cursor, direction, ..query.clone() });
    let onward = page.pagination.next_cursor.clone();
    let from = query.cursor.clone();
    let backward = Some(LogDirection::Backward);
    let (previous, next) = if query.direction == backward {
        (onward.map(|cursor| at(Some(cursor), backward)), from.map(|cursor| at(Some(cursor), None)))
    } else {
        (from.map(|cursor| at(Some(cursor), backward)), onward.map(|cursor| at(Some(cursor), None)))
    };
    let range = match (page.data.first(), page.data.last()) {
        (Some(first), Some(last)) if first.line == last.line => format!("line {}", format::number(first.line)),
        (Some(first), Some(last)) => format!("lines {}–{}", format::number(first.line), format::number(last.line)),
        _ => "no lines".to_owned(),
    };
    let matching =
        if !query.filter.is_empty() { format!(", {} of them shown", format::number(page.data.len() as u64)) } else { String::new() };
    Paging {
        range: format!("{range}{matching}"),
        first: previous.is_some().then(|| at(None, None)),
        last: next.is_some().then(|| at(None, backward)),
        previous,
        next,
    }
}

impl Paging {
    /// As a bar of links.
    pub(super) fn bar(&self, label: &'static str) -> AnyView {
        view! {
            <nav class="pager" aria-label=label>
                <span class="range">{self.range.clone()}</span>
                <span class="ways">
                    {way(self.first.clone(), "", "« First".to_owned())}
                    {way(self.previous.clone(), "prev", "‹ Previous".to_owned())}
                    {way(self.next.clone(), "next", "Next ›".to_owned())}
                    {way(self.last.clone(), "", "Last »".to_owned())}
                </span>
            </nav>
        }
        .into_any()
    }
}

#[cfg(test)]
mod tests {
    use runlens_contract::{
        log::{LogDirection, LogLevel, LogLine, LogPage, LogQuery, LogSource},
        page::CursorPagination,
    };

    use super::paging;

    fn page(lines: std::ops::Range<u64>, next: Option<&str>) -> LogPage {
        let line = |line| LogLine {
            line,
            timestamp: None,
            level: LogLevel::Info,
            source: LogSource::Web,
            message: String::new(),
            truncated: false,
            run_id: 7,
            sample_id: None,
            is_context: false,
        };
        LogPage {
            data: lines.map(line).collect(),
            examined: None,
            pagination: CursorPagination { limit: 100, next_cursor: next.map(str::to_owned) },
        }
    }

    #[test]
    fn the_neighbours_of_a_page_are_read_from_its_two_ends() {
        let query = |cursor: Option<&str>, direction| LogQuery { cursor: cursor.map(str::to_owned), direction, ..LogQuery::default() };
        let some = |text: &str| Some(format!("/runs/7/logs{text}"));

        let first = paging(7, &query(None, None), &page(1..101, Some("a")));
        assert_eq!(first.range, "lines 1–100");
        assert_eq!([first.first, first.previous], [None, None]);
        assert_eq!([first.next, first.last], [some("?cursor=a"), some("?direction=backward")]);

        let second = paging(7, &query(Some("a"), None), &page(101..201, Some("b")));
        assert_eq!([second.first, second.previous], [some(""), some("?cursor=a&direction=backward")]);
        assert_eq!(second.next, some("?cursor=b"));

        let last = paging(7, &query(None, Some(LogDirection::Backward)), &page(901..1001, Some("y")));
        assert_eq!([last.next, last.last], [None, None]);
        assert_eq!([last.first, last.previous], [some(""), some("?cursor=y&direction=backward")]);

        let before_last = paging(7, &query(Some("y"), Some(LogDirection::Backward)), &page(801..901, Some("x")));
        assert_eq!([before_last.previous, before_last.next], [some("?cursor=x&direction=backward"), some("?cursor=y")]);
    }
}
