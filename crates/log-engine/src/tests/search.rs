//! Compares searches of whole logs with the naive reader.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use proptest::{collection::vec, prelude::*, sample::select};
use regex::RegexBuilder;
use runlens_terminal::visible_text;

use super::{
    HURRIED, PATIENT, containing, content, growing_file::GrowingFile, limits, memory_file, naive_page, query,
    run,
};
use crate::{
    LogEngine, LogFile, SearchRequest,
    index_cache::MAX_INDEXERS,
    limits::Limits,
    model::{Direction, Filter, Level, Match, PageQuery, Search, SearchQuery},
};

/// A log and the engine that searches it.
struct SearchedLog {
    engine: LogEngine,
    file: Arc<dyn LogFile>,
}

impl SearchedLog {
    fn new(content: &[u8], limits: Limits) -> Self {
        Self {
            engine: LogEngine::new(limits),
            file: memory_file(content),
        }
    }

    fn search(&self, query: &SearchQuery) -> Search {
        let request = SearchRequest::new(query.clone()).expect("a valid query");
        run(self.engine.search(&self.file, request)).expect("a page")
    }

    /// Follows the cursors to the end. Returns the pages in reading order.
    fn pages(&self, query: &SearchQuery) -> Vec<Vec<Match>> {
        let (mut query, mut pages) = (query.clone(), Vec::new());
        loop {
            let page = self.search(&query);
            pages.push(page.matches);
            query = SearchQuery {
                cursor: page.next_cursor,
                from_line: None,
                from_match: None,
                ..query
            };
            if query.cursor.is_none() {
                return pages;
            }
        }
    }
}

fn search_for(filter: Filter) -> SearchQuery {
    SearchQuery {
        limit: 20,
        cursor: None,
        from_line: None,
        from_match: None,
        direction: Direction::Forward,
        filter,
    }
}

fn filter() -> impl Strategy<Value = Filter> {
    query()
        .prop_map(|query| query.filter)
        .prop_filter("not empty", |filter| !filter.is_empty())
}

