//! A page of a search through a whole log.

use std::{ops::Range, sync::Arc};

use runlens_api_types::{
    log::{LogDirection, LogMatch, LogSearch, LogSearchQuery},
    page::CursorPagination,
};

use super::{
    Limits, LogCache, LogService, MatchCache,
    ansi::visible,
    blocks::{Stretch, changed, find_log, head, lines, open, require_same},
    cursor::Position,
    encoding::Encoding,
    index::LogIndex,
    line,
    matcher::Matcher,
    matches::Matches,
};
use crate::{
    blocking::spawn_blocking,
    error::Result,
    files::{FileReader, FoundFile, mark_uncacheable},
};

/// A page of matches in a run's log.
///
/// # Errors
/// [`Error::LogNotFound`](crate::Error::LogNotFound), [`Error::Invalid`](crate::Error::Invalid) for a cursor that does not fit or a regular
/// expression that is none, [`Error::Files`](crate::Error::Files).
pub(crate) async fn search_log(
    service: &LogService,
    run_id: i32,
    query: &LogSearchQuery,
) -> Result<LogSearch> {
    let matcher = Arc::new(Matcher::new(&query.filter)?);
    let cursor = query.cursor.as_deref().map(Position::from_cursor).transpose()?;
    let file = find_log(service, run_id).await?;
    find(
        service.logs(),
        service.searches(),
        &file,
        run_id,
        query,
        cursor,
        matcher,
    )
    .await
}

/// The same for a file that has been found, with the parts of the query that had to be read.
pub(super) async fn find(
    logs: &LogCache,
    searches: &MatchCache,
    file: &FoundFile,
    run_id: i32,
    query: &LogSearchQuery,
    cursor: Option<Position>,
    matcher: Arc<Matcher>,
) -> Result<LogSearch> {
    let reader = open(file, run_id).await?;
    if let Some(cursor) = cursor {
        let opened = reader.clone();
        spawn_blocking(move || cursor.require_in(&opened)).await??;
    }
    let (indexing, limits) = (logs.index(file).await?, logs.limits);
    let matches = searches.matches(file, &indexing, &matcher, limits).await?;
    let (limit, direction) = (query.limit, query.direction.unwrap_or(LogDirection::Forward));
    let edge = Edge::of(query, cursor, direction);
    let blocks = indexing.look(|index| choose(index, &matches, edge, direction, limit.into()));
    let (total, end) = (matches.total(), matches.end);
    let is_complete = matches.is_complete && end.offset == file.size;
    if !is_complete {
        mark_uncacheable();
    }
    let found = if blocks.is_empty() {
        Vec::new()
    } else {
        let read = spawn_blocking(move || {
            require_same(&indexing, &reader)?;
            let page = Page {
                reader: &reader,
                matcher: &matcher,
                encoding: matches.encoding,
                limits: &limits,
                run_id,
            };
            page.read(&blocks, edge, direction, limit as usize)
        });
        read.await??
    };
    let next = match direction {
        LogDirection::Forward => found
            .last()
            .filter(|last| last.found.number < total)
            .map(|last| last.place.end),
        LogDirection::Backward => found
            .first()
            .filter(|first| first.found.number > 1)
            .map(|first| first.place.start),
    };
    Ok(LogSearch {
        matches: total,
        searched_bytes: end.offset,
        size_bytes: file.size,
        is_complete,
        data: found.into_iter().map(|placed| placed.found).collect(),
        pagination: CursorPagination {
            limit,
            next_cursor: next.map(Position::to_cursor),
        },
    })
}

/// Where a page begins, or ends where it is read backward: before a line, or before a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Line(u64),
    Match(u64),
}

impl Edge {
    fn of(query: &LogSearchQuery, cursor: Option<Position>, direction: LogDirection) -> Self {
        // Backward, the line or the match that is named is the last of the page.
        let beyond = u64::from(direction == LogDirection::Backward);
        match (cursor, query.from_line, query.from_match, direction) {
            (Some(position), ..) => Self::Line(position.line),
            (_, Some(line), ..) => Self::Line(line + beyond),
            (_, _, Some(number), _) => Self::Match(number + beyond),
            (.., LogDirection::Forward) => Self::Match(1),
            (.., LogDirection::Backward) => Self::Match(u64::MAX),
        }
    }

    /// Whether a match is on the side that is read.
    fn admits(self, number: u64, line: u64, direction: LogDirection) -> bool {
        let is_behind = match self {
            Self::Line(edge) => line >= edge,
            Self::Match(edge) => number >= edge,
        };
        is_behind == (direction == LogDirection::Forward)
    }
}

/// A block with matches.
#[derive(Clone, Copy, Debug)]
struct Chosen {
    block: Stretch,
    /// The numbers of its matches.
    numbers: (u64, u64),
}

