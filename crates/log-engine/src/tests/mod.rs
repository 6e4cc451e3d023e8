//! Compares pages with the naive reader.

mod growing_file;
mod index;
mod open_log;
mod outline;
mod search;

use std::{sync::Arc, time::Duration};

use proptest::{collection::vec, prelude::*, sample::select};

use crate::{
    Error, LogEngine, LogFile, Result,
    cursor::Position,
    limits::Limits,
    model::{Direction, Filter, Level, Line, Page, PageQuery, Source},
    naive_reader::{encoding_of, memory_file, naive_lines, naive_page, page_of, run},
};

/// Timeouts that are long enough for a busy machine.
const PATIENT: Limits = Limits {
    index_timeout: Duration::from_secs(60),
    completion_timeout: Duration::from_secs(60),
    ..Limits::DEFAULT
};

/// Limits for tests in which a timeout is expected.
const HURRIED: Limits = Limits {
    index_timeout: Duration::from_millis(20),
    completion_timeout: Duration::from_millis(20),
    ..Limits::DEFAULT
};

impl LogEngine {
    /// Returns an engine with the same caches.
    fn with_limits(mut self, limits: Limits) -> Self {
        self.indexes.limits = limits;
        self
    }
}

fn page(file: &Arc<dyn LogFile>, query: &PageQuery, limits: Limits) -> Result<Page> {
    page_of(&LogEngine::new(limits), file, query)
}

/// Follows the cursors to the end. Returns the pages in reading order.
fn all_pages(file: &Arc<dyn LogFile>, query: &PageQuery, limits: Limits) -> Vec<Page> {
    let engine = LogEngine::new(limits);
    let (mut query, mut pages) = (query.clone(), Vec::new());
    loop {
        let page = page_of(&engine, file, &query).expect("a page");
        query = PageQuery {
            cursor: page.next_cursor.clone(),
            from_line: None,
            ..query
        };
        pages.push(page);
        if query.cursor.is_none() {
            return pages;
        }
        assert!(pages.len() < 2000, "a page makes no progress");
    }
}

fn pages(file: &Arc<dyn LogFile>, query: &PageQuery, limits: Limits) -> Vec<Vec<Line>> {
    all_pages(file, query, limits)
        .into_iter()
        .map(|page| page.lines)
        .collect()
}

fn containing(text: &str) -> Filter {
    Filter {
        contains: Some(text.to_owned()),
        ..Filter::default()
    }
}

fn part() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"error",
        b"warning: ",
        b"[INFO] ",
        b"worker ",
        b"Build",
        b" ",
        b"0 errors",
        b"\x1b[31m",
        b"\x1b[0m",
        b"\x1b]0;t\x07",
        b"\x1b",
        b"\0",
        b"\r",
        b"2026-06-27 12:42:03 ",
        "é".as_bytes(),
        "ſtraße 😀".as_bytes(),
        b"\xef\xbb\xbf",
        b"a fairly long piece of text that fills a line quickly",
    ];
    prop_oneof![20 => select(words).prop_map(<[u8]>::to_vec), 1 => vec(any::<u8>(), 0..6)]
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let end = prop_oneof![4 => Just(&b"\n"[..]), 2 => Just(&b"\r\n"[..]), 1 => Just(&b"\n\n"[..]), 1 => Just(&b"\r"[..])];
    let line = (vec(part(), 0..8), end).prop_map(|(parts, end)| [parts.concat(), end.to_vec()].concat());
    (
        any::<bool>(),
        vec(line, 0..24),
        vec(part(), 0..3),
        prop_oneof![3 => Just(false), 1 => Just(true)],
    )
        .prop_map(|(has_mark, lines, last, is_utf8)| {
            let mark = if has_mark { &b"\xef\xbb\xbf"[..] } else { b"" };
            let all = [mark.to_vec(), lines.concat(), last.concat()].concat();
            if is_utf8 {
                String::from_utf8_lossy(&all).into_owned().into_bytes()
            } else {
                all
            }
        })
}

