//! Reads one page of a log.

use std::{collections::VecDeque, ops::Range};

use bytes::Bytes;
use runlens_api_types::{
    log::{LineRange, LogDirection, LogLine, LogPage, LogQuery},
    page::CursorPagination,
};

use super::{
    Answer, ansi::visible, blocks::long_content, cursor::Position, encoding::Encoding, line, lines::RawLine,
    matcher::Matcher, place::OpenLog,
};
use crate::{clock::Stopwatch, error::Result};

/// Reads the page that lies at a place in the direction asked for. The lines come in the order of the log either way.
///
/// Pages are made of the lines of the whole log that pass the filters, and those around them as far as `context` says: what a page has does
/// not depend on how the pages before it were cut. `next_cursor` is null exactly where none of these lines follows: after a full
/// page, the log is read on to the next one, and the cursor stands just before it. Where reading has taken as long as it may, the page
/// ends early, and the cursor stands where the next one has to go on.
pub(super) fn page(
    log: &OpenLog,
    run_id: i32,
    query: &LogQuery,
    matcher: &Matcher,
    cursor: Option<Position>,
    stopwatch: &Stopwatch,
) -> Result<Answer> {
    let (limit, direction) = query.extent();
    let place = log.place(query, cursor)?;
    let reader = Reader { log, run_id, matcher };
    let mut page = Page {
        reader: &reader,
        place,
        direction,
        limit: limit as usize,
        data: Vec::new(),
        next: None,
        is_cut: false,
    };
    let end = if query.filter.is_empty() {
        page.fill()?
    } else {
        page.fill_filtered(query.context as usize, stopwatch)?
    };
    let Page {
        mut data,
        next,
        is_cut,
        ..
    } = page;
    if direction == LogDirection::Backward {
        data.reverse();
    }
    let stop = next.unwrap_or(end);
    let (first, behind) = if direction == LogDirection::Forward {
        (place, stop)
    } else {
        (stop, place)
    };
    let examined = (first.line < behind.line).then(|| LineRange {
        first: first.line,
        last: behind.line - 1,
    });
    let page = LogPage {
        data,
        examined,
        pagination: CursorPagination {
            limit,
            next_cursor: next.map(Position::to_cursor),
        },
    };
    Ok(Answer {
        page,
        is_provisional: is_cut || log.is_provisional(),
    })
}

/// A page in the making.
struct Page<'a> {
    reader: &'a Reader<'a>,
    place: Position,
    direction: LogDirection,
    limit: usize,
    data: Vec<LogLine>,
    next: Option<Position>,
    /// Whether time was up.
    is_cut: bool,
}

