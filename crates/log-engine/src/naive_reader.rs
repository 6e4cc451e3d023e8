//! Reference implementation of the engine for tests: reads a log that is completely in memory, without
//! chunks, indexes or timeouts.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use regex::RegexBuilder;
use runlens_terminal::{Encoding, visible_text};
use tokio::runtime::Runtime;

use crate::{
    LogEngine, LogFile, MemoryFile, PageRequest, classify,
    error::Result,
    limits::Limits,
    line,
    model::{Line, Page, PageQuery},
    stopwatch::Stopwatch,
};

/// Runs a future on a runtime with threads for background work.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    RUNTIME.block_on(future)
}

pub(crate) fn memory_file(content: &[u8]) -> Arc<dyn LogFile> {
    Arc::new(MemoryFile::new("log", content.to_vec()))
}

/// Reads a page. The stopwatch advances by a millisecond each time it is read.
pub(crate) fn page_of(engine: &LogEngine, file: &Arc<dyn LogFile>, query: &PageQuery) -> Result<Page> {
    let checks = AtomicU64::new(0);
    let stopwatch = Stopwatch::new(move || Duration::from_millis(checks.fetch_add(1, Ordering::Relaxed) + 1));
    run(async {
        engine
            .page_with(file, PageRequest::new(query.clone())?, stopwatch)
            .await
    })
}

pub(crate) fn encoding_of(content: &[u8]) -> Encoding {
    match std::str::from_utf8(content) {
        Err(error) if error.error_len().is_some() => Encoding::Windows1252,
        _ => Encoding::Utf8,
    }
}

/// Returns the matching lines and their context.
pub(crate) fn naive_page(content: &[u8], query: &PageQuery, limits: Limits) -> Vec<Line> {
    let lines = naive_lines(content, query, limits);
    let context = if query.filter.is_empty() {
        0
    } else {
        query.context as usize
    };
    let is_included = |at: usize| {
        lines[at.saturating_sub(context)..lines.len().min(at + context + 1)]
            .iter()
            .any(|(_, is_match)| *is_match)
    };
    let included = lines.iter().enumerate().filter(|(at, _)| is_included(*at));
    included
        .map(|(_, (line, is_match))| Line {
            is_context: !is_match,
            ..line.clone()
        })
        .collect()
}

/// Returns every line, and whether it matches.
pub(crate) fn naive_lines(content: &[u8], query: &PageQuery, limits: Limits) -> Vec<(Line, bool)> {
    let encoding = encoding_of(content);
    let compile = |pattern: String| {
        RegexBuilder::new(&pattern)
            .case_insensitive(true)
            .multi_line(true)
            .build()
            .expect("a pattern")
    };
    let literal = query
        .filter
        .contains
        .as_ref()
        .map(|text| compile(regex::escape(text)));
    let regex = query.filter.regex.clone().map(compile);
    let mut lines = Vec::new();
    for (index, raw) in content.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let is_long = raw.len() as u64 > limits.max_line_bytes;
        let mut bytes = &raw[..raw.len() - line::end_length(raw)];
        if index == 0 && encoding == Encoding::Utf8 {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        let head = encoding
            .decode(&bytes[..bytes.len().min(limits.max_line_bytes as usize)])
            .into_owned();
        let visible = visible_text(&head);
        let (level, source) = (classify::level(&visible), classify::source(&visible));
        let whole = encoding.decode(bytes);
        let is_match = literal
            .iter()
            .chain(&regex)
            .all(|pattern| pattern.is_match(&visible_text(&whole)))
            && query.filter.level.is_none_or(|wanted| wanted == level)
            && query.filter.source.is_none_or(|wanted| wanted == source);
        let (message, is_cut) = line::message(&head);
        let line = Line {
            number: index as u64 + 1,
            timestamp: line::timestamp(&visible),
            level,
            source,
            message: message.to_owned(),
            is_truncated: is_cut || is_long,
            is_context: false,
        };
        lines.push((line, is_match));
    }
    lines
}