/// The blocks that hold the page, in the order of the log: at most one more than there are matches on it. None where the page lies behind
/// what has been searched.
fn choose(
    index: &LogIndex,
    matches: &Matches,
    edge: Edge,
    direction: LogDirection,
    limit: u64,
) -> Vec<Chosen> {
    let (before, total) = (matches.before.as_slice(), matches.total());
    let is_unknown = direction == LogDirection::Backward
        && !matches.is_complete
        && match edge {
            Edge::Line(line) => line > matches.end.line,
            Edge::Match(number) => number - 1 > total,
        };
    if limit == 0 || total == 0 || is_unknown {
        return Vec::new();
    }
    let searched = before.len() - 1;
    let block_of_match = |number: u64| before.partition_point(|before| *before < number) - 1;
    let block_of_line = |line: u64| {
        index.blocks[..searched]
            .partition_point(|block| block.start.line <= line)
            .saturating_sub(1)
    };
    let chosen = |block: usize| Chosen {
        block: Stretch::of(index, block),
        numbers: (before[block] + 1, before[block + 1]),
    };
    let mut blocks = Vec::new();
    let mut collected = 0;
    match direction {
        LogDirection::Forward => {
            let first = match edge {
                Edge::Line(line) if line >= matches.end.line => return blocks,
                Edge::Line(line) => block_of_line(line),
                Edge::Match(number) if number > total => return blocks,
                Edge::Match(number) => block_of_match(number),
            };
            // The number of the first match that may be on the page.
            let mut number = before[first] + 1;
            while number <= total && collected < limit {
                let next = chosen(block_of_match(number));
                // Of the first block, all may lie before the page.
                collected += if blocks.is_empty() {
                    0
                } else {
                    next.numbers.1 - next.numbers.0 + 1
                };
                number = next.numbers.1 + 1;
                blocks.push(next);
            }
        }
        LogDirection::Backward => {
            let mut number = match edge {
                Edge::Line(line) => before[block_of_line(line.saturating_sub(1)) + 1],
                Edge::Match(number) => (number - 1).min(total),
            };
            while number > 0 && collected < limit {
                let next = chosen(block_of_match(number));
                collected += if blocks.is_empty() {
                    0
                } else {
                    next.numbers.1 - next.numbers.0 + 1
                };
                number = next.numbers.0 - 1;
                blocks.push(next);
            }
            blocks.reverse();
        }
    }
    blocks
}

/// A match, and where its line lies.
struct Placed {
    place: Range<Position>,
    found: LogMatch,
}

/// What it takes to read a page.
struct Page<'a> {
    reader: &'a FileReader,
    matcher: &'a Matcher,
    encoding: Encoding,
    limits: &'a Limits,
    run_id: i32,
}

impl Page<'_> {
    fn read(
        &self,
        blocks: &[Chosen],
        edge: Edge,
        direction: LogDirection,
        limit: usize,
    ) -> Result<Vec<Placed>> {
        let mut found = Vec::new();
        for chosen in blocks {
            let buffer = chosen.block.read(self.reader, self.limits)?;
            let mut number = chosen.numbers.0;
            let mut admit = |start: Position, raw: &[u8]| {
                if edge.admits(number, start.line, direction)
                    && (direction == LogDirection::Backward || found.len() < limit)
                {
                    found.push(self.placed(number, start, raw, &chosen.block));
                }
                number += 1;
            };
            if chosen.block.counts.lines() == 1 {
                // Its only line is what was counted.
                admit(chosen.block.start, &buffer);
            } else {
                let mut rest = lines(&buffer, chosen.block.start);
                self.matcher
                    .each(&buffer, chosen.block.start, self.encoding, self.limits, |start| {
                        if let Some((start, raw)) = rest.find(|(here, _)| *here == start) {
                            admit(start, raw);
                        }
                    });
            }
            if number != chosen.numbers.1 + 1 {
                return Err(changed());
            }
        }
        let surplus = found.len().saturating_sub(limit);
        found.drain(..surplus);
        Ok(found)
    }

    fn placed(&self, number: u64, start: Position, raw: &[u8], block: &Stretch) -> Placed {
        let is_long = block.is_long_line(self.limits);
        let length = if is_long { block.length() } else { raw.len() as u64 };
        let text = self.encoding.decode(head(raw, self.encoding, start, self.limits));
        let line = line::show(start.line, &text, is_long, self.run_id);
        let reach = visible(&line.message).chars().count();
        let ranges = self.matcher.ranges(&visible(&text), reach);
        Placed {
            place: start..Position {
                offset: start.offset + length,
                line: start.line + 1,
            },
            found: LogMatch { number, line, ranges },
        }
    }
}