impl Page<'_> {
    /// Takes the lines that lie ahead; returns where it ended.
    fn fill(&mut self) -> Result<Position> {
        let limits = self.reader.log.limits();
        let mut lines = self.reader.log.lines(
            self.direction,
            self.place,
            limits.max_read.min(limits.first_read * 4),
        );
        while let Some(raw) = lines.next()? {
            if !self.take(&raw, false)? {
                break;
            }
        }
        Ok(lines.at())
    }

    /// Takes those that pass, and those around them. It begins some lines before the place: the first lines of the page may be context of
    /// those. Returns where it ended.
    fn fill_filtered(&mut self, context: usize, stopwatch: &Stopwatch) -> Result<Position> {
        let (log, direction) = (self.reader.log, self.direction);
        let limits = *log.limits();
        let mut lines = log.lines(direction, self.step_back(self.place, context)?, limits.max_read);
        // What may yet turn out to be context, and how many lines of context are still due.
        let (mut waiting, mut due) = (VecDeque::<RawLine>::new(), 0);
        // Up to where the index has nothing more to say.
        let mut known = None;
        let mut timed = lines.at().offset;
        loop {
            let at = lines.at();
            if self.reader.matcher.is_by_counts()
                && due == 0
                && known.is_none_or(|known| !self.is_before(at.offset, known))
            {
                let found = log.skip(at, direction, |counts| self.reader.matcher.may_match(counts))?;
                let to = found.map_or(at, |(to, _)| to);
                known =
                    Some(found.map_or_else(|| self.ahead(at.offset, limits.max_read), |(_, until)| until));
                if to != at {
                    let from = self.step_back(to, context)?;
                    if self.is_before(at.offset, from.offset) {
                        waiting.clear();
                        lines = log.lines(direction, from, limits.max_read);
                    }
                }
            }
            if lines.at().offset.abs_diff(timed) >= limits.first_read && !lines.is_at_end() {
                timed = lines.at().offset;
                let next = waiting
                    .iter()
                    .find(|raw| self.is_ahead(raw))
                    .map_or(lines.at(), |raw| raw.near_end(direction));
                if stopwatch.elapsed() >= limits.budget && self.is_before(self.place.offset, next.offset) {
                    self.next = Some(next);
                    self.is_cut = true;
                    break;
                }
            }
            let Some(raw) = lines.next()? else { break };
            if self.reader.passes(&raw)? {
                due = context;
                let mut has_room = true;
                for before in waiting.drain(..) {
                    has_room = has_room && self.take(&before, true)?;
                }
                if !has_room || !self.take(&raw, false)? {
                    break;
                }
            } else if due > 0 {
                due -= 1;
                if !self.take(&raw, true)? {
                    break;
                }
            } else {
                waiting.push_back(raw);
                if waiting.len() > context {
                    waiting.pop_front();
                }
            }
        }
        Ok(lines.at())
    }

    /// Adds a line that lies ahead of the place; false where there is no room, and the next page begins with it.
    fn take(&mut self, raw: &RawLine, is_context: bool) -> Result<bool> {
        if !self.is_ahead(raw) {
            return Ok(true);
        }
        if self.data.len() == self.limit {
            self.next = Some(raw.near_end(self.direction));
            return Ok(false);
        }
        self.data.push(self.reader.show(raw, is_context)?);
        Ok(true)
    }

    fn is_ahead(&self, raw: &RawLine) -> bool {
        !self.is_before(raw.near_end(self.direction).offset, self.place.offset)
    }

    /// Whether a place comes before another one in the direction of the page.
    fn is_before(&self, one: u64, other: u64) -> bool {
        match self.direction {
            LogDirection::Forward => one < other,
            LogDirection::Backward => one > other,
        }
    }

    fn ahead(&self, offset: u64, bytes: u64) -> u64 {
        match self.direction {
            LogDirection::Forward => offset + bytes,
            LogDirection::Backward => offset.saturating_sub(bytes),
        }
    }

    /// The place some lines before another one, in the direction of the page.
    fn step_back(&self, from: Position, count: usize) -> Result<Position> {
        let opposite = match self.direction {
            LogDirection::Forward => LogDirection::Backward,
            LogDirection::Backward => LogDirection::Forward,
        };
        let mut lines = self
            .reader
            .log
            .lines(opposite, from, self.reader.log.limits().max_read);
        for _ in 0..count {
            if lines.next()?.is_none() {
                break;
            }
        }
        Ok(lines.at())
    }
}

struct Reader<'a> {
    log: &'a OpenLog,
    run_id: i32,
    matcher: &'a Matcher,
}

/// As much of a line as is held, as text.
struct Content {
    bytes: Bytes,
    encoding: Encoding,
    /// Where in the file the text lies of which this is the beginning.
    long: Option<Range<u64>>,
}

impl Reader<'_> {
    /// Whether the filters let a line through.
    fn passes(&self, raw: &RawLine) -> Result<bool> {
        let content = self.content(raw)?;
        let text = content.encoding.decode(&content.bytes);
        let shown = visible(&text);
        Ok(self.is_found(&content, &shown)? && self.matcher.admits(&shown))
    }

    fn show(&self, raw: &RawLine, is_context: bool) -> Result<LogLine> {
        let content = self.content(raw)?;
        let text = content.encoding.decode(&content.bytes);
        Ok(LogLine {
            is_context,
            ..line::show(raw.start.line, &text, content.long.is_some(), self.run_id)
        })
    }

    fn content(&self, raw: &RawLine) -> Result<Content> {
        let is_first = raw.start.offset == 0;
        if let Some(bytes) = &raw.bytes {
            let encoding = self.log.encoding_of(bytes)?;
            return Ok(Content {
                bytes: bytes.slice(line::content(bytes, encoding, is_first)),
                encoding,
                long: None,
            });
        }
        let (file, max_line) = (self.log.file(), self.log.limits().max_line);
        let range = long_content(raw.start.offset..raw.end.offset, file, |mark| {
            if is_first {
                self.log.encoding_of(mark)
            } else {
                Ok(Encoding::Utf8)
            }
        })?;
        let bytes = file.read(range.start..range.end.min(range.start + max_line))?;
        Ok(Content {
            encoding: self.log.encoding_of(&bytes)?,
            bytes,
            long: Some(range),
        })
    }

    fn is_found(&self, content: &Content, shown: &str) -> Result<bool> {
        match &content.long {
            // What is held may be ASCII where the rest is not.
            Some(range) => {
                self.matcher
                    .is_in_long(range.clone(), self.log.file(), self.log.limits().max_read, || {
                        self.log.encoding()
                    })
            }
            None => Ok(self.matcher.is_in(shown)),
        }
    }
}
