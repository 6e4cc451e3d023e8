//! Build logs: lines, outline and search.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::{CursorPagination, PageQuery},
    params::Params,
    query::query,
    text_enum::text_enum,
};

text_enum! {
    /// Severity of a line, most severe first.
    LogLevel {
        /// `FATAL`, `CRITICAL`.
        Critical = "critical",
        /// `ERROR`.
        Error = "error",
        /// `WARN`, `WARNING`.
        Warning = "warning",
        /// Everything else.
        Info = "info",
        /// `DEBUG`, `TRACE`.
        Debug = "debug",
    }
}

text_enum! {
    /// Program that wrote a line, derived from the first of these words in it.
    LogSource {
        /// The platform's scheduler.
        Orchestrator = "orchestrator",
        /// The worker on the virtual machine.
        Worker = "worker",
        /// The compiler.
        Build = "build",
        /// The test runner.
        TestRunner = "test_runner",
        /// The platform's web server, and every line without one of the other words.
        Web = "web",
    }
}

text_enum! {
    /// Reading direction of a log.
    LogDirection {
        /// Towards the end.
        Forward = "forward",
        /// Towards the start; the lines of a page are still in log order.
        Backward = "backward",
    }
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogLine {
    /// Number of the line, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub line: u64,
    /// Timestamp contained in the line.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub timestamp: Option<Timestamp>,
    /// Severity.
    pub level: LogLevel,
    /// Program that wrote it.
    pub source: LogSource,
    /// The line without its line ending, truncated to 4,000 characters. Includes ANSI escape sequences.
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    pub message: String,
    /// Whether `message` was truncated.
    pub truncated: bool,
    /// Numeric run ID.
    pub run_id: i32,
    /// Always null: lines of a build log are not assigned to a sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Whether the line does not match the filters and is returned only as context of one that does.
    pub is_context: bool,
}

/// One page of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogPage {
    /// The lines of this page, in log order.
    pub data: Vec<LogLine>,
    /// Continuation.
    pub pagination: CursorPagination,
    /// The lines that were examined for this page, whether or not they match; null if there were none. A page of a filtered log
    /// ends early if the search takes too long: with fewer lines than requested, possibly none, and a cursor to continue.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub examined: Option<LineRange>,
}

/// A range of lines, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineRange {
    /// Number of the first line.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub first: u64,
    /// Number of the last line.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub last: u64,
}

query! {
    /// Filters of log lines; a line must match all of them.
    pub struct LogFilter {
        /// Only lines of this level.
        pub level: Option<LogLevel> = choice(),
        /// Only lines of this source.
        pub source: Option<LogSource> = choice(),
        /// Only lines that contain this text, ignoring case. ANSI escape sequences are not searched.
        pub contains: Option<String> = text(LogFilter::MAX_CONTAINS),
        /// Only lines that this regular expression matches, ignoring case unless it begins with `(?-i)`; not together with `contains`.
        /// The syntax is that of Rust's `regex`: no look-around, no back-references, linear time. ANSI escape sequences are not
        /// searched, and a match never spans lines.
        pub regex: Option<String> = text(LogFilter::MAX_REGEX),
    }
    check(LogFilter::check)
}

impl LogFilter {
    /// The longest text to search for, in characters.
    pub const MAX_CONTAINS: usize = 100;
    /// The longest regular expression, in characters.
    pub const MAX_REGEX: usize = 200;

    fn check(params: &mut Params) {
        exclude(params, &["contains", "regex"]);
    }

    /// Whether every line matches.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a text is searched for.
    pub fn has_text(&self) -> bool {
        self.contains.is_some() || self.regex.is_some()
    }
}

