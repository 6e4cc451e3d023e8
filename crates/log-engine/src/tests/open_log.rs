//! Pages of logs whose index is not complete, and of logs that change while they are read.

use std::time::Duration;

use runlens_api_types::log::{LogDirection, LogFilter, LogLevel, LogQuery};

use super::{RUN, index::Growing, page_of, run};
use crate::{
    Error,
    logs::{Limits, LogCache, indexes::AT_A_TIME},
};

const IMPATIENT: Limits = Limits {
    patience: Duration::from_millis(20),
    ..Limits::DEFAULT
};

fn tail() -> LogQuery {
    LogQuery {
        tail: Some(2),
        ..LogQuery::default()
    }
}

#[test]
fn pages_that_need_no_index_do_not_wait_for_it_and_others_say_how_far_it_is() {
    let log = Growing::new(&b"[ERROR] a line\n".repeat(1000));
    let cache = LogCache::new(IMPATIENT);
    let file = log.found();
    let turns = run(cache.gate.clone().acquire_many_owned(AT_A_TIME as u32)).expect("open");
    let first = page_of(&cache, &file, &LogQuery::default()).expect("a page");
    assert_eq!((first.page.data.len(), first.is_provisional), (100, false));
    let next = LogQuery {
        cursor: first.page.pagination.next_cursor,
        ..LogQuery::default()
    };
    assert_eq!(
        page_of(&cache, &file, &next).expect("a page").page.data[0].line,
        101
    );
    let filter = LogFilter {
        level: Some(LogLevel::Error),
        ..LogFilter::default()
    };
    assert_eq!(
        page_of(
            &cache,
            &file,
            &LogQuery {
                filter,
                ..LogQuery::default()
            }
        )
        .expect("a page")
        .page
        .data
        .len(),
        100
    );
    let backward = LogQuery {
        direction: Some(LogDirection::Backward),
        ..LogQuery::default()
    };
    for query in [
        tail(),
        backward,
        LogQuery {
            from_line: Some(2),
            ..LogQuery::default()
        },
    ] {
        let Err(error @ Error::NotReady(_)) = page_of(&cache, &file, &query) else {
            panic!("{query:?} is served")
        };
        assert!(
            error.to_string().contains("0 so far, in 0 % of its 15000 bytes"),
            "{error}"
        );
    }
    drop(turns);
    let cache = LogCache::default();
    assert_eq!(
        page_of(&cache, &file, &tail()).expect("a page").page.data[1].line,
        1000
    );
}

#[test]
fn text_whose_encoding_is_not_known_yet_is_read_as_it_looks_so_far() {
    let log = Growing::new("é\n".as_bytes());
    let cache = LogCache::new(IMPATIENT);
    let file = log.found();
    let turns = run(cache.gate.clone().acquire_many_owned(AT_A_TIME as u32)).expect("open");
    let early = page_of(&cache, &file, &LogQuery::default()).expect("a page");
    assert_eq!(
        (early.page.data[0].message.as_str(), early.is_provisional),
        ("é", true)
    );
    drop(turns);
    let later = page_of(&LogCache::default(), &file, &LogQuery::default()).expect("a page");
    assert_eq!((later.page, later.is_provisional), (early.page, false));
}

#[test]
fn pages_follow_a_log_that_grows_is_cut_and_is_replaced() {
    let mut log = Growing::new(b"one\ntw");
    let cache = LogCache::default();
    let last = |log: &Growing| {
        let page = page_of(&cache, &log.found(), &tail()).expect("a page").page;
        page.data
            .into_iter()
            .map(|line| (line.line, line.message))
            .collect::<Vec<_>>()
    };
    assert_eq!(last(&log), [(1, "one".to_owned()), (2, "tw".to_owned())]);
    log.append(b"o\nthree");
    assert_eq!(last(&log), [(2, "two".to_owned()), (3, "three".to_owned())]);
    log.cut(5);
    assert_eq!(last(&log), [(1, "one".to_owned()), (2, "t".to_owned())]);
    log.replace(b"1\n2\n3\n4\n");
    assert_eq!(last(&log), [(3, "3".to_owned()), (4, "4".to_owned())]);
}

