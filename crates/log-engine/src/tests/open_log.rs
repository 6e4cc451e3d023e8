//! Pages of logs that are not indexed yet, and of logs that change.

use std::time::Duration;

use super::{HURRIED, PATIENT, growing_file::GrowingFile, page_of, run};
use crate::{
    Error, LogEngine,
    index_cache::MAX_INDEXERS,
    limits::Limits,
    model::{Direction, Filter, Level, PageQuery},
};

fn tail() -> PageQuery {
    PageQuery {
        limit: 2,
        direction: Direction::Backward,
        ..PageQuery::default()
    }
}

#[test]
fn pages_only_wait_for_the_index_if_they_need_it() {
    let log = GrowingFile::new(&b"[ERROR] a line\n".repeat(1000));
    let engine = LogEngine::new(HURRIED);
    let file = log.found();
    let permits = run(engine
        .indexes
        .permits
        .clone()
        .acquire_many_owned(MAX_INDEXERS as u32))
    .expect("permits");
    let first = page_of(&engine, &file, &PageQuery::default()).expect("a page");
    assert_eq!((first.lines.len(), first.is_provisional), (100, false));
    let next = PageQuery {
        cursor: first.next_cursor,
        ..PageQuery::default()
    };
    assert_eq!(
        page_of(&engine, &file, &next).expect("a page").lines[0].number,
        101
    );
    let filter = Filter {
        level: Some(Level::Error),
        ..Filter::default()
    };
    assert_eq!(
        page_of(
            &engine,
            &file,
            &PageQuery {
                filter,
                ..PageQuery::default()
            }
        )
        .expect("a page")
        .lines
        .len(),
        100
    );
    let backward = PageQuery {
        direction: Direction::Backward,
        ..PageQuery::default()
    };
    for query in [
        tail(),
        backward,
        PageQuery {
            from_line: Some(2),
            ..PageQuery::default()
        },
    ] {
        let result = page_of(&engine, &file, &query);
        assert!(
            matches!(
                result,
                Err(Error::StillIndexing {
                    lines: 0,
                    percent: 0,
                    size_bytes: 15_000
                })
            ),
            "{query:?}: {result:?}"
        );
    }
    drop(permits);
    let engine = LogEngine::new(PATIENT);
    assert_eq!(
        page_of(&engine, &file, &tail()).expect("a page").lines[1].number,
        1000
    );
}

#[test]
fn unknown_encoding_is_derived_from_the_indexed_part() {
    let log = GrowingFile::new("é\n".as_bytes());
    let engine = LogEngine::new(HURRIED);
    let file = log.found();
    let permits = run(engine
        .indexes
        .permits
        .clone()
        .acquire_many_owned(MAX_INDEXERS as u32))
    .expect("permits");
    let early = page_of(&engine, &file, &PageQuery::default()).expect("a page");
    assert_eq!(
        (early.lines[0].message.as_str(), early.is_provisional),
        ("é", true)
    );
    drop(permits);
    let later = page_of(&LogEngine::new(PATIENT), &file, &PageQuery::default()).expect("a page");
    assert_eq!((later.lines, later.is_provisional), (early.lines, false));
}

#[test]
fn pages_show_appended_truncated_and_replaced_logs() {
    let mut log = GrowingFile::new(b"one\ntw");
    let engine = LogEngine::new(PATIENT);
    let last = |log: &GrowingFile| {
        let page = page_of(&engine, &log.found(), &tail()).expect("a page");
        page.lines
            .into_iter()
            .map(|line| (line.number, line.message))
            .collect::<Vec<_>>()
    };
    assert_eq!(last(&log), [(1, "one".to_owned()), (2, "tw".to_owned())]);
    log.append(b"o\nthree");
    assert_eq!(last(&log), [(2, "two".to_owned()), (3, "three".to_owned())]);
    log.truncate(5);
    assert_eq!(last(&log), [(1, "one".to_owned()), (2, "t".to_owned())]);
    log.replace(b"1\n2\n3\n4\n");
    assert_eq!(last(&log), [(3, "3".to_owned()), (4, "4".to_owned())]);
}

