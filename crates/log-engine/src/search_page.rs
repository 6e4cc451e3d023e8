//! A page of a search through a whole log.

use std::{ops::Range, sync::Arc};

use runlens_terminal::{Encoding, visible_text};

use crate::{
    blocking::spawn_blocking,
    blocks::{BlockSpan, line_head, lines, require_same_file},
    cursor::Position,
    error::{Error, Result},
    file::{LogFile, ReadRange},
    index::LogIndex,
    index_cache::IndexCache,
    limits::Limits,
    line,
    match_cache::{MatchCache, MatchCounts},
    matcher::LineMatcher,
    model::{Direction, Match, Search, SearchQuery},
};

/// A search query with a decoded cursor and a compiled filter.
pub struct SearchRequest {
    pub(crate) query: SearchQuery,
    cursor: Option<Position>,
    matcher: Arc<LineMatcher>,
}

impl SearchRequest {
    /// Validates a query without reading a log.
    ///
    /// # Errors
    /// [`Error::InvalidRegex`], [`Error::InvalidCursor`].
    pub fn new(query: SearchQuery) -> Result<Self> {
        Ok(Self {
            matcher: Arc::new(LineMatcher::new(query.filter.clone())?),
            cursor: query.cursor.as_deref().map(Position::from_cursor).transpose()?,
            query,
        })
    }
}

/// Reads a page of matches.
pub(crate) async fn search(
    indexes: &IndexCache,
    searches: &MatchCache,
    file: &Arc<dyn LogFile>,
    request: SearchRequest,
) -> Result<Search> {
    let SearchRequest {
        query,
        cursor,
        matcher,
    } = request;
    let reader = file.open().await.map_err(Error::Read)?;
    if let Some(cursor) = cursor {
        let opened = reader.clone();
        spawn_blocking(move || cursor.validate(&*opened)).await??;
    }
    let (index, limits) = (indexes.index(&**file).await?, indexes.limits);
    let counts = searches.matches(file, &index, &matcher, limits).await?;
    let (limit, direction) = (query.limit, query.direction);
    let boundary = PageBoundary::new(&query, cursor);
    let blocks = index.read(|index| choose_blocks(index, &counts, boundary, direction, limit.into()));
    let (total_matches, end) = (counts.total(), counts.end);
    let is_complete = counts.is_complete && end.offset == file.version().size;
    let found = if blocks.is_empty() {
        Vec::new()
    } else {
        let read = spawn_blocking(move || {
            require_same_file(&index, &*reader)?;
            let page = PageReader {
                reader: &*reader,
                matcher: &matcher,
                encoding: counts.encoding,
                limits: &limits,
            };
            page.read(&blocks, boundary, direction, limit as usize)
        });
        read.await??
    };
    let next = match direction {
        Direction::Forward => found
            .last()
            .filter(|last| last.found.number < total_matches)
            .map(|last| last.span.end),
        Direction::Backward => found
            .first()
            .filter(|first| first.found.number > 1)
            .map(|first| first.span.start),
    };
    Ok(Search {
        total_matches,
        searched_bytes: end.offset,
        is_complete,
        matches: found.into_iter().map(|located| located.found).collect(),
        next_cursor: next.map(Position::to_cursor),
    })
}

/// Where a forward page starts or a backward page ends: before this line, or before this match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PageBoundary {
    Line(u64),
    Match(u64),
}

impl PageBoundary {
    fn new(query: &SearchQuery, cursor: Option<Position>) -> Self {
        // Backward, the given line or match is the last one of the page.
        let offset = u64::from(query.direction == Direction::Backward);
        match (cursor, query.from_line, query.from_match, query.direction) {
            (Some(position), ..) => Self::Line(position.line),
            (_, Some(line), ..) => Self::Line(line + offset),
            (_, _, Some(number), _) => Self::Match(number + offset),
            (.., Direction::Forward) => Self::Match(1),
            (.., Direction::Backward) => Self::Match(u64::MAX),
        }
    }

    /// Returns whether a match lies on the page's side of the boundary.
    fn admits(self, number: u64, line: u64, direction: Direction) -> bool {
        let is_behind = match self {
            Self::Line(boundary) => line >= boundary,
            Self::Match(boundary) => number >= boundary,
        };
        is_behind == (direction == Direction::Forward)
    }
}

/// A block with matches.
#[derive(Clone, Copy, Debug)]
struct BlockMatches {
    block: BlockSpan,
    /// Number of the first match in the block.
    first: u64,
    /// Number of the last match in the block.
    last: u64,
}

impl BlockMatches {
    fn len(&self) -> u64 {
        self.last - self.first + 1
    }
}

