//! Rows of a log as a table. What a log says is text, whatever it looks like.

use std::sync::Arc;

use leptos::prelude::*;
use runlens_api_types::{
    Query,
    log::{LineRange, LogLevel, LogMatch},
};
use runlens_terminal::{StyledSpan, fold_spans, styled_spans};

use super::cache::Content;
use crate::{
    components::mark::symbol,
    format,
    url::{self, log::LogAddress},
};

/// Characters of a line that are shown before it is opened.
const FOLD: usize = 500;

/// A row: its place among the rows, from 0, and what is in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    /// Its place.
    pub index: u64,
    /// What is in it.
    pub content: Content,
    /// Which search its marks are of; 0 without marks.
    pub search: u32,
}

impl Row {
    /// What makes it another row to draw.
    pub(super) fn key(&self) -> (u64, u8, u32) {
        let kind = match &self.content {
            Content::Waiting => 0,
            Content::Failed(_) => 1,
            Content::Line(_) => 2,
        };
        (self.index, kind, self.search)
    }

    /// The number of its line, where it is known.
    pub(super) fn line(&self, is_filtered: bool) -> Option<u64> {
        match &self.content {
            Content::Line(row) => Some(row.line.line),
            _ => (!is_filtered).then_some(self.index + 1),
        }
    }
}

/// What all rows have in common.
#[derive(Debug)]
pub(super) struct Frame {
    /// The run.
    pub run: i32,
    /// The page's address.
    pub address: LogAddress,
    /// Whether some lines are left out.
    pub is_filtered: bool,
}

/// The table of the rows.
pub(super) fn table(
    frame: Arc<Frame>,
    rows: RwSignal<Vec<Row>>,
    total: RwSignal<u64>,
    last_line: Signal<u64>,
    chosen: RwSignal<Option<LineRange>>,
) -> AnyView {
    // Room for the largest number: columns do not move as it grows.
    let class = move || format!("log d{}", last_line.get().max(1000).ilog10() + 1);
    view! {
        <table class=class role="table" aria-rowcount=move || (total.get() + 1).to_string()>
            <caption class="unseen">"Lines of the log"</caption>
            <thead class="unseen" role="rowgroup">
                <tr role="row" aria-rowindex="1">
                    <th scope="col" role="columnheader">"Level"</th>
                    <th scope="col" role="columnheader">"Line"</th>
                    <th scope="col" role="columnheader">"Time"</th>
                    <th scope="col" role="columnheader">"Source"</th>
                    <th scope="col" role="columnheader">"Message"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For each=move || rows.get() key=Row::key children=move |row| draw(row, &frame, chosen.get_untracked())/>
            </tbody>
        </table>
    }
    .into_any()
}

fn draw(row: Row, frame: &Frame, chosen: Option<LineRange>) -> AnyView {
    let index = (row.index + 2).to_string();
    let number = row.line(frame.is_filtered);
    match row.content {
        Content::Line(line) => line_row(&line, index, frame, chosen),
        content => {
            let number = number.map(format::number);
            let first_of_block = row.index.is_multiple_of(super::cache::BLOCK);
            let text = match content {
                Content::Failed(message) => {
                    let retry = view! { <button type="button" class="retry quiet">"Try again"</button> };
                    view! { <span class="failed">{if first_of_block { message } else { "not read".to_owned() }} " " {retry}</span> }
                        .into_any()
                }
                _ => view! { <span class="ghost" aria-hidden="true"></span> }.into_any(),
            };
            view! {
                <tr class="waiting" role="row" aria-rowindex=index>
                    <td class="level" role="cell"></td>
                    <th scope="row" class="number" role="rowheader"><span>{number}</span></th>
                    <td class="time" role="cell"></td>
                    <td class="source" role="cell"></td>
                    <td class="message" role="cell">{text}</td>
                </tr>
            }
            .into_any()
        }
    }
}