query! {
    /// A page of the lines of a log.
    pub struct LogQuery {
        /// Maximum number of lines to return.
        pub limit: u32 = number(1..=PageQuery::MAX_LIMIT).or(PageQuery::MAX_LIMIT),
        /// Opaque position from a page's `next_cursor`; not together with `offset`, `from_line` or `tail`.
        pub cursor: Option<String> = text(LogQuery::MAX_CURSOR),
        /// Number of the line to start at, from 1; backward, the page ends with it. Beyond the end of the log, a page forward is
        /// empty and a page backward is the last one. Not together with `cursor` or `tail`.
        pub from_line: Option<u64> = number(1..=LogQuery::MAX_LINE),
        /// The last lines, this many; short for `direction=backward` with this `limit`. Not together with `cursor`, `from_line`,
        /// `direction` or `limit`.
        pub tail: Option<u32> = number(1..=PageQuery::MAX_LIMIT),
        /// Reading direction; `backward` without a position starts at the end of the log.
        pub direction: Option<LogDirection> = choice().inline(),
        /// Number of lines to return before and after each line that matches the filters; they count towards `limit`. Has no effect
        /// without a filter.
        pub context: u32 = number(0..=LogQuery::MAX_CONTEXT).or(0),
        /// Filters of the lines.
        pub filter: LogFilter = nested(),
    }
    check(LogQuery::check)
}

impl LogQuery {
    /// The longest cursor, in characters.
    pub const MAX_CURSOR: usize = 200;
    /// The largest line number: every JSON parser represents it exactly.
    pub const MAX_LINE: u64 = (1 << 53) - 1;
    /// The maximum number of context lines on each side of a match.
    pub const MAX_CONTEXT: u32 = 10;

    fn check(params: &mut Params) {
        refuse_offset(params);
        exclude(params, &["cursor", "from_line", "tail"]);
        exclude(params, &["tail", "direction"]);
        exclude(params, &["tail", "limit"]);
    }

    /// Returns the effective limit and direction, resolving `tail`.
    pub fn extent(&self) -> (u32, LogDirection) {
        self.tail.map_or(
            (self.limit, self.direction.unwrap_or(LogDirection::Forward)),
            |lines| (lines, LogDirection::Backward),
        )
    }
}

/// Rejects `offset`: logs are paged by position, because counting lines from the start would read all of them.
fn refuse_offset(params: &mut Params) {
    if params.get("offset").is_some() {
        let error = if params.get("cursor").is_some() {
            "must not be given together with `cursor`"
        } else {
            "unknown parameter: logs are paged with `cursor`"
        };
        params.error("offset", error);
    }
}

/// Rejects all but the first given of parameters that exclude each other.
fn exclude(params: &mut Params, names: &[&'static str]) {
    let mut given = names.iter().filter(|name| params.get(name).is_some()).copied();
    let Some(first) = given.next() else { return };
    for other in given.collect::<Vec<_>>() {
        params.error(other, format!("must not be given together with `{first}`"));
    }
}

/// Outline of a whole log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogOutline {
    /// Numeric run ID.
    pub run_id: i32,
    /// Name of the store that has the file, such as `local` or `gcs`.
    #[cfg_attr(feature = "openapi", schema(max_length = 20))]
    pub store: String,
    /// Size of the file in bytes.
    pub size_bytes: u64,
    /// Time of the last change.
    pub last_modified: Timestamp,
    /// Whether more lines may follow, because the run has not finished.
    pub is_growing: bool,
    /// Number of bytes indexed from the start. The counts below cover these; retry while `is_complete` is false.
    pub indexed_bytes: u64,
    /// Whether the whole file has been indexed.
    pub is_complete: bool,
    /// Encoding of the indexed part.
    pub encoding: LogEncoding,
    /// Number of lines.
    pub lines: u64,
    /// Number of lines of each level.
    pub levels: LevelCounts,
    /// Number of lines of each source.
    pub sources: SourceCounts,
    /// Number of the first line of level `error` or `critical`, null if there is none.
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1))]
    pub first_error_line: Option<u64>,
    /// Number of the last such line.
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1))]
    pub last_error_line: Option<u64>,
    /// Distribution of errors and warnings: consecutive sections of about the same number of lines.
    pub density: Vec<LogDensity>,
}

text_enum! {
    /// Encoding of a log.
    LogEncoding {
        /// UTF-8, including ASCII.
        Utf8 = "utf-8",
        /// Windows-1252: any log that is not valid UTF-8.
        Windows1252 = "windows-1252",
    }
}

/// Number of lines by level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LevelCounts {
    /// Of level `critical`.
    pub critical: u64,
    /// Of level `error`.
    pub error: u64,
    /// Of level `warning`.
    pub warning: u64,
    /// Of level `info`.
    pub info: u64,
    /// Of level `debug`.
    pub debug: u64,
}

