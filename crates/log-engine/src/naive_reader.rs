//! A reader of logs that holds the whole file in memory and knows nothing of chunks, indexes or budgets: what the engine is held to.

use std::{
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use regex::RegexBuilder;
use runlens_api_types::log::{LogLine, LogQuery};
use tokio::runtime::Runtime;

use super::{
    Answer, Limits, LogCache, ansi::visible, classify, cursor::Position, encoding::Encoding, line,
    matcher::Matcher,
};
use crate::{
    clock::Stopwatch,
    error::Result,
    files::{FileKey, Files, FoundFile},
};

pub(super) const RUN: i32 = 7;

/// Runs a test's async part, with threads for what goes on in the background.
pub(super) fn run<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    RUNTIME.block_on(work)
}

pub(super) fn found(content: &[u8]) -> FoundFile {
    let files = Files::none().with_memory();
    run(async {
        files
            .put(&FileKey::log(RUN), content.to_vec())
            .await
            .expect("written");
        files
            .find(&FileKey::log(RUN))
            .await
            .expect("an answer")
            .expect("found")
    })
}

/// A page, where each look at the clock takes a millisecond.
pub(super) fn page_of(cache: &LogCache, file: &FoundFile, query: &LogQuery) -> Result<Answer> {
    let looks = AtomicU64::new(0);
    let stopwatch = Stopwatch::new(move || Duration::from_millis(looks.fetch_add(1, Ordering::Relaxed) + 1));
    run(async {
        let cursor = query.cursor.as_deref().map(Position::from_cursor).transpose()?;
        cache
            .page(
                file,
                RUN,
                query.clone(),
                Matcher::new(&query.filter)?,
                cursor,
                stopwatch,
            )
            .await
    })
}

pub(super) fn encoding_of(content: &[u8]) -> Encoding {
    match std::str::from_utf8(content) {
        Err(error) if error.error_len().is_some() => Encoding::Windows1252,
        _ => Encoding::Utf8,
    }
}

/// The lines that pass, and those around them.
pub(super) fn naive(content: &[u8], query: &LogQuery, limits: Limits) -> Vec<LogLine> {
    let lines = naive_lines(content, query, limits);
    let context = if query.filter.is_empty() {
        0
    } else {
        query.context as usize
    };
    let is_shown = |at: usize| {
        lines[at.saturating_sub(context)..lines.len().min(at + context + 1)]
            .iter()
            .any(|(_, passes)| *passes)
    };
    let shown = lines.iter().enumerate().filter(|(at, _)| is_shown(*at));
    shown
        .map(|(_, (line, passes))| LogLine {
            is_context: !passes,
            ..line.clone()
        })
        .collect()
}

/// Every line, and whether it passes.
pub(super) fn naive_lines(content: &[u8], query: &LogQuery, limits: Limits) -> Vec<(LogLine, bool)> {
    let encoding = encoding_of(content);
    let compiled = |pattern: String| {
        RegexBuilder::new(&pattern)
            .case_insensitive(true)
            .multi_line(true)
            .build()
            .expect("a pattern")
    };
    let needle = query
        .filter
        .contains
        .as_ref()
        .map(|text| compiled(regex::escape(text)));
    let regex = query.filter.regex.clone().map(compiled);
    let mut lines = Vec::new();
    for (index, raw) in content.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let is_long = raw.len() as u64 > limits.max_line;
        let mut bytes = &raw[..raw.len() - line::end_length(raw)];
        if index == 0 && encoding == Encoding::Utf8 {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        let head = encoding
            .decode(&bytes[..bytes.len().min(limits.max_line as usize)])
            .into_owned();
        let shown = visible(&head);
        let (level, source) = (classify::level(&shown), classify::source(&shown));
        let whole = encoding.decode(bytes);
        let passes = needle
            .iter()
            .chain(&regex)
            .all(|pattern| pattern.is_match(&visible(&whole)))
            && query.filter.level.is_none_or(|wanted| wanted == level)
            && query.filter.source.is_none_or(|wanted| wanted == source);
        let (message, is_cut) = line::message(&head);
        let line = LogLine {
            line: index as u64 + 1,
            timestamp: line::timestamp(&shown),
            level,
            source,
            message: message.to_owned(),
            truncated: is_cut || is_long,
            run_id: RUN,
            sample_id: None,
            is_context: false,
        };
        lines.push((line, passes));
    }
    lines
}
