//! The index of a log against the lines that the naive reader finds.

use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::Path,
    sync::Arc,
    time::Duration,
};

use proptest::{collection::vec, prelude::*};
use tempfile::TempDir;

use super::{RUN, content, encoding_of, found, limits, naive, run};
use crate::{
    Error,
    files::{FileKey, Files, FoundFile},
    logs::{
        Limits, LogCache,
        index::{Counts, LogIndex},
        indexes::{AT_A_TIME, Indexing},
    },
};

const PATIENCE: Duration = Duration::from_secs(20);

async fn whole(indexing: &Indexing) -> LogIndex {
    let whole = indexing
        .wait(PATIENCE, |index| index.is_complete.then(|| index.clone()))
        .await;
    whole.expect("the log can be read").expect("it ends")
}

fn index_of(file: &FoundFile, limits: Limits) -> LogIndex {
    run(async { whole(&LogCache::new(limits).index(file).await.expect("an index")).await })
}

/// A local log that grows.
pub(super) struct Growing {
    root: TempDir,
    files: Files,
    file: File,
}

impl Growing {
    pub(super) fn new(content: &[u8]) -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let files = Files::none().with_local(root.path());
        run(files.put(&FileKey::log(RUN), content.to_vec())).expect("written");
        let file = OpenOptions::new()
            .append(true)
            .open(Self::path(root.path()))
            .expect("a file");
        Self { root, files, file }
    }

    fn path(root: &Path) -> std::path::PathBuf {
        root.join(FileKey::log(RUN).to_string())
    }

    pub(super) fn append(&mut self, content: &[u8]) {
        self.file.write_all(content).expect("written");
    }

    pub(super) fn cut(&self, size: u64) {
        self.file.set_len(size).expect("cut");
    }

    pub(super) fn replace(&self, content: &[u8]) {
        run(self.files.put(&FileKey::log(RUN), content.to_vec())).expect("written");
    }

    pub(super) fn delete(&self) {
        std::fs::remove_file(Self::path(self.root.path())).expect("deleted");
    }

    pub(super) fn found(&self) -> FoundFile {
        run(self.files.find(&FileKey::log(RUN)))
            .expect("an answer")
            .expect("found")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn blocks_are_whole_lines_in_order_and_counted_right(content in content(), limits in limits()) {
        let index = index_of(&found(&content), limits);
        let lines = naive(&content, &Default::default(), limits);
        prop_assert_eq!(index.encoding, encoding_of(&content));
        prop_assert_eq!((index.end.offset, index.end.line), (content.len() as u64, lines.len() as u64 + 1));
        let (mut offset, mut before, mut total) = (0, 0, Counts::default());
        for (number, block) in index.blocks.iter().enumerate() {
            prop_assert_eq!((block.start.offset, block.start.line), (offset, before as u64 + 1));
            let end = index.end_of(number);
            prop_assert!(content[..end.offset as usize].ends_with(b"\n") || end == index.end);
            let mut counts = Counts::default();
            lines[before..end.line as usize - 1].iter().for_each(|line| counts.add(line.level, line.source));
            prop_assert_eq!(block.counts, counts, "of {:?}", block.start);
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
    fn an_index_that_is_extended_equals_one_that_is_made_anew(
        contents in vec(content(), 1..4),
        cuts in vec(0usize..400, 0..6),
        limits in limits(),
    ) {
        let content = contents.concat();
        let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(content.len())).collect();
        cuts.sort_unstable();
        let mut log = Growing::new(b"");
        let (cache, mut written) = (LogCache::new(limits), 0);
        for end in cuts.into_iter().chain([content.len()]) {
            log.append(&content[written..end]);
            written = end;
            let file = log.found();
            let extended = run(async { whole(&cache.index(&file).await.expect("an index")).await });
            prop_assert_eq!(extended, index_of(&found(&content[..end]), limits), "after {} bytes", end);
        }
    }

    #[test]
    fn a_log_that_is_replaced_is_gone_through_anew(before in content(), after in content(), limits in limits()) {
        let files = Files::none().with_memory();
        let cache = LogCache::new(limits);
        for content in [before, after] {
            let file = run(async {
                files.put(&FileKey::log(RUN), content.clone()).await.expect("written");
                files.find(&FileKey::log(RUN)).await.expect("an answer").expect("found")
            });
            let index = run(async { whole(&cache.index(&file).await.expect("an index")).await });
            prop_assert_eq!(index, index_of(&found(&content), limits));
        }
    }
}

#[test]
fn one_index_serves_all_who_ask_and_only_what_is_new_is_read_again() {
    let line = b"a line of a log that is long enough to be counted\n";
    let mut log = Growing::new(&line.repeat(100_000));
    let cache = LogCache::default();
    let ask = |file: &FoundFile| run(cache.index(file)).expect("an index");
    let file = log.found();
    let (first, second) = (ask(&file), ask(&file));
    assert!(Arc::ptr_eq(&first, &second));
    let before = run(whole(&first));
    log.append(line);
    let longer = log.found();
    let third = ask(&longer);
    // What is known is there at once.
    assert!(third.look(|index| index.end.offset) + Limits::DEFAULT.piece > file.size);
    let after = run(whole(&third));
    assert_eq!((before.total.lines(), after.total.lines()), (100_000, 100_001));
    // Who has found the log earlier gets what is known of it now, and nothing is made anew.
    assert!(Arc::ptr_eq(&ask(&file), &third) && Arc::ptr_eq(&ask(&longer), &third));
    assert_eq!(third.file().size, longer.size);
}

#[test]
fn a_log_of_the_same_length_or_start_is_another_one() {
    let cache = LogCache::default();
    for content in ["one\ntwo\n", "a\nb\nc\nd\n", "a\nb\n", "a\nX\nc\nd\ne\n"] {
        let log = Growing::new(content.as_bytes());
        let file = log.found();
        let index = run(async { whole(&cache.index(&file).await.expect("an index")).await });
        assert_eq!(
            index.total.lines() as usize,
            content.lines().count(),
            "{content:?}"
        );
    }
}

#[test]
fn a_longer_log_in_the_place_of_another_is_gone_through_anew_though_both_ends_look_the_same() {
    let (start, end) = (b"a line\n".repeat(20_000), b"a line\n".repeat(2_000));
    let log = Growing::new(&[start.as_slice(), b"error\n", &end].concat());
    let cache = LogCache::default();
    let ask = |file: &FoundFile| run(async { whole(&cache.index(file).await.expect("an index")).await });
    assert_eq!(ask(&log.found()).total.errors(), 1);
    log.replace(&[start.as_slice(), b"still\n", &end, &end].concat());
    assert_eq!(ask(&log.found()).total.errors(), 0);
}

#[test]
fn a_log_that_is_cut_while_it_is_read_fails_for_those_who_wait_and_is_read_anew_for_the_next() {
    let log = Growing::new(&b"a line\n".repeat(2_000_000));
    let cache = LogCache::default();
    let file = log.found();
    // All who may go through logs are busy: this one is cut before its turn.
    let turns = run(cache.gate.clone().acquire_many_owned(AT_A_TIME as u32)).expect("open");
    let indexing = run(cache.index(&file)).expect("an index");
    log.cut(70);
    drop(turns);
    let error = run(indexing.wait(PATIENCE, |_| None::<()>)).expect_err("it is shorter than it was");
    assert!(
        matches!(error, Error::Files(_)) && error.is_unavailable(),
        "{error}"
    );
    let file = log.found();
    let index = run(async { whole(&cache.index(&file).await.expect("an index")).await });
    assert_eq!(index.total.lines(), 10);
}

#[test]
fn bytes_that_are_no_utf8_late_in_a_log_change_what_was_counted_before() {
    // As UTF-8 the word goes on behind the level; as Windows-1252 it does not.
    let mut content = "error\u{a0}x\n".repeat(20_000).into_bytes();
    content.extend(b"a \xe9\n");
    let limits = Limits {
        block: 4 << 10,
        piece: 16 << 10,
        ..Limits::DEFAULT
    };
    let index = index_of(&found(&content), limits);
    assert_eq!(index.encoding, encoding_of(&content));
    let mut counts = Counts::default();
    naive(&content, &Default::default(), limits)
        .iter()
        .for_each(|line| counts.add(line.level, line.source));
    assert_eq!((index.total, counts.errors()), (counts, 0));
}
