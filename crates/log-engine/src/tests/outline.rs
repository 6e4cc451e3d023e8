//! Outlines against a reader that holds the whole file in memory.

use super::*;
use crate::logs::outline::outline;
use runlens_api_types::log::{LogOutline, LogOutlineQuery};

fn outlined(content: &[u8], limits: Limits, buckets: u32) -> LogOutline {
    let file = found(content);
    run(outline(
        &LogCache::new(limits),
        &file,
        RUN,
        false,
        &LogOutlineQuery { buckets },
    ))
    .expect("an outline")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_outline_counts_what_is_there(content in content(), limits in limits(), buckets in 0u32..12) {
        let outline = outlined(&content, limits, buckets);
        let lines = naive(&content, &LogQuery::default(), limits);
        prop_assert_eq!((outline.lines, outline.size_bytes), (lines.len() as u64, content.len() as u64));
        prop_assert!(outline.is_complete && outline.indexed_bytes == outline.size_bytes && !outline.is_growing);
        for level in LogLevel::ALL {
            prop_assert_eq!(outline.levels.of(*level), lines.iter().filter(|line| line.level == *level).count() as u64, "{}", level);
        }
        for source in LogSource::ALL {
            prop_assert_eq!(outline.sources.of(*source), lines.iter().filter(|line| line.source == *source).count() as u64, "{}", source);
        }
        let is_error = |line: &&LogLine| line.level <= LogLevel::Error;
        prop_assert_eq!(outline.first_error_line, lines.iter().find(is_error).map(|line| line.line));
        prop_assert_eq!(outline.last_error_line, lines.iter().rfind(is_error).map(|line| line.line));
        prop_assert!(outline.density.len() <= buckets as usize);
        let mut rest = lines.as_slice();
        for piece in &outline.density {
            let (here, behind) = rest.split_at(piece.lines as usize);
            prop_assert_eq!(Some(piece.first_line), here.first().map(|line| line.line));
            prop_assert_eq!(piece.errors, here.iter().filter(is_error).count() as u64);
            prop_assert_eq!(piece.warnings, here.iter().filter(|line| line.level == LogLevel::Warning).count() as u64);
            prop_assert_eq!(Some(piece.worst), here.iter().map(|line| line.level).min());
            rest = behind;
        }
        prop_assert!(rest.is_empty() || buckets == 0);
    }
}

#[test]
fn a_small_log_is_outlined_line_by_line_and_a_large_one_block_by_block() {
    let line = "a line of some length, of which there are many\n";
    let small = outlined(line.repeat(1000).as_bytes(), Limits::DEFAULT, 200);
    assert_eq!(small.density.len(), 200);
    assert!(small.density.iter().all(|piece| piece.lines == 5));
    let large = outlined(line.repeat(100_000).as_bytes(), Limits::DEFAULT, 200);
    assert!(
        (60..=80).contains(&large.density.len()),
        "{}",
        large.density.len()
    );
}

#[test]
fn while_a_log_is_gone_through_the_outline_says_so() {
    let file = found(b"error\n");
    run(async {
        let logs = LogCache::default();
        let gate = logs.gate.clone();
        let closed = gate
            .acquire_many(crate::logs::indexes::AT_A_TIME as u32)
            .await
            .expect("the gate");
        let query = LogOutlineQuery::default();
        let early = outline(&logs, &file, RUN, true, &query)
            .await
            .expect("an outline");
        assert_eq!(
            (
                early.is_complete,
                early.is_growing,
                early.indexed_bytes,
                early.lines,
                early.size_bytes
            ),
            (false, true, 0, 0, 6)
        );
        assert_eq!((early.first_error_line, early.density), (None, vec![]));
        drop(closed);
        let later = outline(&logs, &file, RUN, true, &query)
            .await
            .expect("an outline");
        assert_eq!(
            (later.is_complete, later.lines, later.first_error_line),
            (true, 1, Some(1))
        );
    });
}
