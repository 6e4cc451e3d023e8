//! Rows and outlines for tests.

use runlens_api_types::{
    Timestamp,
    log::{LevelCounts, LogEncoding, LogLevel, LogLine, LogMatch, LogOutline, LogSource, SourceCounts},
};

/// An empty row: the how-manieth it is, and the number of its line.
pub(crate) fn row(number: u64, line: u64) -> LogMatch {
    let line = LogLine {
        line,
        timestamp: None,
        level: LogLevel::Info,
        source: LogSource::Web,
        message: String::new(),
        truncated: false,
        run_id: 7,
        sample_id: None,
        is_context: false,
    };
    LogMatch {
        number,
        line,
        ranges: Vec::new(),
    }
}

/// Of a log that has been gone through, with its first error on this line.
pub(crate) fn outline(lines: u64, first_error_line: Option<u64>) -> LogOutline {
    LogOutline {
        run_id: 7,
        store: "local".to_owned(),
        size_bytes: 1,
        last_modified: Timestamp::from_unix(0).expect("the epoch"),
        is_growing: false,
        indexed_bytes: 1,
        is_complete: true,
        encoding: LogEncoding::Utf8,
        lines,
        levels: LevelCounts::default(),
        sources: SourceCounts::default(),
        first_error_line,
        last_error_line: first_error_line,
        density: Vec::new(),
    }
}
