//! Applies a filter to single lines and to buffers of many lines.

use std::ops::{ControlFlow, Range};

use runlens_terminal::{Encoding, visible_text};

use crate::{
    blocks::{BlockSpan, line_head, lines, long_line_content},
    classify,
    cursor::Position,
    error::{Error, Result},
    file::ReadRange,
    limits::Limits,
    model::{Counts, Filter},
    pattern::Pattern,
};

/// A compiled filter.
pub(crate) struct LineMatcher {
    filter: Filter,
    pattern: Option<Pattern>,
}

impl LineMatcher {
    /// # Errors
    /// [`Error::InvalidRegex`].
    pub(crate) fn new(filter: Filter) -> Result<Self> {
        Ok(Self {
            pattern: Pattern::from_filter(&filter)?,
            filter,
        })
    }

    pub(crate) fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Returns the number of matching lines if it follows from the counts: if the filter has no text, and
    /// does not have both a level and a source.
    pub(crate) fn count(&self, counts: &Counts) -> Option<u64> {
        match (self.filter.has_text(), self.filter.level, self.filter.source) {
            (true, ..) | (_, Some(_), Some(_)) => None,
            (_, Some(level), None) => Some(counts.level(level)),
            (_, None, Some(source)) => Some(counts.source(source)),
            (_, None, None) => Some(counts.lines()),
        }
    }

    /// Returns whether any of the counted lines can match.
    pub(crate) fn may_match(&self, counts: &Counts) -> bool {
        self.filter.level.is_none_or(|level| counts.level(level) > 0)
            && self.filter.source.is_none_or(|source| counts.source(source) > 0)
    }

    /// Calls `visit` with the position of each matching line of a buffer of whole lines that begins at
    /// `start`.
    pub(crate) fn for_each_match(
        &self,
        buffer: &[u8],
        start: Position,
        encoding: Encoding,
        limits: &Limits,
        mut visit: impl FnMut(Position),
    ) {
        let Some(pattern) = &self.pattern else {
            let matching =
                lines(buffer, start).filter(|(start, raw)| self.matches_kind(raw, *start, encoding, limits));
            return matching.for_each(|(start, _)| visit(start));
        };
        let _never_breaks = pattern.for_each_match(buffer, encoding, start.offset == 0, |line, raw| {
            let here = Position {
                offset: start.offset + raw.start as u64,
                line: start.line + line as u64,
            };
            if self.matches_kind(&buffer[raw], here, encoding, limits) {
                visit(here);
            }
            ControlFlow::Continue(())
        });
    }

    /// Returns whether a line has the level and source of the filter.
    fn matches_kind(&self, raw: &[u8], start: Position, encoding: Encoding, limits: &Limits) -> bool {
        if !self.has_kind() {
            return true;
        }
        self.matches_kind_of(&visible_text(
            &encoding.decode(line_head(raw, encoding, start, limits)),
        ))
    }

    /// Returns whether a line with this visible text has the level and source of the filter.
    pub(crate) fn matches_kind_of(&self, visible: &str) -> bool {
        self.filter
            .source
            .is_none_or(|source| source == classify::source(visible))
            && self
                .filter
                .level
                .is_none_or(|level| level == classify::level(visible))
    }

    /// Returns whether the filter has a level or source, so that counts can rule out blocks.
    pub(crate) fn has_kind(&self) -> bool {
        self.filter.level.is_some() || self.filter.source.is_some()
    }

    /// Returns whether visible text contains the text of the filter.
    pub(crate) fn matches_text(&self, visible: &str) -> bool {
        self.pattern
            .as_ref()
            .is_none_or(|pattern| pattern.matches_line(visible))
    }

    /// Returns whether a long line contains the text of the filter. The line is read `read_bytes` at a time.
    /// `encoding` is only called if it is needed.
    pub(crate) fn matches_long_text(
        &self,
        text: Range<u64>,
        reader: &dyn ReadRange,
        read_bytes: u64,
        encoding: impl FnOnce() -> Result<Encoding>,
    ) -> Result<bool> {
        let Some(pattern) = &self.pattern else {
            return Ok(true);
        };
        if text.is_empty() {
            return Ok(pattern.matches_line(""));
        }
        let mut search = pattern.search_long_line(encoding()?)?;
        for start in text.clone().step_by(read_bytes as usize) {
            let end = text.end.min(start + read_bytes);
            let part = reader.read(start..end).map_err(Error::Read)?;
            if search.push(&part, end == text.end) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the ranges of characters that match in visible text, up to `max_chars`.
    pub(crate) fn ranges(&self, visible: &str, max_chars: usize) -> Vec<Range<u32>> {
        let ranges = self.pattern.iter().flat_map(|pattern| pattern.ranges(visible));
        ranges
            .take_while(|range| range.end as usize <= max_chars)
            .collect()
    }

    /// Returns whether a block that is a single long line matches.
    pub(crate) fn matches_long_line(
        &self,
        block: &BlockSpan,
        reader: &dyn ReadRange,
        encoding: Encoding,
        limits: &Limits,
    ) -> Result<bool> {
        if self.pattern.is_none() || !self.may_match(&block.counts) {
            return Ok(self.may_match(&block.counts));
        }
        let text = long_line_content(block.start.offset..block.end.offset, reader, |_| Ok(encoding))?;
        self.matches_long_text(text, reader, limits.chunk_bytes, || Ok(encoding))
    }
}
