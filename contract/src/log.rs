//! Build logs, line by line.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::PageQuery,
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
}

/// Which lines of a log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct LogQuery {
    /// Maximum number of lines to return.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 100, default = 100, required = false))]
    pub limit: u32,
    /// Opaque position from a page's `next_cursor`; not together with `offset`.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 200))]
    pub cursor: Option<String>,
    /// Which way to read; `backward` without a cursor starts at the end of the log.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub direction: Option<LogDirection>,
    /// Only lines of this level.
    pub level: Option<LogLevel>,
    /// Only lines of this source.
    pub source: Option<LogSource>,
    /// Only lines with this text, whatever its case. ANSI escape sequences are not searched.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 100))]
    pub contains: Option<String>,
}

impl LogQuery {
    /// The longest text to search for, in characters.
    pub const MAX_CONTAINS: usize = 100;
    /// The longest cursor, in characters.
    pub const MAX_CURSOR: usize = 200;

    /// Whether some lines are left out.
    pub fn is_filtered(&self) -> bool {
        self.level.is_some() || self.source.is_some() || self.contains.is_some()
    }
}

impl Default for LogQuery {
    fn default() -> Self {
        Self { limit: PageQuery::MAX_LIMIT, cursor: None, direction: None, level: None, source: None, contains: None }
    }
}

impl Query for LogQuery {
    fn read(params: &mut Params) -> Self {
        if params.get("offset").is_some() {
            let fault = if params.get("cursor").is_some() {
                "must not be given together with `cursor`"
            } else {
                "is not known here: logs are paged with `cursor`"
            };
            params.fault("offset", fault);
        }
        Self {
            limit: params.number("limit", 1, PageQuery::MAX_LIMIT).unwrap_or(PageQuery::MAX_LIMIT),
            cursor: params.text("cursor", Self::MAX_CURSOR),
            direction: params.word("direction"),
            level: params.word("level"),
            source: params.word("source"),
            contains: params.text("contains", Self::MAX_CONTAINS),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let pairs = [
            ("limit", (self.limit != PageQuery::MAX_LIMIT).then(|| self.limit.to_string())),
            ("cursor", self.cursor.clone()),
            ("direction", self.direction.map(|v| v.to_string())),
            ("level", self.level.map(|v| v.to_string())),
            ("source", self.source.map(|v| v.to_string())),
            ("contains", self.contains.clone()),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}
