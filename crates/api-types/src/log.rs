//! Build logs: their lines, what is in them as a whole, and searches in them.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::{CursorPagination, PageQuery},
    params::{Params, Query},
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

/// Which lines of a log pass: those for which all of these hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct LogFilter {
    /// Only lines of this level.
    pub level: Option<LogLevel>,
    /// Only lines of this source.
    pub source: Option<LogSource>,
    /// Only lines with this text, whatever its case. ANSI escape sequences are not searched.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 100))]
    pub contains: Option<String>,
    /// Only lines that this regular expression matches somewhere, whatever the case unless it begins with `(?-i)`; not together with
    /// `contains`. The syntax is that of Rust's `regex`: no look-around, no back-references, linear time. ANSI escape sequences are not
    /// searched, and a match never spans lines.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 200))]
    pub regex: Option<String>,
}

impl LogFilter {
    /// The longest text to search for, in characters.
    pub const MAX_CONTAINS: usize = 100;
    /// The longest regular expression, in characters.
    pub const MAX_REGEX: usize = 200;

    /// Whether every line passes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a text is looked for.
    pub fn has_text(&self) -> bool {
        self.contains.is_some() || self.regex.is_some()
    }
}

impl Query for LogFilter {
    fn read(params: &mut Params) -> Self {
        exclude(params, &["contains", "regex"]);
        Self {
            level: params.word("level"),
            source: params.word("source"),
            contains: params.text("contains", Self::MAX_CONTAINS),
            regex: params.text("regex", Self::MAX_REGEX),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let pairs = [
            ("level", self.level.map(|level| level.to_string())),
            ("source", self.source.map(|source| source.to_string())),
            ("contains", self.contains.clone()),
            ("regex", self.regex.clone()),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}

/// A page of lines of a log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct LogQuery {
    /// Maximum number of lines to return.
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, maximum = 100, default = 100, required = false)
    )]
    pub limit: u32,
    /// Opaque position from a page's `next_cursor`; not together with `offset`, `from_line` or `tail`.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 200))]
    pub cursor: Option<String>,
    /// Number of the line to start at, from 1; backward, the page ends with it. Beyond the end of the log, a page forward is empty and
    /// one backward is the last. Not together with `cursor` or `tail`.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 9_007_199_254_740_991_u64))]
    pub from_line: Option<u64>,
    /// The last lines, as many as this; the short form of `direction=backward` with this `limit`. Not together with `cursor`,
    /// `from_line`, `direction` or `limit`.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100))]
    pub tail: Option<u32>,
    /// Which way to read; `backward` without a place starts at the end of the log.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub direction: Option<LogDirection>,
    /// How many lines before and after each line that passes the filters to give with it; they count towards `limit`. Without a
    /// filter it has no effect.
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 0, maximum = 10, default = 0, required = false)
    )]
    pub context: u32,
    /// Which lines pass.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub filter: LogFilter,
}

impl LogQuery {
    /// The longest cursor, in characters.
    pub const MAX_CURSOR: usize = 200;
    /// The largest number of a line that every reader of JSON takes exactly.
    pub const MAX_LINE: u64 = (1 << 53) - 1;
    /// The most lines around a match, on either side.
    pub const MAX_CONTEXT: u32 = 10;

    /// The limit and direction in force, those that `tail` stands for included.
    pub fn extent(&self) -> (u32, LogDirection) {
        self.tail.map_or(
            (self.limit, self.direction.unwrap_or(LogDirection::Forward)),
            |lines| (lines, LogDirection::Backward),
        )
    }
}

impl Default for LogQuery {
    fn default() -> Self {
        Self {
            limit: PageQuery::MAX_LIMIT,
            cursor: None,
            from_line: None,
            tail: None,
            direction: None,
            context: 0,
            filter: LogFilter::default(),
        }
    }
}

