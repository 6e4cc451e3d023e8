//! Compares indexes with the naive reader.

use std::{sync::Arc, time::Duration};

use proptest::{collection::vec, prelude::*};

use super::{content, encoding_of, growing_file::GrowingFile, limits, memory_file, naive_page, run};
use crate::{
    Error, LogFile,
    index::LogIndex,
    index_cache::{IndexCache, IndexHandle, MAX_INDEXERS},
    limits::Limits,
    model::{Counts, PageQuery},
};

const INDEX_TIMEOUT: Duration = Duration::from_secs(60);

async fn complete_index(index: &IndexHandle) -> LogIndex {
    let complete = index
        .wait(INDEX_TIMEOUT, |index| index.is_complete.then(|| index.clone()))
        .await;
    complete.expect("no read error").expect("no timeout")
}

fn index_with(cache: &IndexCache, file: &Arc<dyn LogFile>) -> LogIndex {
    run(async { complete_index(&cache.index(&**file).await.expect("an index")).await })
}

fn index_of(file: &Arc<dyn LogFile>, limits: Limits) -> LogIndex {
    index_with(&IndexCache::new(limits), file)
}

fn count(content: &[u8], limits: Limits) -> Counts {
    let mut counts = Counts::default();
    naive_page(content, &PageQuery::default(), limits)
        .iter()
        .for_each(|line| counts.add(line.level, line.source));
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn blocks_are_whole_lines_in_order_with_the_right_counts(content in content(), limits in limits()) {
        let index = index_of(&memory_file(&content), limits);
        let lines = naive_page(&content, &PageQuery::default(), limits);
        prop_assert_eq!(index.encoding, encoding_of(&content));
        prop_assert_eq!((index.end.offset, index.end.line), (content.len() as u64, lines.len() as u64 + 1));
        let (mut offset, mut before, mut total) = (0, 0, Counts::default());
        for (number, block) in index.blocks.iter().enumerate() {
            prop_assert_eq!((block.start.offset, block.start.line), (offset, before as u64 + 1));
            let end = index.end_of(number);
            prop_assert!(content[..end.offset as usize].ends_with(b"\n") || end == index.end);
            let mut counts = Counts::default();
            lines[before..end.line as usize - 1].iter().for_each(|line| counts.add(line.level, line.source));
            prop_assert_eq!(block.counts, counts, "at {:?}", block.start);
            (offset, before) = (end.offset, end.line as usize - 1);
            total += counts;
        }
        prop_assert_eq!((offset, before, total), (content.len() as u64, lines.len(), index.total));
        for line in 1..=lines.len() as u64 {
            let block = index.block_of_line(line).expect("a block");
            prop_assert!(index.blocks[block].start.line <= line && line < index.end_of(block).line);
        }
        prop_assert_eq!(index.block_of_line(index.end.line), None);
    }

    #[test]
    fn an_extended_index_equals_a_new_one(
        contents in vec(content(), 1..4),
        cuts in vec(0usize..400, 0..6),
        limits in limits(),
    ) {
        let content = contents.concat();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(content.len())).collect();
        cuts.sort_unstable();
        let mut log = GrowingFile::new(b"");
        let (cache, mut written) = (IndexCache::new(limits), 0);
        for end in cuts.into_iter().chain([content.len()]) {
            log.append(&content[written..end]);
            written = end;
            let extended = index_with(&cache, &log.found());
            prop_assert_eq!(extended, index_of(&memory_file(&content[..end]), limits), "after {} bytes", end);
        }
    }

    #[test]
    fn a_replaced_log_is_indexed_again(before in content(), after in content(), limits in limits()) {
        let cache = IndexCache::new(limits);
        for content in [before, after] {
            let index = index_with(&cache, &memory_file(&content));
            prop_assert_eq!(index, index_of(&memory_file(&content), limits));
        }
    }
}

#[test]
fn requests_share_an_index_and_only_appended_bytes_are_indexed_again() {
    let line = b"a line of a log that is long enough to be counted\n";
    let mut log = GrowingFile::new(&line.repeat(100_000));
    let cache = IndexCache::new(Limits::DEFAULT);
    let index = |file: &Arc<dyn LogFile>| run(cache.index(&**file)).expect("an index");
    let file = log.found();
    let (first, second) = (index(&file), index(&file));
    assert!(Arc::ptr_eq(&first, &second));
    let before = run(complete_index(&first));
    log.append(line);
    let longer = log.found();
    let third = index(&longer);
    // The known part is available at once.
    assert!(third.read(|index| index.end.offset) + Limits::DEFAULT.chunk_bytes > file.version().size);
    let after = run(complete_index(&third));
    assert_eq!((before.total.lines(), after.total.lines()), (100_000, 100_001));
    // A request that found the shorter version shares the new index.
    assert!(Arc::ptr_eq(&index(&file), &third) && Arc::ptr_eq(&index(&longer), &third));
    assert_eq!(third.version().size, longer.version().size);
}

#[test]
fn logs_of_the_same_length_or_start_are_distinguished() {
    let cache = IndexCache::new(Limits::DEFAULT);
    for content in ["one\ntwo\n", "a\nb\nc\nd\n", "a\nb\n", "a\nX\nc\nd\ne\n"] {
        let log = GrowingFile::new(content.as_bytes());
        let index = index_with(&cache, &log.found());
        assert_eq!(
            index.total.lines() as usize,
            content.lines().count(),
            "{content:?}"
        );
    }
}

#[test]
fn a_longer_replacement_with_the_same_start_and_end_is_indexed_again() {
    let (start, end) = (b"a line\n".repeat(20_000), b"a line\n".repeat(2_000));
    let log = GrowingFile::new(&[start.as_slice(), b"error\n", &end].concat());
    let cache = IndexCache::new(Limits::DEFAULT);
    assert_eq!(index_with(&cache, &log.found()).total.errors(), 1);
    log.replace(&[start.as_slice(), b"still\n", &end, &end].concat());
    assert_eq!(index_with(&cache, &log.found()).total.errors(), 0);
}

#[test]
fn indexing_fails_if_the_log_is_truncated_and_the_next_request_retries() {
    let log = GrowingFile::new(&b"a line\n".repeat(2_000_000));
    let cache = IndexCache::new(Limits::DEFAULT);
    // Without a permit, indexing only starts after the truncation.
    let permits = run(cache.permits.clone().acquire_many_owned(MAX_INDEXERS as u32)).expect("permits");
    let index = run(cache.index(&*log.found())).expect("an index");
    log.truncate(70);
    drop(permits);
    let error = run(index.wait(INDEX_TIMEOUT, |_| None::<()>)).expect_err("the file is shorter");
    assert!(matches!(error, Error::Read(_)), "{error}");
    let index = index_with(&cache, &log.found());
    assert_eq!(index.total.lines(), 10);
}

#[test]
fn invalid_utf8_late_in_a_log_changes_the_counts_before_it() {
    // As UTF-8, a no-break space ends the level word; as Windows-1252, a letter continues it.
    let mut content = "error\u{a0}x\n".repeat(20_000).into_bytes();
    content.extend(b"a \xe9\n");
    let limits = Limits {
        block_bytes: 4 << 10,
        chunk_bytes: 16 << 10,
        ..Limits::DEFAULT
    };
    let index = index_of(&memory_file(&content), limits);
    assert_eq!(index.encoding, encoding_of(&content));
    let counts = count(&content, limits);
    assert_eq!((index.total, counts.errors()), (counts, 0));
}
