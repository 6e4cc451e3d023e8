//! Reads one page of lines.

use std::{collections::VecDeque, ops::Range};

use bytes::Bytes;
use runlens_terminal::{Encoding, visible_text};

use crate::{
    blocks::long_line_content,
    cursor::Position,
    error::{Error, Result},
    line,
    line_reader::RawLine,
    matcher::LineMatcher,
    model::{Direction, Line, LineRange, Page, PageQuery},
    open_log::OpenLog,
    stopwatch::Stopwatch,
};

/// A page query with a decoded cursor and a compiled filter.
pub struct PageRequest {
    pub(crate) query: PageQuery,
    pub(crate) cursor: Option<Position>,
    pub(crate) matcher: LineMatcher,
}

impl PageRequest {
    /// Validates a query without reading a log.
    ///
    /// # Errors
    /// [`Error::InvalidCursor`], [`Error::InvalidRegex`].
    pub fn new(query: PageQuery) -> Result<Self> {
        Ok(Self {
            cursor: query.cursor.as_deref().map(Position::from_cursor).transpose()?,
            matcher: LineMatcher::new(query.filter.clone())?,
            query,
        })
    }
}

/// Reads a page.
///
/// Pages consist of the lines of the whole log that match the filter, and their context. The content of a
/// page does not depend on where the previous pages ended. `next_cursor` is `None` only if no such line
/// follows: after a full page, the log is read on to the next line of a page, and the cursor is placed before
/// that line. After [`Limits::scan_timeout`](crate::Limits), the page ends early and the cursor continues
/// from there.
pub(crate) fn read_page(log: &OpenLog, request: &PageRequest, stopwatch: &Stopwatch) -> Result<Page> {
    let PageRequest {
        query,
        cursor,
        matcher,
    } = request;
    let direction = query.direction;
    let start = log.start_of_page(query, *cursor)?;
    let presenter = LinePresenter { log, matcher };
    let mut page = PageBuilder {
        presenter: &presenter,
        start,
        direction,
        limit: query.limit as usize,
        lines: Vec::new(),
        next: None,
        is_cut: false,
    };
    let end = if query.filter.is_empty() {
        page.fill()?
    } else {
        page.fill_filtered(query.context as usize, stopwatch)?
    };
    let PageBuilder {
        mut lines,
        next,
        is_cut,
        ..
    } = page;
    if direction == Direction::Backward {
        lines.reverse();
    }
    let end = next.unwrap_or(end);
    let (first, behind) = if direction == Direction::Forward {
        (start, end)
    } else {
        (end, start)
    };
    let examined = (first.line < behind.line).then(|| LineRange {
        first: first.line,
        last: behind.line - 1,
    });
    Ok(Page {
        lines,
        examined,
        next_cursor: next.map(Position::to_cursor),
        is_provisional: is_cut || log.is_provisional(),
    })
}

struct PageBuilder<'a> {
    presenter: &'a LinePresenter<'a>,
    start: Position,
    direction: Direction,
    limit: usize,
    lines: Vec<Line>,
    next: Option<Position>,
    /// Whether the timeout ended the page.
    is_cut: bool,
}