#[test]
fn truncation_or_deletion_after_a_log_was_found_is_detected() {
    let engine = LogEngine::new(PATIENT);
    // Truncated after it was found.
    let log = GrowingFile::new(&b"a line\n".repeat(1000));
    let file = log.found();
    log.truncate(14);
    assert_eq!(
        page_of(&engine, &file, &PageQuery::default())
            .expect("a page")
            .lines
            .len(),
        2
    );
    assert_eq!(
        page_of(&engine, &file, &tail()).expect("a page").lines[1].number,
        2
    );
    // Deleted after it was found.
    let file = log.found();
    log.delete();
    let Err(Error::Read(error)) = page_of(&engine, &file, &PageQuery::default()) else {
        panic!("the file is gone")
    };
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    assert_eq!(kind, Some(std::io::ErrorKind::NotFound));
}

#[test]
fn a_cursor_of_a_truncated_or_replaced_log_is_rejected() {
    let log = GrowingFile::new(b"one\ntwo\nthree\n");
    let engine = LogEngine::new(PATIENT);
    let two = PageQuery {
        limit: 2,
        ..PageQuery::default()
    };
    let cursor = page_of(&engine, &log.found(), &two).expect("a page").next_cursor;
    let next = PageQuery { cursor, ..two };
    for content in [&b"one\n"[..], b"one line\nanother\n"] {
        log.replace(content);
        assert!(
            matches!(
                page_of(&engine, &log.found(), &next),
                Err(Error::InvalidCursor(_))
            ),
            "{content:?}"
        );
    }
}

#[test]
fn a_filtered_page_ends_at_the_timeout_and_reports_the_examined_lines() {
    let mut content = b"nothing of interest\n".repeat(50_000);
    content.extend(b"here\n");
    let log = GrowingFile::new(&content);
    let engine = LogEngine::new(Limits {
        scan_timeout: Duration::from_millis(3),
        ..PATIENT
    });
    let filter = Filter {
        contains: Some("here".to_owned()),
        ..Filter::default()
    };
    let mut query = PageQuery {
        filter,
        ..PageQuery::default()
    };
    let first = page_of(&engine, &log.found(), &query).expect("a page");
    let examined = first.examined.expect("some lines");
    assert!(first.is_provisional && first.lines.is_empty() && examined.first == 1);
    assert!((1000..50_000).contains(&examined.last), "{examined:?}");
    let mut pages = 1;
    query.cursor = first.next_cursor;
    let last = loop {
        let page = page_of(&engine, &log.found(), &query).expect("a page");
        pages += 1;
        query.cursor = page.next_cursor.clone();
        if query.cursor.is_none() {
            break page;
        }
    };
    assert!(pages > 3);
    assert_eq!((last.lines.len(), last.lines[0].number), (1, 50_001));
}

#[test]
fn blocks_without_a_match_are_not_read() {
    // A page checks the time after each read. With the index, it needs few reads.
    let mut content = b"nothing of interest\n".repeat(200_000);
    content.extend(b"[ERROR] here\n");
    content.extend(b"nothing of interest\n".repeat(200_000));
    let log = GrowingFile::new(&content);
    let engine = LogEngine::new(Limits {
        scan_timeout: Duration::from_millis(8),
        ..PATIENT
    });
    let file = log.found();
    page_of(&engine, &file, &tail()).expect("the index is complete");
    for direction in [Direction::Forward, Direction::Backward] {
        let filter = Filter {
            level: Some(Level::Error),
            ..Filter::default()
        };
        let query = PageQuery {
            filter,
            direction,
            context: 1,
            ..PageQuery::default()
        };
        let page = page_of(&engine, &file, &query).expect("a page");
        let lines: Vec<_> = page
            .lines
            .iter()
            .map(|line| (line.number, line.is_context))
            .collect();
        assert_eq!(
            (lines, page.next_cursor),
            (vec![(200_000, true), (200_001, false), (200_002, true)], None)
        );
    }
}