fn line_row(row: &LogMatch, index: String, frame: &Frame, chosen: Option<LineRange>) -> AnyView {
    let LogMatch { line, ranges, .. } = row;
    let class = match line.level {
        LogLevel::Critical | LogLevel::Error => "bad",
        LogLevel::Warning => "doubtful",
        LogLevel::Info => "",
        LogLevel::Debug => "minor",
    };
    let number = line.line;
    let range = LineRange {
        first: number,
        last: number,
    };
    let is_chosen = chosen.is_some_and(|chosen| (chosen.first..=chosen.last).contains(&number));
    let class = if is_chosen {
        format!("{class} chosen")
    } else {
        class.to_owned()
    };
    let href = format!(
        "{}{}",
        url::log(frame.run, &frame.address.pointing(range)),
        url::log::fragment(range)
    );
    let time = line
        .timestamp
        .map(|at| view! { <time datetime=at.to_string() title=format::exact(at)>{format::clock(at)}</time> });
    let context = frame.is_filtered.then(|| {
        let label = format!("Line {} in context", format::number(number));
        view! { <a class="context" href=LogAddress::permalink(frame.run, range) title="In context" aria-label=label>"↗"</a> }
    });
    let found_far = ranges.iter().any(|range| range.end as usize > FOLD);
    let highlighted: Vec<_> = ranges.iter().map(|range| range.start..range.end).collect();
    let (head, rest, hidden) = fold_spans(styled_spans(&line.message, &highlighted), FOLD);
    let rest = (hidden > 0).then(|| {
        let more = format!(
            "… {} more",
            format::pluralize(hidden as u64, "character", "characters")
        );
        view! { <details open=found_far><summary>{more}</summary><span>{shown(rest)}</span></details> }
    });
    let cut = line.truncated.then(|| {
        view! { <a class="cut" href=raw(frame.run)>"… cut at 4,000 characters: raw"</a> }
    });
    view! {
        <tr id=format!("L{number}") class=class role="row" aria-rowindex=index data-line=number.to_string()>
            <td class="level" role="cell">{symbol(line.level)}</td>
            <th scope="row" class="number" role="rowheader"><a href=href>{format::number(number)}</a></th>
            <td class="time" role="cell">{time}</td>
            <td class="source" role="cell">{context}{format::words(&line.source.to_string())}</td>
            <td class="message" role="cell">{shown(head)}{rest}{cut}</td>
        </tr>
    }
    .into_any()
}

/// The address of the file as it is.
pub(super) fn raw(run: i32) -> String {
    format!("/api/v1/runs/{run}/logs/raw")
}

fn shown(spans: Vec<StyledSpan>) -> Vec<AnyView> {
    spans.into_iter().map(span_view).collect()
}

fn span_view(span: StyledSpan) -> AnyView {
    match (span.is_highlighted, span.class.is_empty()) {
        (true, _) => view! { <mark class=span.class>{span.text}</mark> }.into_any(),
        (false, true) => span.text.into_any(),
        (false, false) => view! { <span class=span.class>{span.text}</span> }.into_any(),
    }
}

/// Pages of the log as links, for where nothing scrolls through it.
pub(super) struct Pages {
    /// The first page; none where it is shown.
    pub first: Option<String>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// The last page; none where it is shown.
    pub last: Option<String>,
}

/// The pages beside some rows.
pub(super) fn pages(frame: &Frame, rows: &[LogMatch], total: u64, is_complete: bool) -> Pages {
    let at = |number: u64| {
        let place = frame.address.placeless();
        let place = if frame.is_filtered {
            LogAddress {
                from_match: Some(number),
                ..place
            }
        } else {
            LogAddress {
                from_line: Some(number),
                ..place
            }
        };
        url::log(frame.run, &place)
    };
    let first = rows.first().map_or(1, |row| row.number);
    let last = rows.last().map_or(0, |row| row.number);
    let before = (first > 1).then(|| at(first.saturating_sub(super::cache::BLOCK).max(1)));
    // A search that has not got to its end may have more.
    let after = (last < total || (!is_complete && last > 0)).then(|| at(last + 1));
    let end = LogAddress {
        is_end: true,
        ..frame.address.placeless()
    };
    Pages {
        first: before.is_some().then(|| at(1)),
        last: after
            .is_some()
            .then(|| format!("/runs/{}/logs{}", frame.run, end.to_query_string())),
        previous: before,
        next: after,
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::log::{LogLevel, LogMatch};

    use super::{Frame, LogAddress, pages};
    use crate::data::logs::samples::row;

    fn rows(numbers: std::ops::Range<u64>) -> Vec<LogMatch> {
        numbers.map(|number| row(number, number * 10)).collect()
    }

    #[test]
    fn the_neighbours_of_a_page_are_found_by_number() {
        let frame = |is_filtered: bool| Frame {
            run: 7,
            address: LogAddress {
                level: is_filtered.then_some(LogLevel::Error),
                ..LogAddress::default()
            },
            is_filtered,
        };
        let some = |text: &str| Some(format!("/runs/7/logs{text}"));

        let at = pages(&frame(false), &rows(490..590), 1_000, true);
        assert_eq!(
            [at.first, at.previous],
            [some("?from_line=1"), some("?from_line=390")]
        );
        assert_eq!([at.next, at.last], [some("?from_line=590"), some("?at=end")]);

        let at = pages(&frame(true), &rows(1..101), 101, true);
        assert_eq!([at.first, at.previous], [None, None]);
        assert_eq!(
            [at.next, at.last],
            [some("?level=error&from_match=101"), some("?level=error&at=end")]
        );

        let at = pages(&frame(false), &rows(50..101), 100, true);
        assert_eq!(
            [at.first, at.previous, at.next, at.last],
            [some("?from_line=1"), some("?from_line=1"), None, None]
        );

        let at = pages(&frame(false), &[], 0, true);
        assert_eq!(
            [at.first, at.previous, at.next, at.last],
            [None, None, None, None]
        );
    }
}