impl PageBuilder<'_> {
    /// Adds the lines after the start. Returns the position of the last line that was read.
    fn fill(&mut self) -> Result<Position> {
        let limits = self.presenter.log.limits();
        let mut lines = self.presenter.log.lines(
            self.direction,
            self.start,
            limits.max_read_bytes.min(limits.first_read_bytes * 4),
        );
        while let Some(raw) = lines.next()? {
            if !self.add(&raw, false)? {
                break;
            }
        }
        Ok(lines.position())
    }

    /// Adds the matching lines and their context. Reading begins `context` lines before the start, because
    /// the first lines of the page can be context of those. Returns the position of the last line that was
    /// read.
    fn fill_filtered(&mut self, context: usize, stopwatch: &Stopwatch) -> Result<Position> {
        let (log, direction) = (self.presenter.log, self.direction);
        let limits = *log.limits();
        let mut lines = log.lines(
            direction,
            self.step_back(self.start, context)?,
            limits.max_read_bytes,
        );
        // Lines that are context if a match follows, and the number of lines of context that follow the last
        // match.
        let (mut candidates, mut context_left) = (VecDeque::<RawLine>::new(), 0);
        // End of the part for which the index has already been checked.
        let mut skipped_to = None;
        let mut time_checked_at = lines.position().offset;
        loop {
            let at = lines.position();
            if self.presenter.matcher.has_kind()
                && context_left == 0
                && skipped_to.is_none_or(|end| !self.is_before(at.offset, end))
            {
                let found = log.skip(at, direction, |counts| self.presenter.matcher.may_match(counts))?;
                let to = found.map_or(at, |(to, _)| to);
                skipped_to = Some(found.map_or_else(
                    || self.offset_ahead(at.offset, limits.max_read_bytes),
                    |(_, end)| end,
                ));
                if to != at {
                    let from = self.step_back(to, context)?;
                    if self.is_before(at.offset, from.offset) {
                        candidates.clear();
                        lines = log.lines(direction, from, limits.max_read_bytes);
                    }
                }
            }
            if lines.position().offset.abs_diff(time_checked_at) >= limits.first_read_bytes
                && !lines.is_at_end()
            {
                time_checked_at = lines.position().offset;
                let next = candidates
                    .iter()
                    .find(|raw| self.is_ahead(raw))
                    .map_or(lines.position(), |raw| raw.near_end(direction));
                if stopwatch.elapsed() >= limits.scan_timeout
                    && self.is_before(self.start.offset, next.offset)
                {
                    self.next = Some(next);
                    self.is_cut = true;
                    break;
                }
            }
            let Some(raw) = lines.next()? else { break };
            if self.presenter.matches(&raw)? {
                context_left = context;
                let mut has_room = true;
                for before in candidates.drain(..) {
                    has_room = has_room && self.add(&before, true)?;
                }
                if !has_room || !self.add(&raw, false)? {
                    break;
                }
            } else if context_left > 0 {
                context_left -= 1;
                if !self.add(&raw, true)? {
                    break;
                }
            } else {
                candidates.push_back(raw);
                if candidates.len() > context {
                    candidates.pop_front();
                }
            }
        }
        Ok(lines.position())
    }

    /// Adds a line, unless it lies before the start. Returns false if the page is full: the next page begins
    /// with this line.
    fn add(&mut self, raw: &RawLine, is_context: bool) -> Result<bool> {
        if !self.is_ahead(raw) {
            return Ok(true);
        }
        if self.lines.len() == self.limit {
            self.next = Some(raw.near_end(self.direction));
            return Ok(false);
        }
        self.lines.push(self.presenter.present(raw, is_context)?);
        Ok(true)
    }

    fn is_ahead(&self, raw: &RawLine) -> bool {
        !self.is_before(raw.near_end(self.direction).offset, self.start.offset)
    }

    /// Returns whether an offset precedes another one in the direction of the page.
    fn is_before(&self, one: u64, other: u64) -> bool {
        match self.direction {
            Direction::Forward => one < other,
            Direction::Backward => one > other,
        }
    }

    fn offset_ahead(&self, offset: u64, bytes: u64) -> u64 {
        match self.direction {
            Direction::Forward => offset + bytes,
            Direction::Backward => offset.saturating_sub(bytes),
        }
    }

    /// Returns the position `count` lines before another one, in the direction of the page.
    fn step_back(&self, from: Position, count: usize) -> Result<Position> {
        let opposite = match self.direction {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        };
        let mut lines = self
            .presenter
            .log
            .lines(opposite, from, self.presenter.log.limits().max_read_bytes);
        for _ in 0..count {
            if lines.next()?.is_none() {
                break;
            }
        }
        Ok(lines.position())
    }
}

/// Decodes, matches and converts lines.
struct LinePresenter<'a> {
    log: &'a OpenLog,
    matcher: &'a LineMatcher,
}

/// Text of a line, up to [`Limits::max_line_bytes`](crate::Limits).
struct Content {
    bytes: Bytes,
    encoding: Encoding,
    /// Range of the whole text in the file, if `bytes` are only its beginning.
    long: Option<Range<u64>>,
}

impl LinePresenter<'_> {
    /// Returns whether a line matches the filter.
    fn matches(&self, raw: &RawLine) -> Result<bool> {
        let content = self.content(raw)?;
        let text = content.encoding.decode(&content.bytes);
        let visible = visible_text(&text);
        Ok(self.matches_text(&content, &visible)? && self.matcher.matches_kind_of(&visible))
    }

    fn present(&self, raw: &RawLine, is_context: bool) -> Result<Line> {
        let content = self.content(raw)?;
        let text = content.encoding.decode(&content.bytes);
        Ok(Line {
            is_context,
            ..line::present(raw.start.line, &text, content.long.is_some())
        })
    }

    fn content(&self, raw: &RawLine) -> Result<Content> {
        let is_file_start = raw.start.offset == 0;
        if let Some(bytes) = &raw.bytes {
            let encoding = self.log.encoding_of(bytes)?;
            return Ok(Content {
                bytes: bytes.slice(line::content(bytes, encoding, is_file_start)),
                encoding,
                long: None,
            });
        }
        let (reader, max_line_bytes) = (self.log.reader(), self.log.limits().max_line_bytes);
        let range = long_line_content(raw.start.offset..raw.end.offset, reader, |first| {
            if is_file_start {
                self.log.encoding_of(first)
            } else {
                Ok(Encoding::Utf8)
            }
        })?;
        let bytes = reader
            .read(range.start..range.end.min(range.start + max_line_bytes))
            .map_err(Error::Read)?;
        Ok(Content {
            encoding: self.log.encoding_of(&bytes)?,
            bytes,
            long: Some(range),
        })
    }

    fn matches_text(&self, content: &Content, visible: &str) -> Result<bool> {
        match &content.long {
            // The beginning can be ASCII while the rest is not, so the encoding is that of the log.
            Some(range) => self.matcher.matches_long_text(
                range.clone(),
                self.log.reader(),
                self.log.limits().max_read_bytes,
                || self.log.encoding(),
            ),
            None => Ok(self.matcher.matches_text(visible)),
        }
    }
}