impl Query for LogQuery {
    fn read(params: &mut Params) -> Self {
        refuse_offset(params);
        exclude(params, &["cursor", "from_line", "tail"]);
        exclude(params, &["tail", "direction"]);
        exclude(params, &["tail", "limit"]);
        Self {
            limit: params
                .number("limit", 1, PageQuery::MAX_LIMIT)
                .unwrap_or(PageQuery::MAX_LIMIT),
            cursor: params.text("cursor", Self::MAX_CURSOR),
            from_line: params.number("from_line", 1, Self::MAX_LINE),
            tail: params.number("tail", 1, PageQuery::MAX_LIMIT),
            direction: params.word("direction"),
            context: params.number("context", 0, Self::MAX_CONTEXT).unwrap_or(0),
            filter: LogFilter::read(params),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let pairs = [
            (
                "limit",
                (self.limit != PageQuery::MAX_LIMIT).then(|| self.limit.to_string()),
            ),
            ("cursor", self.cursor.clone()),
            ("from_line", self.from_line.map(|line| line.to_string())),
            ("tail", self.tail.map(|lines| lines.to_string())),
            ("direction", self.direction.map(|direction| direction.to_string())),
            ("context", (self.context != 0).then(|| self.context.to_string())),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
        self.filter.write(out);
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
        params.fault("offset", fault);
    }
}

/// Notes a fault where more than one of these parameters is given: the first that is names the fault of the others.
fn exclude(params: &mut Params, names: &[&'static str]) {
    let mut given = names.iter().filter(|name| params.get(name).is_some()).copied();
    let Some(first) = given.next() else { return };
    for other in given.collect::<Vec<_>>() {
        params.fault(other, format!("must not be given together with `{first}`"));
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

/// In how many pieces a log is outlined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct LogOutlineQuery {
    /// The most pieces of `density`.
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 0, maximum = 200, default = 20, required = false)
    )]
    pub buckets: u32,
}

impl LogOutlineQuery {
    /// The finest outline.
    pub const MAX_BUCKETS: u32 = 200;
}

impl Default for LogOutlineQuery {
    fn default() -> Self {
        Self { buckets: 20 }
    }
}

impl Query for LogOutlineQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            buckets: params
                .number("buckets", 0, Self::MAX_BUCKETS)
                .unwrap_or(Self::default().buckets),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        if *self != Self::default() {
            out.push(("buckets", self.buckets.to_string()));
        }
    }
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

/// A search through a whole log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct LogSearchQuery {
    /// Maximum number of matches to return.
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 0, maximum = 100, default = 20, required = false)
    )]
    pub limit: u32,
    /// Opaque position from a page's `next_cursor`; not together with `from_line` or `from_match`.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 200))]
    pub cursor: Option<String>,
    /// Matches from this line on; backward, up to it. Not together with `cursor` or `from_match`.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 9_007_199_254_740_991_u64))]
    pub from_line: Option<u64>,
    /// Matches from the how-manieth on, from 1; backward, up to it. Not together with `cursor` or `from_line`.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 9_007_199_254_740_991_u64))]
    pub from_match: Option<u64>,
    /// Which way to go; `backward` without a place starts at the end of the log.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub direction: Option<LogDirection>,
    /// What is looked for; at least one of its parts.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub filter: LogFilter,
}

impl LogSearchQuery {
    /// Matches of a page that nobody has asked a size of.
    pub const DEFAULT_LIMIT: u32 = 20;
}

impl Query for LogSearchQuery {
    fn read(params: &mut Params) -> Self {
        refuse_offset(params);
        exclude(params, &["cursor", "from_line", "from_match"]);
        let filter = LogFilter::read(params);
        if ["contains", "regex", "level", "source"]
            .iter()
            .all(|name| params.get(name).is_none())
        {
            params.fault("contains", "is required, or one of `regex`, `level` and `source`");
        }
        Self {
            limit: params
                .number("limit", 0, PageQuery::MAX_LIMIT)
                .unwrap_or(Self::DEFAULT_LIMIT),
            cursor: params.text("cursor", LogQuery::MAX_CURSOR),
            from_line: params.number("from_line", 1, LogQuery::MAX_LINE),
            from_match: params.number("from_match", 1, LogQuery::MAX_LINE),
            direction: params.word("direction"),
            filter,
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let pairs = [
            (
                "limit",
                (self.limit != Self::DEFAULT_LIMIT).then(|| self.limit.to_string()),
            ),
            ("cursor", self.cursor.clone()),
            ("from_line", self.from_line.map(|line| line.to_string())),
            ("from_match", self.from_match.map(|number| number.to_string())),
            ("direction", self.direction.map(|direction| direction.to_string())),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
        self.filter.write(out);
    }
}
