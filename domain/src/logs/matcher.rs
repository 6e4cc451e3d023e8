//! Which lines pass a filter: of many lines at a time, and of one.

use std::ops::Range;

use runlens_contract::log::{LogFilter, TextRange};

use super::{
    Limits,
    ansi::visible,
    blocks::{Stretch, head, lines},
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
        for (start, raw) in lines(buffer, start) {
            if self.passes(raw, start, encoding, limits) {
                tell(start);
            }
        }
    }

    fn passes(&self, raw: &[u8], start: Position, encoding: Encoding, limits: &Limits) -> bool {
        if let Some(pattern) = &self.pattern {
            let content = &raw[line::content(raw, encoding, start.offset == 0)];
            if !pattern.is_in(&visible(&encoding.decode(content))) {
                return false;
            }
        }
        if self.filter.level.is_none() && self.filter.source.is_none() {
            return true;
        }
        let text = encoding.decode(head(raw, encoding, start, limits));
        let shown = visible(&text);
        self.filter.source.is_none_or(|wanted| wanted == super::classify::source(&shown))
            && self.filter.level.is_none_or(|wanted| wanted == super::classify::level(&shown))
    }

    /// Where the text that is looked for stands in visible text, as far as `reach` characters of it go: the first `limit` places.
    pub(super) fn ranges(&self, visible: &str, reach: usize, limit: usize) -> Vec<TextRange> {
        let Some(pattern) = &self.pattern else { return Vec::new() };
        let mut ranges = Vec::new();
        let (mut at, mut characters) = (0, 0);
        let mut count_to = |to: usize| {
            characters += visible[at..to].chars().count();
            at = to;
            characters
        };
        for found in pattern.ranges(visible).take(limit) {
            let (start, end) = (count_to(found.start), count_to(found.end));
            if end > reach {
                break;
            }
            // At most `reach`.
            ranges.push(TextRange { start: start as u32, end: end as u32 });
        }
        ranges
    }

    /// Whether a block that is one line passes, which is read in pieces. What it counts as is known.
    pub(super) fn is_long_match(&self, stretch: &Stretch, reader: &FileReader, encoding: Encoding, limits: &Limits) -> Result<bool> {
        let Some(pattern) = self.pattern.as_ref().filter(|_| self.may_match(&stretch.counts)) else {
            return Ok(self.may_match(&stretch.counts));
        };
        let range = long_content(stretch, reader, encoding)?;
        let Some(mut search) = pattern.search(encoding) else {
            let head = reader.read(range.start..range.end.min(range.start + limits.max_line))?;
            return Ok(pattern.is_in(&visible(&encoding.decode(&head))));
        };
        for start in range.clone().step_by(limits.piece as usize) {
            if search.push(&reader.read(start..range.end.min(start + limits.piece))?) {
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
