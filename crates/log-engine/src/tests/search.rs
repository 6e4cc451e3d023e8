//! Searches through whole logs against a reader that holds the whole file in memory.

use std::{
    sync::{Arc, Barrier},
    thread,
};

use regex::RegexBuilder;
use runlens_api_types::log::{LogMatch, LogSearch, LogSearchQuery};

use super::{index::Growing, *};
use crate::{
    files::{FileKey, Files},
    logs::{MatchCache, ansi::visible, finder::find, matcher::Matcher},
};

/// A log with what is remembered of it.
struct Searched {
    logs: LogCache,
    searches: MatchCache,
    file: FoundFile,
}

impl Searched {
    fn new(content: &[u8], limits: Limits) -> Self {
        Self {
            logs: LogCache::new(limits),
            searches: MatchCache::default(),
            file: found(content),
        }
    }

    fn try_ask(&self, query: &LogSearchQuery) -> Result<LogSearch> {
        run(async {
            let cursor = query.cursor.as_deref().map(Position::from_cursor).transpose()?;
            let matcher = Arc::new(Matcher::new(&query.filter)?);
            find(
                &self.logs,
                &self.searches,
                &self.file,
                RUN,
                query,
                cursor,
                matcher,
            )
            .await
        })
    }

    fn ask(&self, query: &LogSearchQuery) -> LogSearch {
        self.try_ask(query).expect("a page")
    }

