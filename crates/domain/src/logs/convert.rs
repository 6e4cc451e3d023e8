//! Conversions between the types of the API and those of the log engine.

use runlens_api_types::{
    log::{
        LevelCounts, LineRange, LogDensity, LogDirection, LogEncoding, LogFilter, LogLevel, LogLine,
        LogMatch, LogOutline, LogQuery, LogSearchQuery, LogSource, SourceCounts, TextRange,
    },
    params::invalid,
};
use runlens_log_engine::{
    self as engine, Counts, Direction, Encoding, Filter, Level, Line, Match, Outline, PageQuery, SearchQuery,
    Source,
};

use crate::{error::Error, files::FoundFile};

/// Converts an error of the engine. A file that is gone is [`Error::LogNotFound`].
pub(super) fn to_error(error: engine::Error, run_id: i32) -> Error {
    match error {
        engine::Error::InvalidCursor(message) => Error::Invalid(invalid(&[("cursor", message)])),
        engine::Error::InvalidRegex(message) => Error::Invalid(invalid(&[("regex", message)])),
        engine::Error::StillIndexing {
            lines,
            percent,
            size_bytes,
        } => Error::NotReady(format!(
            "The lines of this log are still being counted: {lines} so far, in {percent} % of its {size_bytes} bytes. Retry in a moment."
        )),
        engine::Error::Replaced => Error::NotReady("The log has just been replaced. Retry.".to_owned()),
        engine::Error::Read(error) => match error.downcast::<Error>().map(|error| *error) {
            Ok(Error::Files(object_store::Error::NotFound { .. })) => Error::LogNotFound { run_id },
            Ok(error) => error,
            Err(source) => Error::Files(object_store::Error::Generic { store: "log", source }),
        },
        engine::Error::Internal(message) => Error::Internal(message),
    }
}

pub(super) fn to_page_query(query: &LogQuery) -> PageQuery {
    let (limit, direction) = query.extent();
    PageQuery {
        limit,
        cursor: query.cursor.clone(),
        from_line: query.from_line,
        direction: to_direction(direction),
        context: query.context,
        filter: to_filter(&query.filter),
    }
}

pub(super) fn to_search_query(query: &LogSearchQuery) -> SearchQuery {
    SearchQuery {
        limit: query.limit,
        cursor: query.cursor.clone(),
        from_line: query.from_line,
        from_match: query.from_match,
        direction: to_direction(query.direction.unwrap_or(LogDirection::Forward)),
        filter: to_filter(&query.filter),
    }
}

fn to_direction(direction: LogDirection) -> Direction {
    match direction {
        LogDirection::Forward => Direction::Forward,
        LogDirection::Backward => Direction::Backward,
    }
}

fn to_filter(filter: &LogFilter) -> Filter {
    let level = |level| match level {
        LogLevel::Critical => Level::Critical,
        LogLevel::Error => Level::Error,
        LogLevel::Warning => Level::Warning,
        LogLevel::Info => Level::Info,
        LogLevel::Debug => Level::Debug,
    };
    let source = |source| match source {
        LogSource::Orchestrator => Source::Orchestrator,
        LogSource::Worker => Source::Worker,
        LogSource::Build => Source::Build,
        LogSource::TestRunner => Source::TestRunner,
        LogSource::Web => Source::Web,
    };
    Filter {
        level: filter.level.map(level),
        source: filter.source.map(source),
        contains: filter.contains.clone(),
        regex: filter.regex.clone(),
    }
}

fn from_level(level: Level) -> LogLevel {
    match level {
        Level::Critical => LogLevel::Critical,
        Level::Error => LogLevel::Error,
        Level::Warning => LogLevel::Warning,
        Level::Info => LogLevel::Info,
        Level::Debug => LogLevel::Debug,
    }
}

fn from_source(source: Source) -> LogSource {
    match source {
        Source::Orchestrator => LogSource::Orchestrator,
        Source::Worker => LogSource::Worker,
        Source::Build => LogSource::Build,
        Source::TestRunner => LogSource::TestRunner,
        Source::Web => LogSource::Web,
    }
}

