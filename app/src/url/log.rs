//! Addresses of a log: which lines are shown, and which of them are pointed at.

use runlens_api_types::{
    Query,
    log::{LineRange, LogFilter, LogLevel, LogQuery, LogSource},
    params::Params,
};

/// What the page of a log is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogAddress {
    /// Lines that are pointed at.
    pub lines: Option<LineRange>,
    /// Line to start at, without pointing at it.
    pub from_line: Option<u64>,
    /// Line that passes the filter to start at, counted from 1.
    pub from_match: Option<u64>,
    /// Whether to show the end.
    pub is_end: bool,
    /// Only lines of this level.
    pub level: Option<LogLevel>,
    /// Only lines of this source.
    pub source: Option<LogSource>,
    /// Only lines with this text.
    pub contains: Option<String>,
    /// Text that is looked for among all lines.
    pub find: Option<String>,
    /// Whether the text is a regular expression.
    pub is_regex: bool,
}

impl LogAddress {
    /// What lines pass.
    pub fn filter(&self) -> LogFilter {
        text_filter(
            self.contains.clone(),
            self.is_regex,
            LogFilter {
                level: self.level,
                source: self.source,
                ..LogFilter::default()
            },
        )
    }

    /// What is looked for among the lines that pass; none where the filter is for a text already.
    pub fn search(&self) -> Option<LogFilter> {
        let text = self.find.clone().filter(|_| self.contains.is_none())?;
        Some(text_filter(Some(text), self.is_regex, self.filter()))
    }

    /// The same lines without a place among them.
    pub fn placeless(&self) -> Self {
        Self {
            lines: None,
            from_line: None,
            from_match: None,
            is_end: false,
            ..self.clone()
        }
    }

    /// The address of some lines, those around them included, whatever is filtered.
    pub fn permalink(run: i32, lines: LineRange) -> String {
        let address = Self {
            lines: Some(lines),
            ..Self::default()
        };
        format!("{}{}", super::log(run, &address), fragment(lines))
    }

    /// With some lines pointed at.
    pub fn pointing(&self, lines: LineRange) -> Self {
        Self {
            lines: Some(lines),
            ..self.placeless()
        }
    }
}

fn text_filter(text: Option<String>, is_regex: bool, rest: LogFilter) -> LogFilter {
    let (contains, regex) = if is_regex { (None, text) } else { (text, None) };
    LogFilter {
        contains,
        regex,
        ..rest
    }
}

impl Query for LogAddress {
    fn read(params: &mut Params) -> Self {
        let is_regex = params.get("mode") == Some("regex");
        let max = if is_regex {
            LogFilter::MAX_REGEX
        } else {
            LogFilter::MAX_CONTAINS
        };
        let lines = params.text_where(
            "line",
            "the number of a line such as 120, or two such as 120-140",
            |text| range(text).is_some(),
        );
        Self {
            lines: lines.as_deref().and_then(range),
            from_line: params.number("from_line", 1, LogQuery::MAX_LINE),
            from_match: params.number("from_match", 1, LogQuery::MAX_LINE),
            is_end: params.get("at") == Some("end"),
            level: params.parse_enum("level"),
            source: params.parse_enum("source"),
            contains: params.text("contains", max),
            find: params.text("find", max),
            is_regex,
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let has_text = self.contains.is_some() || self.find.is_some();
        let pairs = [
            ("level", self.level.map(|level| level.to_string())),
            ("source", self.source.map(|source| source.to_string())),
            ("contains", self.contains.clone()),
            ("find", self.find.clone()),
            ("mode", (self.is_regex && has_text).then(|| "regex".to_owned())),
            ("line", self.lines.map(words)),
            ("from_line", self.from_line.map(|line| line.to_string())),
            ("from_match", self.from_match.map(|number| number.to_string())),
            ("at", self.is_end.then(|| "end".to_owned())),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
    }
}

fn words(lines: LineRange) -> String {
    if lines.first == lines.last {
        lines.first.to_string()
    } else {
        format!("{}-{}", lines.first, lines.last)
    }
}

/// `120` or `120-140`; the other way round is the same.
fn range(text: &str) -> Option<LineRange> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (line(first)?, line(last)?);
    Some(LineRange {
        first: first.min(last),
        last: first.max(last),
    })
}

fn line(text: &str) -> Option<u64> {
    let line = text
        .parse::<u64>()
        .ok()
        .filter(|line| (1..=LogQuery::MAX_LINE).contains(line));
    line.filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `#L120-L140`.
pub fn fragment(lines: LineRange) -> String {
    if lines.first == lines.last {
        format!("#L{}", lines.first)
    } else {
        format!("#L{}-L{}", lines.first, lines.last)
    }
}

/// The lines that a fragment points at: `#L120`, `#L120-L140`, `#L120-140`.
pub fn read_fragment(hash: &str) -> Option<LineRange> {
    let (first, last) = hash
        .strip_prefix("#L")?
        .split_once('-')
        .map_or((hash.strip_prefix("#L")?, None), |(first, last)| {
            (first, Some(last))
        });
    let last = last.map_or(first, |last| last.strip_prefix('L').unwrap_or(last));
    range(&format!("{first}-{last}"))
}

/// What somebody types to go to a line: `118,403`, `L120`, `120-140`.
pub fn read_typed(text: &str) -> Option<LineRange> {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, ',' | ' ' | '_' | '.' | '#' | 'L' | 'l'))
        .collect();
    range(&plain)
}