fn query() -> impl Strategy<Value = PageQuery> {
    let contains = select(vec![
        "ERR",
        "é",
        "straSSe",
        "STRASSE 😀",
        "long piece",
        "r w",
        ": ",
        "k",
        "\0",
        "0 errorserror",
    ])
    .prop_map(str::to_owned);
    let regex = select(vec![
        "err|warn",
        r"^\[",
        r"\d e",
        "(?-i)Build",
        "r.*t",
        "^$",
        r"s\b",
        "ſ",
        ".",
        "y$",
    ])
    .prop_map(str::to_owned);
    let text = prop_oneof![
        3 => Just((None, None)),
        2 => contains.prop_map(|text| (Some(text), None)),
        2 => regex.prop_map(|pattern| (None, Some(pattern))),
    ];
    (
        prop_oneof![1u32..5, Just(100)],
        proptest::option::weighted(0.3, select(Level::ALL)),
        proptest::option::weighted(0.3, select(Source::ALL)),
        text,
        prop_oneof![Just(0), 0u32..4, Just(10)],
    )
        .prop_map(|(limit, level, source, (contains, regex), context)| PageQuery {
            limit,
            context,
            filter: Filter {
                level,
                source,
                contains,
                regex,
            },
            ..PageQuery::default()
        })
}