#[test]
fn a_page_of_a_log_that_is_changed_meanwhile_is_right_or_an_error() {
    let cache = LogCache::default();
    // Found, and then cut: what is there now is read.
    let log = Growing::new(&b"a line\n".repeat(1000));
    let file = log.found();
    log.cut(14);
    assert_eq!(
        page_of(&cache, &file, &LogQuery::default())
            .expect("a page")
            .page
            .data
            .len(),
        2
    );
    assert_eq!(
        page_of(&cache, &file, &tail()).expect("a page").page.data[1].line,
        2
    );
    // Found, and then deleted.
    let file = log.found();
    log.delete();
    let Err(Error::LogNotFound { run_id: RUN }) = page_of(&cache, &file, &LogQuery::default()) else {
        panic!("it is gone")
    };
}

#[test]
fn a_cursor_of_a_log_that_was_cut_or_replaced_is_refused() {
    let log = Growing::new(b"one\ntwo\nthree\n");
    let cache = LogCache::default();
    let two = LogQuery {
        limit: 2,
        ..LogQuery::default()
    };
    let cursor = page_of(&cache, &log.found(), &two)
        .expect("a page")
        .page
        .pagination
        .next_cursor;
    let next = LogQuery { cursor, ..two };
    for content in [&b"one\n"[..], b"one line\nanother\n"] {
        log.replace(content);
        let Err(Error::Invalid(body)) = page_of(&cache, &log.found(), &next) else {
            panic!("{content:?}")
        };
        assert!(body.details["fields"]["cursor"].is_string());
    }
}

#[test]
fn a_page_that_looks_for_something_ends_when_its_time_is_up_and_says_how_far_it_looked() {
    let mut content = b"nothing of interest\n".repeat(50_000);
    content.extend(b"here\n");
    let log = Growing::new(&content);
    let cache = LogCache::new(Limits {
        budget: Duration::from_millis(3),
        ..Limits::DEFAULT
    });
    let filter = LogFilter {
        contains: Some("here".to_owned()),
        ..LogFilter::default()
    };
    let mut query = LogQuery {
        filter,
        ..LogQuery::default()
    };
    let first = page_of(&cache, &log.found(), &query).expect("a page");
    let examined = first.page.examined.expect("some lines");
    assert!(first.is_provisional && first.page.data.is_empty() && examined.first == 1);
    assert!((1000..50_000).contains(&examined.last), "{examined:?}");
    let mut answers = 1;
    query.cursor = first.page.pagination.next_cursor;
    let last = loop {
        let page = page_of(&cache, &log.found(), &query).expect("a page").page;
        answers += 1;
        query.cursor = page.pagination.next_cursor.clone();
        if query.cursor.is_none() {
            break page;
        }
    };
    assert!(answers > 3);
    assert_eq!((last.data.len(), last.data[0].line), (1, 50_001));
}

#[test]
fn blocks_without_a_line_that_passes_are_not_read() {
    // A page looks at the clock once for each piece that it reads: with the index, these are few.
    let mut content = b"nothing of interest\n".repeat(200_000);
    content.extend(b"[ERROR] here\n");
    content.extend(b"nothing of interest\n".repeat(200_000));
    let log = Growing::new(&content);
    let cache = LogCache::new(Limits {
        budget: Duration::from_millis(8),
        ..Limits::DEFAULT
    });
    let file = log.found();
    page_of(&cache, &file, &tail()).expect("the index is complete");
    for direction in [LogDirection::Forward, LogDirection::Backward] {
        let filter = LogFilter {
            level: Some(LogLevel::Error),
            ..LogFilter::default()
        };
        let query = LogQuery {
            filter,
            direction: Some(direction),
            context: 1,
            ..LogQuery::default()
        };
        let answer = page_of(&cache, &file, &query).expect("a page");
        let lines: Vec<_> = answer
            .page
            .data
            .iter()
            .map(|line| (line.line, line.is_context))
            .collect();
        assert_eq!(
            (lines, answer.page.pagination.next_cursor),
            (vec![(200_000, true), (200_001, false), (200_002, true)], None)
        );
    }
}