pub(super) fn to_encoding(encoding: Encoding) -> LogEncoding {
    match encoding {
        Encoding::Utf8 => LogEncoding::Utf8,
        Encoding::Windows1252 => LogEncoding::Windows1252,
    }
}

pub(super) fn to_line(line: Line, run_id: i32) -> LogLine {
    LogLine {
        line: line.number,
        timestamp: line.timestamp.map(Into::into),
        level: from_level(line.level),
        source: from_source(line.source),
        message: line.message,
        truncated: line.is_truncated,
        run_id,
        sample_id: None,
        is_context: line.is_context,
    }
}

pub(super) fn to_line_range(range: engine::LineRange) -> LineRange {
    LineRange {
        first: range.first,
        last: range.last,
    }
}

pub(super) fn to_match(found: Match, run_id: i32) -> LogMatch {
    LogMatch {
        number: found.number,
        line: to_line(found.line, run_id),
        ranges: found
            .ranges
            .into_iter()
            .map(|range| TextRange {
                start: range.start,
                end: range.end,
            })
            .collect(),
    }
}

pub(super) fn to_outline(outline: Outline, file: &FoundFile, run_id: i32, is_growing: bool) -> LogOutline {
    LogOutline {
        run_id,
        store: file.store.to_owned(),
        size_bytes: file.size,
        last_modified: file.last_modified,
        is_growing,
        indexed_bytes: outline.indexed_bytes,
        is_complete: outline.is_complete,
        encoding: to_encoding(outline.encoding),
        lines: outline.counts.lines(),
        levels: level_counts(&outline.counts),
        sources: source_counts(&outline.counts),
        first_error_line: outline.first_error_line,
        last_error_line: outline.last_error_line,
        density: outline
            .sections
            .into_iter()
            .map(|section| LogDensity {
                first_line: section.first_line,
                lines: section.lines,
                errors: section.errors,
                warnings: section.warnings,
                worst: from_level(section.worst),
            })
            .collect(),
    }
}

fn level_counts(counts: &Counts) -> LevelCounts {
    LevelCounts {
        critical: counts.level(Level::Critical),
        error: counts.level(Level::Error),
        warning: counts.level(Level::Warning),
        info: counts.level(Level::Info),
        debug: counts.level(Level::Debug),
    }
}

fn source_counts(counts: &Counts) -> SourceCounts {
    SourceCounts {
        orchestrator: counts.source(Source::Orchestrator),
        worker: counts.source(Source::Worker),
        build: counts.source(Source::Build),
        test_runner: counts.source(Source::TestRunner),
        web: counts.source(Source::Web),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use runlens_log_engine as engine;

    use super::{Error, to_error};

    const RUN: i32 = 7;

    #[test]
    fn invalid_parameters_are_named() {
        for (error, field) in [
            (engine::Error::InvalidCursor("is wrong".to_owned()), "cursor"),
            (engine::Error::InvalidRegex("is wrong".to_owned()), "regex"),
        ] {
            let Error::Invalid(body) = to_error(error, RUN) else {
                panic!("{field} is not reported as invalid")
            };
            assert_eq!(body.details["fields"][field], "is wrong");
        }
    }

    #[test]
    fn a_log_that_is_gone_is_not_found_and_other_read_errors_are_unavailable() {
        let gone = object_store::Error::NotFound {
            path: "LogFiles/7.txt".to_owned(),
            source: io::Error::from(io::ErrorKind::NotFound).into(),
        };
        let error = to_error(engine::Error::Read(Error::Files(gone).into()), RUN);
        assert!(matches!(error, Error::LogNotFound { run_id: RUN }), "{error}");
        let error = to_error(engine::Error::Read("cut".into()), RUN);
        assert!(
            matches!(error, Error::Files(_)) && error.is_unavailable(),
            "{error}"
        );
    }

    #[test]
    fn an_unfinished_index_reports_its_progress() {
        let error = to_error(
            engine::Error::StillIndexing {
                lines: 0,
                percent: 0,
                size_bytes: 15_000,
            },
            RUN,
        );
        assert!(matches!(error, Error::NotReady(_)));
        let message = error.to_string();
        assert!(
            message.contains("0 so far, in 0 % of its 15000 bytes"),
            "{message}"
        );
    }
}
