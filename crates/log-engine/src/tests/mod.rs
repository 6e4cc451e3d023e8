//! The pages of a log against a reader that holds the whole file in memory and knows nothing of chunks.

mod index;
mod opening;
mod outline;
mod search;

use std::time::Duration;

use proptest::{collection::vec, prelude::*, sample::select};
use runlens_api_types::{
    TextEnum as _,
    log::{LogDirection, LogFilter, LogLevel, LogLine, LogPage, LogQuery, LogSource},
};

use super::{
    Limits, LogCache,
    cursor::Position,
    naive::{RUN, encoding_of, found, naive, naive_lines, page_of, run},
};
use crate::{Error, error::Result, files::FoundFile};

fn page(file: &FoundFile, query: &LogQuery, limits: Limits) -> Result<LogPage> {
    page_of(&LogCache::new(limits), file, query).map(|answer| answer.page)
}

/// Follows the cursors to the end: the pages in the order in which they were read.
fn whole_pages(file: &FoundFile, query: &LogQuery, limits: Limits) -> Vec<LogPage> {
    let cache = LogCache::new(limits);
    let (mut query, mut pages) = (query.clone(), Vec::new());
    loop {
        let page = page_of(&cache, file, &query).expect("a page").page;
        query = LogQuery {
            cursor: page.pagination.next_cursor.clone(),
            from_line: None,
            ..query
        };
        pages.push(page);
        if query.cursor.is_none() {
            return pages;
        }
        assert!(pages.len() < 2000, "each page goes on");
    }
}

fn pages(file: &FoundFile, query: &LogQuery, limits: Limits) -> Vec<Vec<LogLine>> {
    whole_pages(file, query, limits)
        .into_iter()
        .map(|page| page.data)
        .collect()
}

fn containing(text: &str) -> LogFilter {
    LogFilter {
        contains: Some(text.to_owned()),
        ..LogFilter::default()
    }
}

fn bits() -> impl Strategy<Value = Vec<u8>> {
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
    let line = (vec(bits(), 0..8), end).prop_map(|(bits, end)| [bits.concat(), end.to_vec()].concat());
    (
        any::<bool>(),
        vec(line, 0..24),
        vec(bits(), 0..3),
        prop_oneof![3 => Just(false), 1 => Just(true)],
    )
        .prop_map(|(mark, lines, last, clean)| {
            let mark = if mark { &b"\xef\xbb\xbf"[..] } else { b"" };
            let all = [mark.to_vec(), lines.concat(), last.concat()].concat();
            if clean {
                String::from_utf8_lossy(&all).into_owned().into_bytes()
            } else {
                all
            }
        })
}

fn query() -> impl Strategy<Value = LogQuery> {
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
        proptest::option::weighted(0.3, select(LogLevel::ALL)),
        proptest::option::weighted(0.3, select(LogSource::ALL)),
        text,
        prop_oneof![Just(0), 0u32..4, Just(10)],
    )
        .prop_map(|(limit, level, source, (contains, regex), context)| LogQuery {
            limit,
            context,
            filter: LogFilter {
                level,
                source,
                contains,
                regex,
            },
            ..LogQuery::default()
        })
}

