//! Build logs: their lines, what is in them as a whole, and searches in them.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::{CursorPagination, PageQuery},
    params::Params,
    query::query,
    text_enum::text_enum,
};

text_enum! {
    /// How bad a line is; an earlier one is worse.
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
    /// Which program wrote a line, by the first of these words found in it.
    LogSource {
        /// The platform's scheduler.
        Orchestrator = "orchestrator",
        /// The worker on the virtual machine.
        Worker = "worker",
        /// Compiling.
        Build = "build",
        /// Running the tests.
        TestRunner = "test_runner",
        /// The platform's web server, and every line that names none of the others.
        Web = "web",
    }
}

text_enum! {
    /// Which way a page of a log is read.
    LogDirection {
        /// Towards the end.
        Forward = "forward",
        /// Towards the start; the lines of a page still come in the order of the log.
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
    /// Time that the line itself carries.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub timestamp: Option<Timestamp>,
    /// How bad it is.
    pub level: LogLevel,
    /// Who wrote it.
    pub source: LogSource,
    /// The line without its end, cut at 4,000 characters. ANSI escape sequences are kept.
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    pub message: String,
    /// Whether `message` was cut.
    pub truncated: bool,
    /// Numeric run ID.
    pub run_id: i32,
    /// Always null: a build log does not say which sample a line is about.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Whether the line is here for the sake of a neighbour that the filters let through, and would not be itself.
    pub is_context: bool,
}

/// One page of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogPage {
    /// The lines of this page, in the order of the log.
    pub data: Vec<LogLine>,
    /// How to go on.
    pub pagination: CursorPagination,
    /// The lines that were looked at for this page, those between that do not match included; null where there were none. A page of a
    /// filtered log ends where looking for matches has taken long: with fewer lines than asked for, or none, and a cursor that goes on.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub examined: Option<LineRange>,
}

/// Some lines of a log, both ends included.
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

    /// Whether every line passes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a text is looked for.
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
    /// The largest number of a line that every reader of JSON takes exactly.
    pub const MAX_LINE: u64 = (1 << 53) - 1;
    /// The most lines around a match, on either side.
    pub const MAX_CONTEXT: u32 = 10;

    fn check(params: &mut Params) {
        refuse_offset(params);
        exclude(params, &["cursor", "from_line", "tail"]);
        exclude(params, &["tail", "direction"]);
        exclude(params, &["tail", "limit"]);
    }

    /// The limit and direction in force, those that `tail` stands for included.
    pub fn extent(&self) -> (u32, LogDirection) {
        self.tail.map_or(
            (self.limit, self.direction.unwrap_or(LogDirection::Forward)),
            |lines| (lines, LogDirection::Backward),
        )
    }
}

/// Logs are paged by position: counting items from the start would read all of them.
fn refuse_offset(params: &mut Params) {
    if params.get("offset").is_some() {
        let fault = if params.get("cursor").is_some() {
            "must not be given together with `cursor`"
        } else {
            "is not known here: logs are paged with `cursor`"
        };
        params.error("offset", fault);
    }
}

/// Notes a fault where more than one of these parameters is given: the first that is names the fault of the others.
fn exclude(params: &mut Params, names: &[&'static str]) {
    let mut given = names.iter().filter(|name| params.get(name).is_some()).copied();
    let Some(first) = given.next() else { return };
    for other in given.collect::<Vec<_>>() {
        params.error(other, format!("must not be given together with `{first}`"));
    }
}

/// What is in a log as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogOutline {
    /// Numeric run ID.
    pub run_id: i32,
    /// Name of the store that has the file: `local`, `gcs`.
    #[cfg_attr(feature = "openapi", schema(max_length = 20))]
    pub store: String,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// When it was last written.
    pub last_modified: Timestamp,
    /// Whether more lines may follow: the run has not finished.
    pub is_growing: bool,
    /// Bytes from the start that have been gone through. What follows counts these; ask again while `is_complete` is false.
    pub indexed_bytes: u64,
    /// Whether the whole file has been gone through.
    pub is_complete: bool,
    /// How the text is encoded, as far as it has been gone through: `utf-8` or `windows-1252`.
    pub encoding: LogEncoding,
    /// Lines.
    pub lines: u64,
    /// Lines of each level.
    pub levels: LevelCounts,
    /// Lines of each source.
    pub sources: SourceCounts,
    /// Number of the first line of level `error` or `critical`, null without one.
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1))]
    pub first_error_line: Option<u64>,
    /// Number of the last such line.
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1))]
    pub last_error_line: Option<u64>,
    /// The log in pieces of about the same number of lines, in order, without gaps: where in it the errors are.
    pub density: Vec<LogDensity>,
}

text_enum! {
    /// How the text of a log is encoded.
    LogEncoding {
        /// UTF-8, ASCII included.
        Utf8 = "utf-8",
        /// Windows-1252: everything that is not UTF-8 as a whole.
        Windows1252 = "windows-1252",
    }
}

/// How many lines there are of each level.
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
    /// Lines of one level.
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

/// How many lines there are of each source.
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
    /// Lines of one source.
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

/// What is in one piece of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogDensity {
    /// Number of the piece's first line.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub first_line: u64,
    /// Lines in it.
    pub lines: u64,
    /// Those of level `error` or `critical`.
    pub errors: u64,
    /// Those of level `warning`.
    pub warnings: u64,
    /// The worst level in it.
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
    /// The finest outline.
    pub const MAX_BUCKETS: u32 = 200;
}

/// A page of a search through a whole log. Matches are lines: one that matches several times counts once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogSearch {
    /// Lines that match among the first `searched_bytes`: exactly all there are once `is_complete`.
    pub matches: u64,
    /// Bytes from the start that have been searched.
    pub searched_bytes: u64,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// Whether the whole file has been searched. While it is false the search goes on; ask again.
    pub is_complete: bool,
    /// The matches of this page, in the order of the log.
    pub data: Vec<LogMatch>,
    /// How to go on. `next_cursor` is null at the end of the log, and where the search has not got further.
    pub pagination: CursorPagination,
}

/// A line that matches a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogMatch {
    /// The how-manieth match of the log it is, from 1.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub number: u64,
    /// The line.
    pub line: LogLine,
    /// Where in the line's visible text (`message` without ANSI escape sequences) `contains` or `regex` was found: the first 20 places,
    /// in order, as far as the message goes.
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub ranges: Vec<TextRange>,
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextRange {
    /// Characters (Unicode scalar values) before it.
    pub start: u32,
    /// Characters up to its end.
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
    /// Matches of a page that nobody has asked a size of.
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