/// Returns the blocks that contain the page, in the order of the log: at most one more than the page has
/// matches. Empty if the page lies after the searched part.
fn choose_blocks(
    index: &LogIndex,
    counts: &MatchCounts,
    boundary: PageBoundary,
    direction: Direction,
    limit: u64,
) -> Vec<BlockMatches> {
    let (before, total) = (counts.before.as_slice(), counts.total());
    let is_unsearched = direction == Direction::Backward
        && !counts.is_complete
        && match boundary {
            PageBoundary::Line(line) => line > counts.end.line,
            PageBoundary::Match(number) => number - 1 > total,
        };
    if limit == 0 || total == 0 || is_unsearched {
        return Vec::new();
    }
    let searched = before.len() - 1;
    let block_of_match = |number: u64| before.partition_point(|before| *before < number) - 1;
    let block_of_line = |line: u64| {
        index.blocks[..searched]
            .partition_point(|block| block.start.line <= line)
            .saturating_sub(1)
    };
    let matches_of = |block: usize| BlockMatches {
        block: BlockSpan::new(index, block),
        first: before[block] + 1,
        last: before[block + 1],
    };
    let mut blocks: Vec<BlockMatches> = Vec::new();
    let mut collected = 0;
    match direction {
        Direction::Forward => {
            let first_block = match boundary {
                PageBoundary::Line(line) if line >= counts.end.line => return blocks,
                PageBoundary::Line(line) => block_of_line(line),
                PageBoundary::Match(number) if number > total => return blocks,
                PageBoundary::Match(number) => block_of_match(number),
            };
            let mut number = before[first_block] + 1;
            while number <= total && collected < limit {
                let next = matches_of(block_of_match(number));
                // All matches of the first block can lie before the page.
                collected += if blocks.is_empty() { 0 } else { next.len() };
                number = next.last + 1;
                blocks.push(next);
            }
        }
        Direction::Backward => {
            let mut number = match boundary {
                PageBoundary::Line(line) => before[block_of_line(line.saturating_sub(1)) + 1],
                PageBoundary::Match(number) => (number - 1).min(total),
            };
            while number > 0 && collected < limit {
                let next = matches_of(block_of_match(number));
                collected += if blocks.is_empty() { 0 } else { next.len() };
                number = next.first - 1;
                blocks.push(next);
            }
            blocks.reverse();
        }
    }
    blocks
}

/// A match and the position of its line.
struct LocatedMatch {
    span: Range<Position>,
    found: Match,
}

struct PageReader<'a> {
    reader: &'a dyn ReadRange,
    matcher: &'a LineMatcher,
    encoding: Encoding,
    limits: &'a Limits,
}

impl PageReader<'_> {
    /// # Errors
    /// [`Error::Replaced`] if the number of matches in a block has changed since it was counted.
    fn read(
        &self,
        blocks: &[BlockMatches],
        boundary: PageBoundary,
        direction: Direction,
        limit: usize,
    ) -> Result<Vec<LocatedMatch>> {
        let mut found = Vec::new();
        for matches in blocks {
            let buffer = matches.block.read(self.reader, self.limits)?;
            let mut number = matches.first;
            let mut visit = |start: Position, raw: &[u8]| {
                if boundary.admits(number, start.line, direction)
                    && (direction == Direction::Backward || found.len() < limit)
                {
                    found.push(self.locate(number, start, raw, &matches.block));
                }
                number += 1;
            };
            if matches.block.counts.lines() == 1 {
                // The block has a match, so its only line matches.
                visit(matches.block.start, &buffer);
            } else {
                let mut rest = lines(&buffer, matches.block.start);
                self.matcher.for_each_match(
                    &buffer,
                    matches.block.start,
                    self.encoding,
                    self.limits,
                    |start| {
                        if let Some((start, raw)) = rest.find(|(here, _)| *here == start) {
                            visit(start, raw);
                        }
                    },
                );
            }
            if number != matches.last + 1 {
                return Err(Error::Replaced);
            }
        }
        let surplus = found.len().saturating_sub(limit);
        found.drain(..surplus);
        Ok(found)
    }

    fn locate(&self, number: u64, start: Position, raw: &[u8], block: &BlockSpan) -> LocatedMatch {
        let is_long = block.is_long_line(self.limits);
        let length = if is_long { block.length() } else { raw.len() as u64 };
        let text = self
            .encoding
            .decode(line_head(raw, self.encoding, start, self.limits));
        let line = line::present(start.line, &text, is_long);
        let message_chars = visible_text(&line.message).chars().count();
        let ranges = self.matcher.ranges(&visible_text(&text), message_chars);
        LocatedMatch {
            span: start..Position {
                offset: start.offset + length,
                line: start.line + 1,
            },
            found: Match { number, line, ranges },
        }
    }
}
