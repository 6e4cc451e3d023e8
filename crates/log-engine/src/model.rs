//! Queries and results.

use std::{fmt, ops::Range};

use runlens_terminal::Encoding;
use time::OffsetDateTime;

macro_rules! word_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $(#[$meta])*
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name in lower case.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

word_enum! {
    /// Severity of a line, most severe first.
    Level {
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

word_enum! {
    /// Program that wrote a line: the first value of this list whose name occurs in the line, ignoring case.
    Source {
        /// Schedules runs.
        Orchestrator = "orchestrator",
        /// Runs on the test machine.
        Worker = "worker",
        /// Compiles.
        Build = "build",
        /// Executes tests.
        TestRunner = "test_runner",
        /// Every line that contains none of the other names.
        Web = "web",
    }
}

word_enum! {
    /// Reading direction of a page. Lines are returned in the order of the log either way.
    Direction {
        /// Towards the end.
        Forward = "forward",
        /// Towards the start.
        Backward = "backward",
    }
}

/// Conditions that a line has to meet, all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Filter {
    /// Level of the line.
    pub level: Option<Level>,
    /// Source of the line.
    pub source: Option<Source>,
    /// Text in the line, ignoring case.
    pub contains: Option<String>,
    /// Regular expression that matches in the line, ignoring case unless it contains `(?-i)`. Ignored if
    /// `contains` is set.
    pub regex: Option<String>,
}

impl Filter {
    /// Returns whether every line matches.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether the text of lines is searched.
    pub(crate) fn has_text(&self) -> bool {
        self.contains.is_some() || self.regex.is_some()
    }
}

/// Parameters of a page of lines.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageQuery {
    /// Maximum number of lines, context included.
    pub limit: u32,
    /// Cursor of an earlier page.
    pub cursor: Option<String>,
    /// Number of the line at which the page starts, from 1; backward, its last line. Ignored if there is a
    /// cursor.
    pub from_line: Option<u64>,
    /// Reading direction. Backward without a cursor or line starts at the end of the log.
    pub direction: Direction,
    /// Number of lines to return before and after each match of a filter.
    pub context: u32,
    /// Which lines match.
    pub filter: Filter,
}

impl Default for PageQuery {
    fn default() -> Self {
        Self {
            limit: 100,
            cursor: None,
            from_line: None,
            direction: Direction::Forward,
            context: 0,
            filter: Filter::default(),
        }
    }
}

/// Parameters of a page of matches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SearchQuery {
    /// Maximum number of matches.
    pub limit: u32,
    /// Cursor of an earlier page.
    pub cursor: Option<String>,
    /// Number of the first line to return matches from, from 1; backward, of the last line. Ignored if there
    /// is a cursor.
    pub from_line: Option<u64>,
    /// Number of the first match to return, from 1; backward, of the last match. Ignored if there is a cursor
    /// or line.
    pub from_match: Option<u64>,
    /// Reading direction. Backward without a start begins at the end of the log.
    pub direction: Direction,
    /// Which lines match.
    pub filter: Filter,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Number of the line, from 1.
    pub number: u64,
    /// First timestamp near the start of the line, in UTC.
    pub timestamp: Option<OffsetDateTime>,
    /// Severity.
    pub level: Level,
    /// Program that wrote the line.
    pub source: Source,
    /// Text without the line ending, at most 4,000 characters. Escape sequences are included.
    pub message: String,
    /// Whether the line is longer than `message`.
    pub is_truncated: bool,
    /// Whether the line is only included as context of a match.
    pub is_context: bool,
}

/// Line numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRange {
    /// First line.
    pub first: u64,
    /// Last line.
    pub last: u64,
}

/// A page of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The lines, in the order of the log.
    pub lines: Vec<Line>,
    /// The lines that were read for this page, those that do not match included. `None` if there were none.
    pub examined: Option<LineRange>,
    /// Cursor of the next page in the same direction. `None` if no line follows.
    pub next_cursor: Option<String>,
    /// Whether the same query can have another result later, although the file has not changed: the page was
    /// cut by [`Limits::scan_timeout`](crate::Limits), or the encoding is not known yet.
    pub is_provisional: bool,
}

/// A line that matches a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Number of the match in the log, from 1.
    pub number: u64,
    /// The line.
    pub line: Line,
    /// Ranges of characters of the line's visible text that match: the first 20, as far as the message goes.
    pub ranges: Vec<Range<u32>>,
}

/// A page of matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// Matches in the first `searched_bytes` of the log.
    pub total_matches: u64,
    /// Number of bytes that have been searched.
    pub searched_bytes: u64,
    /// Whether the whole file has been searched. If not, the search continues in the background.
    pub is_complete: bool,
    /// The matches of this page, in the order of the log.
    pub matches: Vec<Match>,
    /// Cursor of the next page in the same direction. `None` at the end of the log, and if nothing more has
    /// been searched yet.
    pub next_cursor: Option<String>,
}

/// Summary of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// Number of bytes that have been indexed. The other fields describe these.
    pub indexed_bytes: u64,
    /// Whether the whole file has been indexed.
    pub is_complete: bool,
    /// Encoding of the text.
    pub encoding: Encoding,
    /// Number of lines by level and source.
    pub counts: Counts,
    /// Number of the first line of level error or critical.
    pub first_error_line: Option<u64>,
    /// Number of the last line of level error or critical.
    pub last_error_line: Option<u64>,
    /// The log in sections of about the same number of lines, in order and without gaps.
    pub sections: Vec<OutlineSection>,
}

/// Consecutive lines of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlineSection {
    /// Number of the first line.
    pub first_line: u64,
    /// Number of lines.
    pub lines: u64,
    /// Lines of level error or critical.
    pub errors: u64,
    /// Lines of level warning.
    pub warnings: u64,
    /// Most severe level.
    pub worst: Level,
}

/// Number of lines by level and by source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the order of [`Level::ALL`].
    pub(crate) levels: [u64; Level::ALL.len()],
    /// In the order of [`Source::ALL`].
    pub(crate) sources: [u64; Source::ALL.len()],
}

impl Counts {
    /// No lines.
    pub(crate) const ZERO: Self = Self {
        levels: [0; Level::ALL.len()],
        sources: [0; Source::ALL.len()],
    };

    /// Lines of one level.
    pub fn level(&self, level: Level) -> u64 {
        self.levels[level as usize]
    }

    /// Lines of one source.
    pub fn source(&self, source: Source) -> u64 {
        self.sources[source as usize]
    }

    /// Lines of level error or critical.
    pub fn errors(&self) -> u64 {
        self.level(Level::Critical) + self.level(Level::Error)
    }

    /// All lines.
    pub fn lines(&self) -> u64 {
        // Every line has exactly one level.
        self.levels.iter().sum()
    }

    #[cfg(test)]
    pub(crate) fn add(&mut self, level: Level, source: Source) {
        self.levels[level as usize] += 1;
        self.sources[source as usize] += 1;
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.levels
            .iter_mut()
            .zip(other.levels)
            .for_each(|(sum, count)| *sum += count);
        self.sources
            .iter_mut()
            .zip(other.sources)
            .for_each(|(sum, count)| *sum += count);
    }
}