fn limits() -> impl Strategy<Value = Limits> {
    (1u64..40, 4u64..40, 1u64..120, 1u64..80, 1u64..200).prop_map(
        |(first_read_bytes, max_read_bytes, max_line_bytes, block_bytes, chunk_bytes)| Limits {
            first_read_bytes,
            max_read_bytes,
            max_line_bytes,
            block_bytes,
            chunk_bytes,
            scan_timeout: Duration::MAX,
            ..PATIENT
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn pages_in_either_direction_contain_every_line_once(content in content(), query in query(), limits in limits()) {
        let (file, expected) = (memory_file(&content), naive_page(&content, &query, limits));
        for direction in [Direction::Forward, Direction::Backward] {
            let query = PageQuery { direction, ..query.clone() };
            let mut pages = pages(&file, &query, limits);
            prop_assert_eq!(pages.len(), expected.len().div_ceil(query.limit as usize).max(1), "an empty page or an unnecessary cursor");
            prop_assert!(pages.iter().rev().skip(1).all(|page| page.len() == query.limit as usize));
            if direction == Direction::Backward {
                pages.reverse();
            }
            prop_assert_eq!(pages.concat(), expected.clone(), "{}", direction);
        }
    }

    #[test]
    fn a_cursor_lies_between_two_lines_and_works_in_both_directions(content in content(), query in query(), limits in limits()) {
        let (file, expected) = (memory_file(&content), naive_page(&content, &query, limits));
        let first = page(&file, &query, limits).expect("a page");
        if let Some(cursor) = first.next_cursor {
            let back = PageQuery { cursor: Some(cursor), direction: Direction::Backward, ..query.clone() };
            prop_assert_eq!(page(&file, &back, limits).expect("a page").lines, first.lines);
            let rest = PageQuery { direction: Direction::Forward, limit: 100, ..back };
            prop_assert_eq!(page(&file, &rest, limits).expect("a page").lines, &expected[query.limit as usize..]);
        }
    }

    #[test]
    fn a_page_starts_or_ends_with_the_given_line(content in content(), query in query(), limits in limits(), line in 1u64..40) {
        let (file, all) = (memory_file(&content), naive_page(&content, &query, limits));
        let limit = query.limit as usize;
        let forward = PageQuery { from_line: Some(line), ..query.clone() };
        let expected: Vec<_> = all.iter().filter(|found| found.number >= line).cloned().collect();
        prop_assert_eq!(&page(&file, &forward, limits).expect("a page").lines, &expected[..expected.len().min(limit)]);
        prop_assert_eq!(pages(&file, &forward, limits).concat(), expected);
        let backward = PageQuery { direction: Direction::Backward, ..forward };
        let expected: Vec<_> = all.iter().filter(|found| found.number <= line).cloned().collect();
        prop_assert_eq!(&page(&file, &backward, limits).expect("a page").lines, &expected[expected.len().saturating_sub(limit)..]);
        let tail = PageQuery { direction: Direction::Backward, ..query };
        prop_assert_eq!(&page(&file, &tail, limits).expect("a page").lines, &all[all.len().saturating_sub(limit)..]);
    }

    #[test]
    fn examined_ranges_are_contiguous(
        content in content(),
        query in query(),
        limits in limits(),
        timeout_ms in 0u64..9,
        backward in any::<bool>(),
    ) {
        let limits = Limits { scan_timeout: Duration::from_millis(timeout_ms), ..limits };
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let query = PageQuery { direction, ..query };
        let mut pages = all_pages(&memory_file(&content), &query, limits);
        if backward {
            pages.reverse();
        }
        let mut last = 0;
        for page in &pages {
            if let Some(examined) = page.examined {
                prop_assert_eq!(examined.first, last + 1);
                prop_assert!(examined.first <= examined.last);
                prop_assert!(page.lines.iter().all(|line| (examined.first..=examined.last).contains(&line.number)));
                last = examined.last;
            } else {
                prop_assert!(content.is_empty());
            }
        }
        prop_assert_eq!(last as usize, naive_lines(&content, &query, limits).len());
        // A timeout only changes where pages end.
        prop_assert_eq!(pages.into_iter().map(|page| page.lines).collect::<Vec<_>>().concat(), naive_page(&content, &query, limits));
    }

    #[test]
    fn any_cursor_is_accepted_or_rejected(content in content(), offset in 1u64..200, number in 2u64..200, backward in any::<bool>()) {
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let query = PageQuery { cursor: Some(Position { offset, line: number }.to_cursor()), direction, ..PageQuery::default() };
        let fits = number - 1 <= offset && content.get(offset as usize - 1) == Some(&b'\n');
        match page(&memory_file(&content), &query, PATIENT) {
            Ok(_) => prop_assert!(fits),
            Err(Error::InvalidCursor(_)) => prop_assert!(!fits),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

#[test]
fn an_empty_log_has_no_lines_and_the_last_line_needs_no_newline() {
    let lines_of = |content: &[u8], direction| {
        let query = PageQuery {
            direction,
            ..PageQuery::default()
        };
        pages(&memory_file(content), &query, PATIENT)
            .concat()
            .iter()
            .map(|line| (line.number, line.message.clone()))
            .collect::<Vec<_>>()
    };
    for direction in Direction::ALL {
        assert!(lines_of(b"", *direction).is_empty());
        assert_eq!(lines_of(b"\n", *direction), [(1, String::new())]);
        assert_eq!(
            lines_of(b"a\r\n\nb", *direction),
            [(1, "a".into()), (2, String::new()), (3, "b".into())]
        );
        assert_eq!(
            lines_of(b"\xef\xbb\xbfa\xe2\x82", *direction),
            [(1, "a\u{fffd}".into())]
        );
        assert_eq!(
            lines_of(b"caf\xe9 \x80\x81\n", *direction),
            [(1, "café €\u{fffd}".into())]
        );
    }
}

#[test]
fn a_long_line_is_truncated_for_display_and_searched_to_its_end() {
    let mut content = b"before\n".to_vec();
    content.extend(b"[ERROR] ".iter().chain(&b"x\x1b[31my".repeat(500_000)));
    content.extend("\x1b[0mNädel\r\nafter".as_bytes());
    let file = memory_file(&content);
    for direction in Direction::ALL {
        let query = PageQuery {
            filter: containing("NÄDEL"),
            direction: *direction,
            ..PageQuery::default()
        };
        let page = page(&file, &query, PATIENT).expect("a page");
        let [line] = page.lines.as_slice() else {
            panic!("{} lines", page.lines.len())
        };
        assert_eq!(
            (
                line.number,
                line.level,
                line.is_truncated,
                line.message.chars().count()
            ),
            (2, Level::Error, true, 4000)
        );
        assert_eq!(page.next_cursor, None);
        assert!(
            pages(
                &file,
                &PageQuery {
                    filter: containing("needle"),
                    ..query
                },
                PATIENT
            )
            .concat()
            .is_empty()
        );
    }
}
