//! Differential fuzzing: for any content, and any size of blocks, chunks and pages, the engine and the naive
//! reader return the same results.

use std::{slice, time::Duration};

use crate::{
    LogEngine, SearchRequest,
    limits::Limits,
    model::{Direction, Filter, Level, PageQuery, SearchQuery, Source},
    naive_reader::{encoding_of, memory_file, naive_lines, naive_page, page_of, run},
};

const TEXTS: [&str; 6] = ["err", "é", "s", "0 e", "k", "\0"];
const REGEXES: [&str; 8] = ["err|warn", r"^\[", r"\d e", "r.*t", "^$", r"s\b", ".", "(?-i)E"];

/// Number of bytes that choose the limits and the query. The rest is the log.
const CHOICE_BYTES: usize = 12;

/// Reads the pages of a log in both directions, its matches and its outline, and compares the results with
/// those of the naive reader.
///
/// # Panics
/// If the results differ.
pub fn check_log(data: &[u8]) {
    let Some((choices, content)) = data.split_first_chunk::<CHOICE_BYTES>() else {
        return;
    };
    let mut choices = Choices(choices.iter());
    let limits = Limits {
        first_read_bytes: choices.number(1, 40),
        max_read_bytes: choices.number(4, 40),
        max_line_bytes: choices.number(1, 120),
        block_bytes: choices.number(1, 80),
        chunk_bytes: choices.number(1, 200),
        scan_timeout: Duration::MAX,
        index_timeout: Duration::from_secs(60),
        completion_timeout: Duration::from_secs(60),
    };
    let text = choices.number(0, 2);
    let filter = Filter {
        level: choices.optional(Level::ALL),
        source: choices.optional(Source::ALL),
        contains: choices.optional(&TEXTS).filter(|_| text == 1).map(str::to_owned),
        regex: choices
            .optional(&REGEXES)
            .filter(|_| text == 2)
            .map(str::to_owned),
    };
    let query = PageQuery {
        limit: choices.number(1, 20) as u32,
        context: choices.number(0, 3) as u32,
        filter,
        ..PageQuery::default()
    };
    check_pages(content, &query, limits);
    check_outline(content, limits);
    check_search(content, &query.filter, limits);
}

fn check_pages(content: &[u8], query: &PageQuery, limits: Limits) {
    let (engine, file) = (LogEngine::new(limits), memory_file(content));
    let expected = naive_page(content, query, limits);
    for direction in Direction::ALL {
        let mut query = PageQuery {
            direction: *direction,
            ..query.clone()
        };
        let mut pages = Vec::new();
        loop {
            let page = page_of(&engine, &file, &query).expect("a page");
            query.cursor = page.next_cursor;
            pages.push(page.lines);
            if query.cursor.is_none() {
                break;
            }
            assert!(pages.len() <= expected.len(), "a page makes no progress");
        }
        if *direction == Direction::Backward {
            pages.reverse();
        }
        assert_eq!(pages.concat(), expected, "{direction}");
    }
}

fn check_outline(content: &[u8], limits: Limits) {
    let (engine, file) = (LogEngine::new(limits), memory_file(content));
    let lines = naive_lines(content, &PageQuery::default(), limits);
    let outline = run(engine.outline(&file, 20)).expect("an outline");
    assert!(outline.is_complete);
    assert_eq!(outline.encoding, encoding_of(content));
    assert_eq!(outline.counts.lines(), lines.len() as u64);
    for level in Level::ALL {
        assert_eq!(
            outline.counts.level(*level),
            lines.iter().filter(|(line, _)| line.level == *level).count() as u64,
            "{level}"
        );
    }
    for source in Source::ALL {
        assert_eq!(
            outline.counts.source(*source),
            lines.iter().filter(|(line, _)| line.source == *source).count() as u64,
            "{source}"
        );
    }
    assert_eq!(
        outline.sections.iter().map(|section| section.lines).sum::<u64>(),
        outline.counts.lines()
    );
}

fn check_search(content: &[u8], filter: &Filter, limits: Limits) {
    if filter.is_empty() {
        return;
    }
    let (engine, file) = (LogEngine::new(limits), memory_file(content));
    let query = PageQuery {
        filter: filter.clone(),
        ..PageQuery::default()
    };
    let lines = naive_lines(content, &query, limits);
    let matching: Vec<_> = lines
        .iter()
        .filter(|(_, is_match)| *is_match)
        .map(|(line, _)| line)
        .collect();
    let query = SearchQuery {
        limit: 100,
        cursor: None,
        from_line: None,
        from_match: None,
        direction: Direction::Forward,
        filter: filter.clone(),
    };
    let request = SearchRequest::new(query).expect("a valid filter");
    let search = run(engine.search(&file, request)).expect("a search");
    assert!(search.is_complete);
    assert_eq!(search.total_matches, matching.len() as u64);
    assert!(
        search
            .matches
            .iter()
            .map(|found| &found.line)
            .eq(matching.into_iter().take(100))
    );
    assert!(
        search
            .matches
            .iter()
            .map(|found| found.number)
            .eq(1..=search.matches.len() as u64)
    );
}

/// Reads one choice from each byte.
struct Choices<'a>(slice::Iter<'a, u8>);

impl Choices<'_> {
    fn number(&mut self, min: u64, max: u64) -> u64 {
        min + self.0.next().map_or(0, |byte| u64::from(*byte)) % (max - min + 1)
    }

    /// Returns `None` in half of all cases.
    fn optional<T: Copy>(&mut self, values: &[T]) -> Option<T> {
        let index = self.number(0, 2 * values.len() as u64 - 1) as usize;
        values.get(index).copied()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn the_engine_agrees_with_the_naive_reader_on_all_seeds() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/log");
        let files: Vec<_> = fs::read_dir(seeds)
            .expect("the seeds")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        assert!(files.len() >= 8);
        files
            .iter()
            .for_each(|file| super::check_log(&fs::read(file).expect("a seed")));
    }
}
