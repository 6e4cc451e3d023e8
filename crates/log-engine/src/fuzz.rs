//! What fuzzing asks of the log engine: whatever bytes a log has, and wherever its blocks, pieces and pages end, the engine says what the
//! naive reader says.

use std::{slice, sync::Arc, time::Duration};

use runlens_api_types::{
    TextEnum as _,
    log::{LogDirection, LogFilter, LogLevel, LogQuery, LogSearchQuery, LogSource},
};

use super::{
    Limits, LogCache, finder,
    matcher::Matcher,
    matches::MatchCache,
    naive::{RUN, encoding_of, found, naive, naive_lines, page_of, run},
    outline,
};

const CONTAINS: [&str; 6] = ["err", "é", "s", "0 e", "k", "\0"];
const REGEXES: [&str; 8] = ["err|warn", r"^\[", r"\d e", "r.*t", "^$", r"s\b", ".", "(?-i)E"];

/// Bytes that decide what is asked: the others are the log.
const ASKED: usize = 12;

/// Reads a log forward and backward by pages, searches it and outlines it, and holds all of it to the naive reader.
///
/// # Panics
/// Where they differ.
pub fn check_log(data: &[u8]) {
    let Some((asked, content)) = data.split_first_chunk::<ASKED>() else {
        return;
    };
    let mut asked = Choices(asked.iter());
    let limits = Limits {
        first_read: asked.number(1, 40),
        max_read: asked.number(4, 40),
        max_line: asked.number(1, 120),
        block: asked.number(1, 80),
        piece: asked.number(1, 200),
        budget: Duration::MAX,
        ..Limits::DEFAULT
    };
    let text = asked.number(0, 2);
    let filter = LogFilter {
        level: asked.one_of(LogLevel::ALL),
        source: asked.one_of(LogSource::ALL),
        contains: asked.one_of(&CONTAINS).filter(|_| text == 1).map(str::to_owned),
        regex: asked.one_of(&REGEXES).filter(|_| text == 2).map(str::to_owned),
    };
    let query = LogQuery {
        limit: asked.number(1, 20) as u32,
        context: asked.number(0, 3) as u32,
        filter,
        ..LogQuery::default()
    };
    check_pages(content, &query, limits);
    check_whole(content, &query.filter, limits);
}

fn check_pages(content: &[u8], query: &LogQuery, limits: Limits) {
    let (cache, file, expected) = (
        LogCache::new(limits),
        found(content),
        naive(content, query, limits),
    );
    for direction in LogDirection::ALL {
        let (mut query, mut pages) = (
            LogQuery {
                direction: Some(*direction),
                ..query.clone()
            },
            Vec::new(),
        );
        loop {
            let page = page_of(&cache, &file, &query).expect("a page").page;
            query.cursor = page.pagination.next_cursor;
            pages.push(page.data);
            if query.cursor.is_none() {
                break;
            }
            assert!(pages.len() <= expected.len(), "each page goes on");
        }
        if *direction == LogDirection::Backward {
            pages.reverse();
        }
        assert_eq!(pages.concat(), expected, "{direction}");
    }
}

fn check_whole(content: &[u8], filter: &LogFilter, limits: Limits) {
    let (cache, file) = (LogCache::new(limits), found(content));
    let lines = naive_lines(
        content,
        &LogQuery {
            filter: filter.clone(),
            ..LogQuery::default()
        },
        limits,
    );
    let outline = run(outline::outline(&cache, &file, RUN, false, &Default::default())).expect("an outline");
    assert!(outline.is_complete);
    assert_eq!(outline.encoding, encoding_of(content).into());
    assert_eq!(outline.lines, lines.len() as u64);
    for level in LogLevel::ALL {
        assert_eq!(
            outline.levels.of(*level),
            lines.iter().filter(|(line, _)| line.level == *level).count() as u64,
            "{level}"
        );
    }
    for source in LogSource::ALL {
        assert_eq!(
            outline.sources.of(*source),
            lines.iter().filter(|(line, _)| line.source == *source).count() as u64,
            "{source}"
        );
    }
    assert_eq!(
        outline.density.iter().map(|piece| piece.lines).sum::<u64>(),
        outline.lines
    );
    if filter.is_empty() {
        return;
    }
    let query = LogSearchQuery {
        limit: 100,
        cursor: None,
        from_line: None,
        from_match: None,
        direction: None,
        filter: filter.clone(),
    };
    let matcher = Arc::new(Matcher::new(filter).expect("a filter"));
    let search = run(finder::find(
        &cache,
        &MatchCache::default(),
        &file,
        RUN,
        &query,
        None,
        matcher,
    ))
    .expect("a search");
    let matching: Vec<_> = lines
        .iter()
        .filter(|(_, passes)| *passes)
        .map(|(line, _)| line)
        .collect();
    assert!(search.is_complete);
    assert_eq!(search.matches, matching.len() as u64);
    assert!(
        search
            .data
            .iter()
            .map(|found| &found.line)
            .eq(matching.into_iter().take(100))
    );
    assert!(
        search
            .data
            .iter()
            .map(|found| found.number)
            .eq(1..=search.data.len() as u64)
    );
}

/// Bytes that decide, one each.
struct Choices<'a>(slice::Iter<'a, u8>);

impl Choices<'_> {
    fn number(&mut self, min: u64, max: u64) -> u64 {
        min + self.0.next().map_or(0, |byte| u64::from(*byte)) % (max - min + 1)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        // None as often as all of them together.
        let index = self.number(0, 2 * all.len() as u64 - 1) as usize;
        all.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    /// Whatever fuzzing has once found, or is to begin with.
    #[test]
    fn what_is_in_the_corpus_of_fuzzing_is_read_rightly() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/log");
        let files: Vec<_> = fs::read_dir(corpus)
            .expect("the corpus")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        assert!(files.len() >= 8);
        files
            .iter()
            .for_each(|file| super::check_log(&fs::read(file).expect("a file")));
    }
}