fn limits() -> impl Strategy<Value = Limits> {
    (1u64..40, 4u64..40, 1u64..120, 1u64..80, 1u64..200).prop_map(
        |(first_read, max_read, max_line, block, piece)| Limits {
            first_read,
            max_read,
            max_line,
            block,
            piece,
            budget: Duration::MAX,
            ..Limits::DEFAULT
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn paging_either_way_gives_every_line_once(content in content(), query in query(), limits in limits()) {
        let (file, expected) = (found(&content), naive(&content, &query, limits));
        for direction in [LogDirection::Forward, LogDirection::Backward] {
            let query = LogQuery { direction: Some(direction), ..query.clone() };
            let mut pages = pages(&file, &query, limits);
            prop_assert_eq!(pages.len(), expected.len().div_ceil(query.limit as usize).max(1), "no empty page, no needless cursor");
            prop_assert!(pages.iter().rev().skip(1).all(|page| page.len() == query.limit as usize));
            if direction == LogDirection::Backward {
                pages.reverse();
            }
            prop_assert_eq!(pages.concat(), expected.clone(), "{}", direction);
        }
    }

    #[test]
    fn a_cursor_lies_between_two_lines_and_serves_both_ways(content in content(), query in query(), limits in limits()) {
        let (file, expected) = (found(&content), naive(&content, &query, limits));
        let first = page(&file, &query, limits).expect("a page");
        if let Some(cursor) = first.pagination.next_cursor {
            let back = LogQuery { cursor: Some(cursor), direction: Some(LogDirection::Backward), ..query.clone() };
            prop_assert_eq!(page(&file, &back, limits).expect("a page").data, first.data);
            let rest = LogQuery { direction: Some(LogDirection::Forward), limit: 100, ..back };
            prop_assert_eq!(page(&file, &rest, limits).expect("a page").data, &expected[query.limit as usize..]);
        }
    }

    #[test]
    fn a_page_begins_at_the_line_asked_for_or_ends_with_it(content in content(), query in query(), limits in limits(), line in 1u64..40) {
        let (file, all) = (found(&content), naive(&content, &query, limits));
        let limit = query.limit as usize;
        let forward = LogQuery { from_line: Some(line), ..query.clone() };
        let expected: Vec<_> = all.iter().filter(|shown| shown.line >= line).cloned().collect();
        prop_assert_eq!(&page(&file, &forward, limits).expect("a page").data, &expected[..expected.len().min(limit)]);
        prop_assert_eq!(pages(&file, &forward, limits).concat(), expected);
        let backward = LogQuery { direction: Some(LogDirection::Backward), ..forward };
        let expected: Vec<_> = all.iter().filter(|shown| shown.line <= line).cloned().collect();
        prop_assert_eq!(&page(&file, &backward, limits).expect("a page").data, &expected[expected.len().saturating_sub(limit)..]);
        let tail = LogQuery { tail: Some(query.limit), ..query };
        prop_assert_eq!(&page(&file, &tail, limits).expect("a page").data, &all[all.len().saturating_sub(limit)..]);
    }

    #[test]
    fn what_pages_have_examined_lies_side_by_side(
        content in content(),
        query in query(),
        limits in limits(),
        budget in 0u64..9,
        backward in any::<bool>(),
    ) {
        let limits = Limits { budget: Duration::from_millis(budget), ..limits };
        let direction = if backward { LogDirection::Backward } else { LogDirection::Forward };
        let query = LogQuery { direction: Some(direction), ..query };
        let mut pages = whole_pages(&found(&content), &query, limits);
        if backward {
            pages.reverse();
        }
        let mut last = 0;
        for page in &pages {
            if let Some(examined) = page.examined {
                prop_assert_eq!(examined.first, last + 1);
                prop_assert!(examined.first <= examined.last);
                prop_assert!(page.data.iter().all(|line| (examined.first..=examined.last).contains(&line.line)));
                last = examined.last;
            } else {
                prop_assert!(content.is_empty());
            }
        }
        prop_assert_eq!(last as usize, naive_lines(&content, &query, limits).len());
        // Time that is up changes where pages end, and nothing else.
        prop_assert_eq!(pages.into_iter().map(|page| page.data).collect::<Vec<_>>().concat(), naive(&content, &query, limits));
    }

    #[test]
    fn any_cursor_is_served_or_refused(content in content(), offset in 1u64..200, number in 2u64..200, backward in any::<bool>()) {
        let direction = Some(if backward { LogDirection::Backward } else { LogDirection::Forward });
        let query = LogQuery { cursor: Some(Position { offset, line: number }.to_cursor()), direction, ..LogQuery::default() };
        let fits = number - 1 <= offset && content.get(offset as usize - 1) == Some(&b'\n');
        match page(&found(&content), &query, Limits::DEFAULT) {
            Ok(_) => prop_assert!(fits),
            Err(Error::Invalid(body)) => prop_assert!(!fits && body.details["fields"]["cursor"].is_string()),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

#[test]
fn an_empty_log_has_no_lines_and_an_unended_last_line_is_one() {
    let count = |content: &[u8], direction| {
        let query = LogQuery {
            direction: Some(direction),
            ..LogQuery::default()
        };
        pages(&found(content), &query, Limits::DEFAULT)
            .concat()
            .iter()
            .map(|line| (line.line, line.message.clone()))
            .collect::<Vec<_>>()
    };
    for direction in LogDirection::ALL {
        assert!(count(b"", *direction).is_empty());
        assert_eq!(count(b"\n", *direction), [(1, String::new())]);
        assert_eq!(
            count(b"a\r\n\nb", *direction),
            [(1, "a".into()), (2, String::new()), (3, "b".into())]
        );
        assert_eq!(
            count(b"\xef\xbb\xbfa\xe2\x82", *direction),
            [(1, "a\u{fffd}".into())]
        );
        assert_eq!(
            count(b"caf\xe9 \x80\x81\n", *direction),
            [(1, "café €\u{fffd}".into())]
        );
    }
}

#[test]
fn a_line_of_megabytes_is_cut_when_shown_and_searched_to_its_end() {
    let mut content = b"before\n".to_vec();
    content.extend(b"[ERROR] ".iter().chain(&b"x\x1b[31my".repeat(500_000)));
    content.extend("\x1b[0mNädel\r\nafter".as_bytes());
    let file = found(&content);
    for direction in LogDirection::ALL {
        let query = LogQuery {
            filter: containing("NÄDEL"),
            direction: Some(*direction),
            ..LogQuery::default()
        };
        let page = page(&file, &query, Limits::DEFAULT).expect("a page");
        let [line] = page.data.as_slice() else {
            panic!("{} lines", page.data.len())
        };
        assert_eq!(
            (
                line.line,
                line.level,
                line.truncated,
                line.message.chars().count()
            ),
            (2, LogLevel::Error, true, 4000)
        );
        assert_eq!(page.pagination.next_cursor, None);
        assert!(
            pages(
                &file,
                &LogQuery {
                    filter: containing("needle"),
                    ..query
                },
                Limits::DEFAULT
            )
            .concat()
            .is_empty()
        );
    }
}