fn numbers(matches: &[Match]) -> Vec<u64> {
    matches.iter().map(|found| found.number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_match_is_counted_and_paged_in_either_direction(content in content(), filter in filter(), limits in limits(), limit in 1u32..6) {
        let expected = naive_page(&content, &PageQuery { filter: filter.clone(), ..PageQuery::default() }, limits);
        let log = SearchedLog::new(&content, limits);
        let query = SearchQuery { limit, ..search_for(filter) };
        let first = log.search(&query);
        prop_assert_eq!((first.total_matches, first.searched_bytes), (expected.len() as u64, content.len() as u64));
        prop_assert!(first.is_complete);
        for direction in [Direction::Forward, Direction::Backward] {
            let mut pages = log.pages(&SearchQuery { direction, ..query.clone() });
            prop_assert_eq!(pages.len(), expected.len().div_ceil(limit as usize).max(1), "an empty page or an unnecessary cursor");
            if direction == Direction::Backward {
                pages.reverse();
            }
            let found = pages.concat();
            prop_assert_eq!(numbers(&found), (1..=expected.len() as u64).collect::<Vec<_>>());
            prop_assert_eq!(found.into_iter().map(|found| found.line).collect::<Vec<_>>(), expected.clone(), "{}", direction);
        }
    }

    #[test]
    fn a_page_starts_or_ends_at_any_line_and_any_match(
        content in content(), filter in filter(), limits in limits(), limit in 0u32..6, at in 1u64..40
    ) {
        let lines: Vec<u64> =
            naive_page(&content, &PageQuery { filter: filter.clone(), ..PageQuery::default() }, limits).iter().map(|line| line.number).collect();
        let log = SearchedLog::new(&content, limits);
        let all: Vec<(u64, u64)> = (1..).zip(lines).collect();
        let max_matches = limit as usize;
        for direction in [Direction::Forward, Direction::Backward] {
            for by_line in [true, false] {
                let query = SearchQuery {
                    limit,
                    direction,
                    from_line: by_line.then_some(at),
                    from_match: (!by_line).then_some(at),
                    ..search_for(filter.clone())
                };
                let key = |(number, line): &(u64, u64)| if by_line { *line } else { *number };
                let mut expected: Vec<u64> = match direction {
                    Direction::Forward => all.iter().filter(|found| key(found) >= at).take(max_matches).map(|found| found.0).collect(),
                    Direction::Backward => all.iter().rev().filter(|found| key(found) <= at).take(max_matches).map(|found| found.0).collect(),
                };
                expected.sort_unstable();
                prop_assert_eq!(numbers(&log.search(&query).matches), expected, "{} {}", direction, by_line);
            }
        }
    }

    #[test]
    fn ranges_contain_the_searched_text(content in content(), limits in limits(), text in select(vec!["err", "é", "😀", ": ", "s"])) {
        let log = SearchedLog::new(&content, limits);
        let pattern = RegexBuilder::new(&regex::escape(text)).case_insensitive(true).build().expect("a pattern");
        for found in log.pages(&search_for(containing(text))).concat() {
            let visible: Vec<char> = visible_text(&found.line.message).chars().collect();
            let texts: Vec<String> = found.ranges.iter().map(|range| visible[range.start as usize..range.end as usize].iter().collect()).collect();
            prop_assert!(texts.iter().all(|text| pattern.find(text).is_some_and(|whole| whole.len() == text.len())), "{:?}", texts);
            prop_assert!(!texts.is_empty() || found.line.is_truncated, "{:?}", found);
            prop_assert!(found.ranges.is_sorted_by(|a, b| a.end <= b.start));
        }
    }
}

#[test]
fn a_search_counts_the_indexed_part_and_continues() {
    let mut log = SearchedLog::new(b"one\ntwo\none\n", HURRIED);
    let query = search_for(containing("ONE"));
    let permits = run(log.engine.indexes.permits.acquire_many(MAX_INDEXERS as u32)).expect("permits");
    for direction in Direction::ALL {
        let early = log.search(&SearchQuery {
            direction: *direction,
            ..query.clone()
        });
        assert_eq!(
            (early.is_complete, early.total_matches, early.searched_bytes),
            (false, 0, 0)
        );
        assert_eq!((early.matches, early.next_cursor), (vec![], None));
    }
    drop(permits);
    log.engine = log.engine.with_limits(PATIENT);
    let later = log.search(&query);
    assert_eq!(
        (later.is_complete, later.total_matches, numbers(&later.matches)),
        (true, 2, vec![1, 2])
    );
}

#[test]
fn a_long_line_is_searched_to_its_end_and_matches_once() {
    let mut content = b"before\n".to_vec();
    content.extend(b"[ERROR] ".iter().chain(&b"x\x1b[31my".repeat(500_000)));
    content.extend("\x1b[0mNädel\r\nafter, a nädel\n".as_bytes());
    let log = SearchedLog::new(&content, PATIENT);
    for direction in Direction::ALL {
        let query = SearchQuery {
            direction: *direction,
            ..search_for(containing("NÄDEL"))
        };
        let page = log.search(&query);
        assert_eq!(page.total_matches, 2, "{page:?}");
        let found: Vec<_> = page
            .matches
            .iter()
            .map(|found| (found.line.number, found.line.is_truncated, found.ranges.len()))
            .collect();
        assert_eq!(found, [(2, true, 0), (3, false, 1)]);
        let errors = Filter {
            level: Some(Level::Error),
            ..query.filter.clone()
        };
        assert_eq!(log.search(&search_for(errors)).total_matches, 1);
    }
}

#[test]
fn a_replaced_log_is_searched_again() {
    let mut log = SearchedLog::new(b"", PATIENT);
    for (content, matches) in [("one\none\n", 2), ("one\ntwo\n", 1), ("one\ntwo\none\none\n", 3)] {
        log.file = memory_file(content.as_bytes());
        let page = log.search(&search_for(containing("one")));
        assert_eq!(
            (page.total_matches, page.is_complete),
            (matches, true),
            "{content}"
        );
    }
}

#[test]
fn only_appended_bytes_of_a_log_are_searched_again() {
    let line = b"a line of a log that is long enough, one of many\n";
    let mut file = GrowingFile::new(&line.repeat(40_000));
    let mut log = SearchedLog {
        engine: LogEngine::new(PATIENT),
        file: file.found(),
    };
    let query = search_for(containing("ONE OF"));
    let before = log.search(&query);
    assert_eq!((before.is_complete, before.total_matches), (true, 40_000));

    file.append(line);
    log.file = file.found();
    // All threads are busy, so the counts can only be those of the previous version.
    let (begun, done) = (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(3)));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let (pool, begun, done) = (log.engine.searches.pool.clone(), begun.clone(), done.clone());
            thread::spawn(move || {
                run(pool.run(move || {
                    begun.wait();
                    done.wait();
                }))
            })
        })
        .collect();
    begun.wait();
    log.engine = log.engine.with_limits(HURRIED);
    let known = log.search(&query);
    assert!(
        !known.is_complete && (30_000..40_000).contains(&known.total_matches),
        "{} matches",
        known.total_matches
    );
    log.engine = log.engine.with_limits(PATIENT);
    done.wait();
    busy.into_iter()
        .for_each(|thread| thread.join().expect("a thread").expect("work"));
    let after = log.search(&query);
    assert_eq!(
        (after.is_complete, after.total_matches, after.searched_bytes),
        (true, 40_001, log.file.version().size)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_continued_search_equals_a_new_one(
        contents in vec(content(), 1..4), cuts in vec(0usize..400, 0..4), filter in filter(), limits in limits(),
    ) {
        let content = contents.concat();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(content.len())).collect();
        cuts.sort_unstable();
        let (mut file, mut written) = (GrowingFile::new(b""), 0);
        let mut log = SearchedLog { engine: LogEngine::new(limits), file: file.found() };
        for end in cuts.into_iter().chain([content.len()]) {
            file.append(&content[written..end]);
            written = end;
            log.file = file.found();
            let page = log.search(&search_for(filter.clone()));
            let expected = naive_page(&content[..end], &PageQuery { filter: filter.clone(), ..PageQuery::default() }, limits);
            prop_assert!(page.is_complete);
            prop_assert_eq!(page.total_matches as usize, expected.len(), "after {} bytes", end);
        }
    }
}
