//! The rules as regular expressions. Level words are ASCII (`(?-u)` excludes ſ, which is an s in Unicode);
//! the letters and spaces around them are those of Unicode.

use std::sync::LazyLock;

use regex::Regex;
use runlens_terminal::{Encoding, visible_text};

use crate::{
    limits::Limits,
    line::end_length,
    model::{Counts, Level, Source},
};

pub(super) fn source(line: &str) -> Source {
    let line = line.to_ascii_lowercase();
    Source::ALL
        .iter()
        .copied()
        .find(|source| line.contains(source.as_str()))
        .unwrap_or(Source::Web)
}

pub(super) fn level(line: &str) -> Level {
    explicit_level(line)
        .or_else(|| worst_word(line))
        .unwrap_or(Level::Info)
}

fn explicit_level(line: &str) -> Option<Level> {
    static START: LazyLock<Regex> = LazyLock::new(|| {
        compile(
            r#"(?xi) ^ \s*
        (?: (?: \w+ = )? ["'\[(]? (?: [0-9]{4}-[0-9]{2}-[0-9]{2} [T\ ] )? [0-9]{2}:[0-9]{2}:[0-9]{2} [0-9.,:+Z-]* ["'\])]? [\s|:,-]* )?
        (?: (?: \[ [^\]]* \] | \( [^)]* \) ) [\s|:,-]* )*?
        [\[(]? \s* (?: (?: level | lvl | (?-u:severity) ) \s* = \s* )? ["']?
        ( critical | fatal | error | warning | warn | info | debug | trace )
        (?: $ | [\s:,;!|"'\[\])>] )"#,
        )
    });
    let word = START.captures(line)?.get(1)?.as_str().to_ascii_lowercase();
    Some(match word.as_str() {
        "critical" | "fatal" => Level::Critical,
        "error" => Level::Error,
        "warning" | "warn" => Level::Warning,
        "debug" | "trace" => Level::Debug,
        _ => Level::Info,
    })
}

fn worst_word(line: &str) -> Option<Level> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| compile(r"(?i)(\w+(?:[.-]\w+)*)(?:\((?-u:s)\))?"));
    let mut worst: Option<Level> = None;
    // A level word that a count can still follow.
    let mut pending: Option<Level> = None;
    let (mut is_zero, mut end) = (false, 0);
    for word in WORD.captures_iter(line) {
        let Some((whole, text)) = word.get(0).zip(word.get(1)) else {
            continue;
        };
        let gap = &line[end..whole.start()];
        end = whole.end();
        let text = text.as_str().to_ascii_lowercase();
        let is_count_of_pending = matches!(gap.trim(), ":" | "=") && text == "0";
        if let Some(level) = pending.take().filter(|_| !is_count_of_pending) {
            worst = worse(worst, level);
        }
        is_zero &= gap.chars().all(|c| c.is_whitespace() || c == '/');
        let found = match text.as_str() {
            "critical" | "fatal" => Some(Level::Critical),
            "error" | "errors" => Some(Level::Error),
            "warning" | "warnings" => Some(Level::Warning),
            _ => None,
        };
        match (found, text.as_str()) {
            (Some(level), _) => pending = (!is_zero).then_some(level),
            (None, "0" | "no" | "zero" | "without") => is_zero = true,
            (None, "any" | "or" | "and" | "nor") => {}
            (None, _) => is_zero = false,
        }
    }
    pending.map_or(worst, |level| worse(worst, level))
}

fn worse(worst: Option<Level>, level: Level) -> Option<Level> {
    // The most severe level is the smallest.
    Some(worst.map_or(level, |worst| worst.min(level)))
}

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// Counts line by line.
pub(super) fn tally(buffer: &[u8], encoding: Encoding, is_file_start: bool) -> Counts {
    let mut counts = Counts::default();
    for (index, raw) in buffer.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let mut bytes = &raw[..raw.len() - end_length(raw)];
        if is_file_start && index == 0 && encoding == Encoding::Utf8 {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        let text = encoding.decode(&bytes[..bytes.len().min(Limits::DEFAULT.max_line_bytes as usize)]);
        let visible = visible_text(&text);
        counts.levels[Level::ALL
            .iter()
            .position(|known| *known == level(&visible))
            .expect("a level")] += 1;
        counts.sources[Source::ALL
            .iter()
            .position(|known| *known == source(&visible))
            .expect("a source")] += 1;
    }
    counts
}
