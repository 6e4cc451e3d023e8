//! Reads one page of a log.

use std::ops::Range;

use bytes::Bytes;
use runlens_contract::{
    CursorPage,
    log::{LogDirection, LogLine, LogQuery},
    page::CursorPagination,
};

use super::{
    Limits,
    ansi::visible,
    classify,
    cursor::Position,
    line::{self, BYTE_ORDER_MARK},
    lines::{Lines, RawLine},
    search::Pattern,
    survey::{Encoding, Survey},
};
use crate::{error::Result, files::FoundFile};

/// Reads the page that lies at `cursor` in the direction asked for, without one at the end that this direction starts from.
/// The lines come in the order of the log either way.
///
/// `next_cursor` is null exactly where no further line of that direction passes the filters: after a full page, the log is
/// read on to the next line that does, and the cursor stands just before it. No page but the first is ever empty.
pub(super) async fn page(
    file: &FoundFile,
    survey: Survey,
    run_id: i32,
    query: &LogQuery,
    cursor: Option<Position>,
    limits: Limits,
) -> Result<CursorPage<LogLine>> {
    let direction = query.direction.unwrap_or(LogDirection::Forward);
    let from = match (cursor, direction) {
        (Some(position), _) => {
            position.require_in(file).await?;
            position
        }
        (None, LogDirection::Forward) => Position::START,
        (None, LogDirection::Backward) => survey.end,
    };
    let reader = Reader {
        file,
        encoding: survey.encoding,
        run_id,
        query,
        needle: query.contains.as_deref().map(Pattern::literal).transpose()?,
        limits,
    };
    let mut lines = Lines::new(file, direction, from, limits);
    let (mut data, mut next) = (Vec::new(), None);
    while let Some(raw) = lines.next().await? {
        let Some(line) = reader.read(&raw).await? else { continue };
        if data.len() == query.limit as usize {
            next = Some(if direction == LogDirection::Forward { raw.start } else { raw.end });
            break;
        }
        data.push(line);
    }
    if direction == LogDirection::Backward {
        data.reverse();
    }
    Ok(CursorPage { data, pagination: CursorPagination { limit: query.limit, next_cursor: next.map(Position::to_cursor) } })
}

struct Reader<'a> {
    file: &'a FoundFile,
    encoding: Encoding,
    run_id: i32,
    query: &'a LogQuery,
    needle: Option<Pattern>,
    limits: Limits,
}

impl Reader<'_> {
    /// The line, where the filters let it through.
    async fn read(&self, raw: &RawLine) -> Result<Option<LogLine>> {
        let (bytes, long) = match &raw.bytes {
            Some(bytes) => (bytes.slice(self.content(raw, bytes)), None),
            None => {
                let range = self.long_content(raw).await?;
                (self.file.read(range.start..range.end.min(range.start + self.limits.max_line)).await?, Some(range))
            }
        };
        let text = self.encoding.decode(&bytes);
        let shown = visible(&text);
        if let Some(needle) = &self.needle {
            let is_found = match long {
                None => needle.is_in(&shown),
                Some(ref range) => self.is_in_file(needle, range.clone()).await?,
            };
            if !is_found {
                return Ok(None);
            }
        }
        let passes = self.query.source.is_none_or(|wanted| wanted == classify::source(&shown))
            && self.query.level.is_none_or(|wanted| wanted == classify::level(&shown));
        if !passes {
            return Ok(None);
        }
        let (message, is_cut) = line::message(&text);
        Ok(Some(LogLine {
            line: raw.start.line,
            timestamp: line::timestamp(&shown),
            level: classify::level(&shown),
            source: classify::source(&shown),
            message: message.to_owned(),
            truncated: is_cut || long.is_some(),
            run_id: self.run_id,
            sample_id: None,
        }))
    }

    /// What of a line's bytes is text: neither its end nor a byte order mark.
    fn content(&self, raw: &RawLine, bytes: &[u8]) -> Range<usize> {
        let has_mark = raw.start.offset == 0 && self.encoding == Encoding::Utf8 && bytes.starts_with(BYTE_ORDER_MARK);
        let start = if has_mark { BYTE_ORDER_MARK.len() } else { 0 };
        start..bytes.len() - line::end_length(bytes)
    }

    /// The same for a line that is not held in memory, as a range of the file.
    async fn long_content(&self, raw: &RawLine) -> Result<Range<u64>> {
        let (start, end) = (raw.start.offset, raw.end.offset);
        let first: Bytes = self.file.read(start..start + BYTE_ORDER_MARK.len() as u64).await?;
        let last = self.file.read(end.saturating_sub(2)..end).await?;
        Ok(start + self.content(raw, &first).start as u64..end - line::end_length(&last) as u64)
    }

    async fn is_in_file(&self, needle: &Pattern, range: Range<u64>) -> Result<bool> {
        let mut search = needle.search(self.encoding)?;
        for start in range.clone().step_by(self.limits.max_read as usize) {
            let end = range.end.min(start + self.limits.max_read);
            if search.push(&self.file.read(start..end).await?, end == range.end) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