    /// The lines of the pages in the order in which they were read.
    fn pages(&self, query: &LogSearchQuery) -> Vec<Vec<LogMatch>> {
        let (mut query, mut pages) = (query.clone(), Vec::new());
        loop {
            let page = self.ask(&query);
            pages.push(page.data);
            query = LogSearchQuery {
                cursor: page.pagination.next_cursor,
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

fn search_for(filter: LogFilter) -> LogSearchQuery {
    LogSearchQuery {
        limit: 20,
        cursor: None,
        from_line: None,
        from_match: None,
        direction: None,
        filter,
    }
}

fn filter() -> impl Strategy<Value = LogFilter> {
    query()
        .prop_map(|query| query.filter)
        .prop_filter("something is looked for", |filter| !filter.is_empty())
}

fn numbers(data: &[LogMatch]) -> Vec<u64> {
    data.iter().map(|found| found.number).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_match_is_counted_and_paged_either_way(content in content(), filter in filter(), limits in limits(), limit in 1u32..6) {
        let expected = naive(&content, &LogQuery { filter: filter.clone(), ..LogQuery::default() }, limits);
        let searched = Searched::new(&content, limits);
        let query = LogSearchQuery { limit, ..search_for(filter) };
        let first = searched.ask(&query);
        prop_assert_eq!((first.matches, first.searched_bytes), (expected.len() as u64, content.len() as u64));
        prop_assert!(first.is_complete);
        for direction in [LogDirection::Forward, LogDirection::Backward] {
            let mut pages = searched.pages(&LogSearchQuery { direction: Some(direction), ..query.clone() });
            prop_assert_eq!(pages.len(), expected.len().div_ceil(limit as usize).max(1), "no empty page, no needless cursor");
            if direction == LogDirection::Backward {
                pages.reverse();
            }
            let found = pages.concat();
            prop_assert_eq!(numbers(&found), (1..=expected.len() as u64).collect::<Vec<_>>());
            prop_assert_eq!(found.into_iter().map(|found| found.line).collect::<Vec<_>>(), expected.clone(), "{}", direction);
        }
    }

    #[test]
    fn a_page_begins_or_ends_at_any_line_and_any_match(
        content in content(), filter in filter(), limits in limits(), limit in 0u32..6, at in 1u64..40
    ) {
        let lines: Vec<u64> =
            naive(&content, &LogQuery { filter: filter.clone(), ..LogQuery::default() }, limits).iter().map(|line| line.line).collect();
        let searched = Searched::new(&content, limits);
        let all: Vec<(u64, u64)> = (1..).zip(lines).collect();
        let limit_of = limit as usize;
        for direction in [LogDirection::Forward, LogDirection::Backward] {
            for by_line in [true, false] {
                let query = LogSearchQuery {
                    limit,
                    direction: Some(direction),
                    from_line: by_line.then_some(at),
                    from_match: (!by_line).then_some(at),
                    ..search_for(filter.clone())
                };
                let key = |(number, line): &(u64, u64)| if by_line { *line } else { *number };
                let mut expected: Vec<u64> = match direction {
                    LogDirection::Forward => all.iter().filter(|found| key(found) >= at).take(limit_of).map(|found| found.0).collect(),
                    LogDirection::Backward => all.iter().rev().filter(|found| key(found) <= at).take(limit_of).map(|found| found.0).collect(),
                };
                expected.sort_unstable();
                prop_assert_eq!(numbers(&searched.ask(&query).data), expected, "{} {}", direction, by_line);
            }
        }
    }

    #[test]
    fn what_is_highlighted_is_what_was_looked_for(content in content(), limits in limits(), text in select(vec!["err", "é", "😀", ": ", "s"])) {
        let searched = Searched::new(&content, limits);
        let pattern = RegexBuilder::new(&regex::escape(text)).case_insensitive(true).build().expect("a pattern");
        for found in searched.pages(&search_for(containing(text))).concat() {
            let shown: Vec<char> = visible(&found.line.message).chars().collect();
            let places: Vec<String> = found.ranges.iter().map(|range| shown[range.start as usize..range.end as usize].iter().collect()).collect();
            prop_assert!(places.iter().all(|place| pattern.find(place).is_some_and(|whole| whole.len() == place.len())), "{:?}", places);
            prop_assert!(!places.is_empty() || found.line.truncated, "{:?}", found);
            prop_assert!(found.ranges.is_sorted_by(|a, b| a.end <= b.start));
        }
    }
}

#[test]
fn a_search_counts_no_further_than_the_log_is_gone_through_and_goes_on() {
    let searched = Searched::new(b"one\ntwo\none\n", Limits::DEFAULT);
    let query = search_for(containing("ONE"));
    let closed = run(searched
        .logs
        .gate
        .acquire_many(crate::logs::indexes::AT_A_TIME as u32))
    .expect("the gate");
    for direction in LogDirection::ALL {
        let early = searched.ask(&LogSearchQuery {
            direction: Some(*direction),
            ..query.clone()
        });
        assert_eq!(
            (
                early.is_complete,
                early.matches,
                early.searched_bytes,
                early.size_bytes
            ),
            (false, 0, 0, 12)
        );
        assert_eq!((early.data, early.pagination.next_cursor), (vec![], None));
    }
    drop(closed);
    let later = searched.ask(&query);
    assert_eq!(
        (later.is_complete, later.matches, numbers(&later.data)),
        (true, 2, vec![1, 2])
    );
}

#[test]
fn a_line_of_megabytes_is_searched_to_its_end_and_found_once() {
    let mut content = b"before\n".to_vec();
    content.extend(b"[ERROR] ".iter().chain(&b"x\x1b[31my".repeat(500_000)));
    content.extend("\x1b[0mNädel\r\nafter, a nädel\n".as_bytes());
    let searched = Searched::new(&content, Limits::DEFAULT);
    for direction in LogDirection::ALL {
        let query = LogSearchQuery {
            direction: Some(*direction),
            ..search_for(containing("NÄDEL"))
        };
        let page = searched.ask(&query);
        assert_eq!(page.matches, 2, "{page:?}");
        let found: Vec<_> = page
            .data
            .iter()
            .map(|found| (found.line.line, found.line.truncated, found.ranges.len()))
            .collect();
        assert_eq!(found, [(2, true, 0), (3, false, 1)]);
        let errors = LogFilter {
            level: Some(LogLevel::Error),
            ..query.filter.clone()
        };
        assert_eq!(searched.ask(&search_for(errors)).matches, 1);
    }
}

#[test]
fn a_replaced_log_is_searched_anew() {
    let files = Files::none().with_memory();
    let (logs, searches) = (LogCache::default(), MatchCache::default());
    for (content, matches) in [("one\none\n", 2), ("one\ntwo\n", 1), ("one\ntwo\none\none\n", 3)] {
        run(async {
            files.put(&FileKey::log(RUN), content).await.expect("written");
            let file = files
                .find(&FileKey::log(RUN))
                .await
                .expect("an answer")
                .expect("found");
            let query = search_for(containing("one"));
            let matcher = Arc::new(Matcher::new(&query.filter).expect("a filter"));
            let page = find(&logs, &searches, &file, RUN, &query, None, matcher)
                .await
                .expect("a page");
            assert_eq!((page.matches, page.is_complete), (matches, true), "{content}");
        });
    }
}

#[test]
fn in_a_log_that_has_grown_only_what_is_new_is_searched() {
    let line = b"a line of a log that is long enough, one of many\n";
    let mut log = Growing::new(&line.repeat(40_000));
    let mut searched = Searched {
        logs: LogCache::default(),
        searches: MatchCache::default(),
        file: log.found(),
    };
    let query = search_for(containing("ONE OF"));
    let before = searched.ask(&query);
    assert_eq!((before.is_complete, before.matches), (true, 40_000));

    log.append(line);
    searched.file = log.found();
    // Nobody is there to search: what is told was known.
    let (begun, done) = (Arc::new(Barrier::new(3)), Arc::new(Barrier::new(3)));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let (workers, begun, done) = (searched.searches.workers.clone(), begun.clone(), done.clone());
            thread::spawn(move || {
                run(workers.run(move || {
                    begun.wait();
                    done.wait();
                }))
            })
        })
        .collect();
    begun.wait();
    let known = searched.ask(&query);
    assert!(
        !known.is_complete && (30_000..40_000).contains(&known.matches),
        "{} matches",
        known.matches
    );
    done.wait();
    busy.into_iter()
        .for_each(|thread| thread.join().expect("a thread").expect("work"));
    let after = (0..20)
        .map(|_| searched.ask(&query))
        .find(|page| page.is_complete)
        .expect("it ends");
    assert_eq!(
        (after.matches, after.searched_bytes),
        (40_001, searched.file.size)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_search_that_goes_on_equals_one_that_is_made_anew(
        contents in vec(content(), 1..4), cuts in vec(0usize..400, 0..4), filter in filter(), limits in limits(),
    ) {
        let content = contents.concat();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(content.len())).collect();
        cuts.sort_unstable();
        let (mut log, mut written) = (Growing::new(b""), 0);
        let mut searched = Searched { logs: LogCache::new(limits), searches: MatchCache::default(), file: log.found() };
        for end in cuts.into_iter().chain([content.len()]) {
            log.append(&content[written..end]);
            written = end;
            searched.file = log.found();
            let page = searched.ask(&search_for(filter.clone()));
            let expected = naive(&content[..end], &LogQuery { filter: filter.clone(), ..LogQuery::default() }, limits);
            prop_assert!(page.is_complete);
            prop_assert_eq!(page.matches as usize, expected.len(), "after {} bytes", end);
        }
    }
}
