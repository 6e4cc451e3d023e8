//! Which lines pass a filter: of many lines at a time, and of one.

use std::ops::{ControlFlow, Range};

use runlens_contract::log::{LogFilter, TextRange};

use super::{
    Limits,
    ansi::visible,
    blocks::{Stretch, head, lines},
    classify,
    cursor::Position,
    encoding::Encoding,
    index::Counts,
    line,
    search::Pattern,
};
use crate::{error::Result, files::FileReader};

/// A filter that is ready to be used.
pub(super) struct Matcher {
    filter: LogFilter,
    pattern: Option<Pattern>,
}

impl Matcher {
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) for a regular expression that is none.
    pub(super) fn new(filter: &LogFilter) -> Result<Self> {
        Ok(Self { filter: filter.clone(), pattern: Pattern::new(filter)? })
    }

    pub(super) fn filter(&self) -> &LogFilter {
        &self.filter
    }

    /// How many lines pass of those that were counted, where the counts say so: neither a text is looked for, nor both a level and a source.
    pub(super) fn count(&self, counts: &Counts) -> Option<u64> {
        match (self.filter.has_text(), self.filter.level, self.filter.source) {
            (true, ..) | (_, Some(_), Some(_)) => None,
            (_, Some(level), None) => Some(counts.level(level)),
            (_, None, Some(source)) => Some(counts.source(source)),
            (_, None, None) => Some(counts.lines()),
        }
    }

    /// Whether any line can pass of those that were counted.
    pub(super) fn may_match(&self, counts: &Counts) -> bool {
        self.filter.level.is_none_or(|level| counts.level(level) > 0) && self.filter.source.is_none_or(|source| counts.source(source) > 0)
    }

    /// Tells of each line that passes where it begins. The buffer has whole lines, and begins at `start`.
    pub(super) fn each(&self, buffer: &[u8], start: Position, encoding: Encoding, limits: &Limits, mut tell: impl FnMut(Position)) {
        let Some(pattern) = &self.pattern else {
            let passing = lines(buffer, start).filter(|(start, raw)| self.is_of_kind(raw, *start, encoding, limits));
            return passing.for_each(|(start, _)| tell(start));
        };
        let _never_breaks = pattern.for_each_match(buffer, encoding, start.offset == 0, |line, raw| {
            let here = Position { offset: start.offset + raw.start as u64, line: start.line + line as u64 };
            if self.is_of_kind(&buffer[raw], here, encoding, limits) {
                tell(here);
            }
            ControlFlow::Continue(())
        });
    }

    /// Whether a line is of the level and the source that are asked for.
    fn is_of_kind(&self, raw: &[u8], start: Position, encoding: Encoding, limits: &Limits) -> bool {
        if self.filter.level.is_none() && self.filter.source.is_none() {
            return true;
        }
        let text = encoding.decode(head(raw, encoding, start, limits));
        let shown = visible(&text);
        self.filter.source.is_none_or(|wanted| wanted == classify::source(&shown))
            && self.filter.level.is_none_or(|wanted| wanted == classify::level(&shown))
    }

    /// Where the text that is looked for stands in visible text, as far as `reach` characters of it go.
    pub(super) fn ranges(&self, visible: &str, reach: usize) -> Vec<TextRange> {
        let ranges = self.pattern.iter().flat_map(|pattern| pattern.ranges(visible));
        ranges.take_while(|range| range.end as usize <= reach).map(|range| TextRange { start: range.start, end: range.end }).collect()
    }

    /// Whether a block that is one line passes, which is read in pieces. What it counts as is known.
    pub(super) fn is_long_match(&self, stretch: &Stretch, reader: &FileReader, encoding: Encoding, limits: &Limits) -> Result<bool> {
        let Some(pattern) = self.pattern.as_ref().filter(|_| self.may_match(&stretch.counts)) else {
            return Ok(self.may_match(&stretch.counts));
        };
        let range = long_content(stretch, reader, encoding)?;
        if range.is_empty() {
            return Ok(pattern.is_in(""));
        }
        let mut search = pattern.search(encoding)?;
        for start in range.clone().step_by(limits.piece as usize) {
            let end = range.end.min(start + limits.piece);
            if search.push(&reader.read(start..end)?, end == range.end) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// What of a long line is text.
fn long_content(stretch: &Stretch, reader: &FileReader, encoding: Encoding) -> Result<Range<u64>> {
    let (start, end) = (stretch.start.offset, stretch.end.offset);
    let first = reader.read(start..end.min(start + line::BYTE_ORDER_MARK.len() as u64))?;
    let last = reader.read(end.saturating_sub(2).max(start)..end)?;
    Ok(start + line::content(&first, encoding, start == 0).start as u64..end - line::end_length(&last) as u64)
}
