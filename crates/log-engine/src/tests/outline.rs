//! Compares outlines with the naive reader.

use proptest::prelude::*;

use super::{HURRIED, PATIENT, content, limits, memory_file, naive_page, run};
use crate::{
    LogEngine,
    index_cache::MAX_INDEXERS,
    limits::Limits,
    model::{Level, Line, Outline, PageQuery, Source},
};

fn outline_of(content: &[u8], limits: Limits, max_sections: u32) -> Outline {
    run(LogEngine::new(limits).outline(&memory_file(content), max_sections)).expect("an outline")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_outline_counts_the_lines_of_the_log(content in content(), limits in limits(), max_sections in 0u32..12) {
        let outline = outline_of(&content, limits, max_sections);
        let lines = naive_page(&content, &PageQuery::default(), limits);
        prop_assert_eq!((outline.counts.lines(), outline.indexed_bytes), (lines.len() as u64, content.len() as u64));
        prop_assert!(outline.is_complete);
        for level in Level::ALL {
            prop_assert_eq!(outline.counts.level(*level), lines.iter().filter(|line| line.level == *level).count() as u64, "{}", level);
        }
        for source in Source::ALL {
            prop_assert_eq!(outline.counts.source(*source), lines.iter().filter(|line| line.source == *source).count() as u64, "{}", source);
        }
        let is_error = |line: &&Line| line.level <= Level::Error;
        prop_assert_eq!(outline.first_error_line, lines.iter().find(is_error).map(|line| line.number));
        prop_assert_eq!(outline.last_error_line, lines.iter().rfind(is_error).map(|line| line.number));
        prop_assert!(outline.sections.len() <= max_sections as usize);
        let mut rest = lines.as_slice();
        for section in &outline.sections {
            let (here, behind) = rest.split_at(section.lines as usize);
            prop_assert_eq!(Some(section.first_line), here.first().map(|line| line.number));
            prop_assert_eq!(section.errors, here.iter().filter(is_error).count() as u64);
            prop_assert_eq!(section.warnings, here.iter().filter(|line| line.level == Level::Warning).count() as u64);
            prop_assert_eq!(Some(section.worst), here.iter().map(|line| line.level).min());
            rest = behind;
        }
        prop_assert!(rest.is_empty() || max_sections == 0);
    }
}

#[test]
fn a_small_log_is_outlined_by_line_and_a_large_one_by_block() {
    let line = "a line of some length, of which there are many\n";
    let small = outline_of(line.repeat(1000).as_bytes(), PATIENT, 200);
    assert_eq!(small.sections.len(), 200);
    assert!(small.sections.iter().all(|section| section.lines == 5));
    let large = outline_of(line.repeat(100_000).as_bytes(), PATIENT, 200);
    assert!(
        (60..=80).contains(&large.sections.len()),
        "{}",
        large.sections.len()
    );
}

#[test]
fn the_outline_of_an_unfinished_index_is_not_complete() {
    let file = memory_file(b"error\n");
    run(async {
        let engine = LogEngine::new(HURRIED);
        let permits = engine.indexes.permits.clone();
        let permits = permits.acquire_many(MAX_INDEXERS as u32).await.expect("permits");
        let early = engine.outline(&file, 20).await.expect("an outline");
        assert_eq!(
            (early.is_complete, early.indexed_bytes, early.counts.lines()),
            (false, 0, 0)
        );
        assert_eq!((early.first_error_line, early.sections), (None, vec![]));
        drop(permits);
        let engine = engine.with_limits(PATIENT);
        let later = engine.outline(&file, 20).await.expect("an outline");
        assert_eq!(
            (later.is_complete, later.counts.lines(), later.first_error_line),
            (true, 1, Some(1))
        );
    });
}