#[cfg(test)]
mod tests {
    use runlens_api_types::log::{LineRange, LogFilter, LogLevel, LogSource};

    use super::{LogAddress, fragment, read_fragment, read_typed};
    use crate::url;
    use runlens_api_types::Query;

    fn lines(first: u64, last: u64) -> LineRange {
        LineRange { first, last }
    }

    #[test]
    fn an_address_of_a_log_survives_the_way_through_a_link() {
        let address = LogAddress {
            lines: Some(lines(120, 140)),
            level: Some(LogLevel::Warning),
            source: Some(LogSource::Worker),
            find: Some("a b&c".to_owned()),
            is_regex: true,
            ..LogAddress::default()
        };
        assert_eq!(
            address.to_query_string(),
            "?level=warning&source=worker&find=a%20b%26c&mode=regex&line=120-140"
        );
        assert_eq!(url::read::<LogAddress>(&address.to_query_string()), Ok(address));
        for at in [
            LogAddress {
                is_end: true,
                ..LogAddress::default()
            },
            LogAddress {
                from_line: Some(7),
                ..LogAddress::default()
            },
            LogAddress {
                from_match: Some(101),
                contains: Some("x".to_owned()),
                ..LogAddress::default()
            },
        ] {
            assert_eq!(url::read::<LogAddress>(&at.to_query_string()), Ok(at));
        }
    }

    #[test]
    fn a_link_to_lines_carries_them_twice_and_no_filter() {
        assert_eq!(
            LogAddress::permalink(7, lines(120, 140)),
            "/runs/7/logs?line=120-140#L120-L140"
        );
        assert_eq!(
            LogAddress::permalink(7, lines(120, 120)),
            "/runs/7/logs?line=120#L120"
        );
    }

    #[test]
    fn a_fragment_points_at_lines() {
        for (hash, expected) in [
            ("#L120", Some(lines(120, 120))),
            ("#L120-L140", Some(lines(120, 140))),
            ("#L140-L120", Some(lines(120, 140))),
            ("#L120-140", Some(lines(120, 140))),
            ("#L0", None),
            ("#L", None),
            ("#L1-", None),
            ("#L1-L2-L3", None),
            ("#main", None),
            ("", None),
        ] {
            assert_eq!(read_fragment(hash), expected, "{hash}");
        }
        assert_eq!(read_fragment(&fragment(lines(3, 9))), Some(lines(3, 9)));
    }

    #[test]
    fn a_line_may_be_typed_as_it_is_read() {
        for (text, expected) in [
            ("118,403", Some(lines(118_403, 118_403))),
            (" 120 - 140 ", Some(lines(120, 140))),
            ("#L7", Some(lines(7, 7))),
            ("x", None),
            ("", None),
            ("-5", None),
        ] {
            assert_eq!(read_typed(text), expected, "{text}");
        }
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        for text in ["0", "x", "1-x", "9007199254740992", "+5"] {
            let body = url::read::<LogAddress>(&format!("line={text}")).expect_err(text);
            assert!(body.details["fields"]["line"].is_string(), "{text}");
        }
    }

    #[test]
    fn a_search_looks_among_the_lines_that_pass_unless_they_pass_by_a_text() {
        let address = |contains: Option<&str>| LogAddress {
            level: Some(LogLevel::Error),
            contains: contains.map(str::to_owned),
            find: Some("timed out".to_owned()),
            ..LogAddress::default()
        };
        let search = LogFilter {
            level: Some(LogLevel::Error),
            contains: Some("timed out".to_owned()),
            ..LogFilter::default()
        };
        assert_eq!(address(None).search(), Some(search));
        assert_eq!(address(Some("x")).search(), None);
        assert!(
            LogAddress {
                is_regex: true,
                ..address(Some("x"))
            }
            .filter()
            .regex
            .is_some()
        );
    }
}
