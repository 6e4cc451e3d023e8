//! Which lines pass a filter: of many lines at a time, and of one.

use std::ops::{ControlFlow, Range};

use runlens_api_types::log::{LogFilter, TextRange};

use super::{
    Limits,
    ansi::visible,
    blocks::{Stretch, head, lines, long_content},
    classify,
    cursor::Position,
    encoding::Encoding,
    index::Counts,
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
        Ok(Self {
            filter: filter.clone(),
            pattern: Pattern::new(filter)?,
        })
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
        self.filter.level.is_none_or(|level| counts.level(level) > 0)
            && self.filter.source.is_none_or(|source| counts.source(source) > 0)
    }

    /// Tells of each line that passes where it begins. The buffer has whole lines, and begins at `start`.
    pub(super) fn each(
        &self,
        buffer: &[u8],
        start: Position,
        encoding: Encoding,
        limits: &Limits,
        mut tell: impl FnMut(Position),
    ) {
        let Some(pattern) = &self.pattern else {
            let passing =
                lines(buffer, start).filter(|(start, raw)| self.is_of_kind(raw, *start, encoding, limits));
            return passing.for_each(|(start, _)| tell(start));
        };
        let _never_breaks = pattern.for_each_match(buffer, encoding, start.offset == 0, |line, raw| {
            let here = Position {
                offset: start.offset + raw.start as u64,
                line: start.line + line as u64,
            };
            if self.is_of_kind(&buffer[raw], here, encoding, limits) {
                tell(here);
            }
            ControlFlow::Continue(())
        });
    }

    /// Whether a line is of the level and the source that are asked for.
    fn is_of_kind(&self, raw: &[u8], start: Position, encoding: Encoding, limits: &Limits) -> bool {
        if !self.is_by_counts() {
            return true;
        }
        self.admits(&visible(&encoding.decode(head(raw, encoding, start, limits))))
    }

    /// The same by the line's visible text.
    pub(super) fn admits(&self, shown: &str) -> bool {
        self.filter
            .source
            .is_none_or(|wanted| wanted == classify::source(shown))
            && self
                .filter
                .level
                .is_none_or(|wanted| wanted == classify::level(shown))
    }

    /// Whether counts can tell that no line passes: a level or a source is asked for.
    pub(super) fn is_by_counts(&self) -> bool {
        self.filter.level.is_some() || self.filter.source.is_some()
    }

    /// Whether what is looked for is in visible text.
    pub(super) fn is_in(&self, shown: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.is_in(shown))
    }

    /// Whether what is looked for is in the text of one long line, which is read `step` bytes at a time. How it is encoded is asked where
    /// it matters.
    pub(super) fn is_in_long(
        &self,
        text: Range<u64>,
        reader: &FileReader,
        step: u64,
        encoding: impl FnOnce() -> Result<Encoding>,
    ) -> Result<bool> {
        let Some(pattern) = &self.pattern else {
            return Ok(true);
        };
        if text.is_empty() {
            return Ok(pattern.is_in(""));
        }
        let mut search = pattern.search(encoding()?)?;
        for start in text.clone().step_by(step as usize) {
            let end = text.end.min(start + step);
            if search.push(&reader.read(start..end)?, end == text.end) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where the text that is looked for stands in visible text, as far as `reach` characters of it go.
    pub(super) fn ranges(&self, visible: &str, reach: usize) -> Vec<TextRange> {
        let ranges = self.pattern.iter().flat_map(|pattern| pattern.ranges(visible));
        ranges
            .take_while(|range| range.end as usize <= reach)
            .map(|range| TextRange {
                start: range.start,
                end: range.end,
            })
            .collect()
    }

    /// Whether a block that is one line passes, which is read in pieces. What it counts as is known.
    pub(super) fn is_long_match(
        &self,
        stretch: &Stretch,
        reader: &FileReader,
        encoding: Encoding,
        limits: &Limits,
    ) -> Result<bool> {
        if self.pattern.is_none() || !self.may_match(&stretch.counts) {
            return Ok(self.may_match(&stretch.counts));
        }
        let text = long_content(stretch.start.offset..stretch.end.offset, reader, |_| Ok(encoding))?;
        self.is_in_long(text, reader, limits.piece, || Ok(encoding))
    }
}