impl LevelCounts {
    /// Returns the number of lines of a level.
    pub fn of(&self, level: LogLevel) -> u64 {
        match level {
            LogLevel::Critical => self.critical,
            LogLevel::Error => self.error,
            LogLevel::Warning => self.warning,
            LogLevel::Info => self.info,
            LogLevel::Debug => self.debug,
        }
    }
}

/// Number of lines by source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SourceCounts {
    /// Of source `orchestrator`.
    pub orchestrator: u64,
    /// Of source `worker`.
    pub worker: u64,
    /// Of source `build`.
    pub build: u64,
    /// Of source `test_runner`.
    pub test_runner: u64,
    /// Of source `web`.
    pub web: u64,
}

impl SourceCounts {
    /// Returns the number of lines of a source.
    pub fn of(&self, source: LogSource) -> u64 {
        match source {
            LogSource::Orchestrator => self.orchestrator,
            LogSource::Worker => self.worker,
            LogSource::Build => self.build,
            LogSource::TestRunner => self.test_runner,
            LogSource::Web => self.web,
        }
    }
}

/// Counts of one section of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogDensity {
    /// Number of the section's first line.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub first_line: u64,
    /// Number of lines.
    pub lines: u64,
    /// Number of lines of level `error` or `critical`.
    pub errors: u64,
    /// Number of lines of level `warning`.
    pub warnings: u64,
    /// Most severe level.
    pub worst: LogLevel,
}

query! {
    /// Resolution of a log's outline.
    #[derive(Copy)]
    pub struct LogOutlineQuery {
        /// Maximum number of items in `density`.
        pub buckets: u32 = number(0..=LogOutlineQuery::MAX_BUCKETS).or(20),
    }
}

impl LogOutlineQuery {
    /// The maximum number of sections.
    pub const MAX_BUCKETS: u32 = 200;
}

/// A page of matches in a log. A match is a line; a line with several occurrences counts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogSearch {
    /// Number of matches in the first `searched_bytes`; the total once `is_complete` is true.
    pub matches: u64,
    /// Number of bytes searched from the start.
    pub searched_bytes: u64,
    /// Size of the file in bytes.
    pub size_bytes: u64,
    /// Whether the whole file has been searched. Retry while it is false.
    pub is_complete: bool,
    /// The matches of this page, in log order.
    pub data: Vec<LogMatch>,
    /// Continuation. `next_cursor` is null at the end of the log, and while the search has not progressed beyond this page.
    pub pagination: CursorPagination,
}

/// A matching line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogMatch {
    /// Number of the match in the log, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub number: u64,
    /// The line.
    pub line: LogLine,
    /// The first 20 occurrences of `contains` or `regex` in the visible text (`message` without ANSI escape sequences), in order.
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub ranges: Vec<TextRange>,
}

/// A range of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextRange {
    /// Number of characters (Unicode scalar values) before the range.
    pub start: u32,
    /// Number of characters up to the end of the range.
    pub end: u32,
}

query! {
    /// A search through a whole log.
    pub struct LogSearchQuery {
        /// Maximum number of matches to return.
        pub limit: u32 = number(0..=PageQuery::MAX_LIMIT).or(LogSearchQuery::DEFAULT_LIMIT),
        /// Opaque position from a page's `next_cursor`; not together with `from_line` or `from_match`.
        pub cursor: Option<String> = text(LogQuery::MAX_CURSOR),
        /// Matches from this line on; backward, up to it. Not together with `cursor` or `from_match`.
        pub from_line: Option<u64> = number(1..=LogQuery::MAX_LINE),
        /// Matches from this number on, counted from 1; backward, up to it. Not together with `cursor` or `from_line`.
        pub from_match: Option<u64> = number(1..=LogQuery::MAX_LINE),
        /// Search direction; `backward` without a position starts at the end of the log.
        pub direction: Option<LogDirection> = choice().inline(),
        /// What to search for; at least one of the filters is required.
        pub filter: LogFilter = nested(),
    }
    check(LogSearchQuery::check)
}

impl LogSearchQuery {
    /// Default page size.
    pub const DEFAULT_LIMIT: u32 = 20;

    fn check(params: &mut Params) {
        refuse_offset(params);
        exclude(params, &["cursor", "from_line", "from_match"]);
        if ["contains", "regex", "level", "source"]
            .iter()
            .all(|name| params.get(name).is_none())
        {
            params.error("contains", "is required, or one of `regex`, `level` and `source`");
        }
    }
}
