//! Implementation without vector instructions.

use super::{
    BLOCK_BYTES, BUILD, ESCAPE, KeywordMasks, MAX_KEYWORD_BYTES, MILD, NibbleTables, ORCHES, RUNNER,
    RareMasks, SEVERE, SPAN_BYTES, TABLES, TEST_R, TRATOR, Vectors, WORKER,
};
use crate::level_cache::{MAX_PREFIXES, PREFIX_BYTES, PrefixPatterns, normalize_digits};

pub(super) struct Scalar;

impl Vectors for Scalar {
    fn find(&self, span: &[u8; SPAN_BYTES]) -> KeywordMasks {
        let mut groups = [0; BLOCK_BYTES];
        for (found, bytes) in groups.iter_mut().zip(span.windows(MAX_KEYWORD_BYTES)) {
            let look_up = |(tables, byte): (&NibbleTables, &u8)| {
                tables.low[usize::from(byte & 15)] & tables.high[usize::from(byte >> 4)]
            };
            *found = TABLES
                .iter()
                .zip(bytes)
                .fold(u8::MAX, |groups, at| groups & look_up(at));
        }
        let keywords = |bits: u8| {
            groups
                .iter()
                .rev()
                .fold(0, |mask, found| mask << 1 | u64::from(found & bits != 0))
        };
        let bytes = |is_match: fn(u8) -> bool| {
            span[..BLOCK_BYTES]
                .iter()
                .rev()
                .fold(0, |mask, byte| mask << 1 | u64::from(is_match(*byte)))
        };
        KeywordMasks {
            newline: bytes(|byte| byte == b'\n'),
            severe: keywords(SEVERE),
            level: keywords(SEVERE | MILD),
            test_r: keywords(TEST_R),
            runner: keywords(RUNNER),
            rare: RareMasks {
                escape: bytes(|byte| byte == ESCAPE),
                non_ascii: bytes(|byte| !byte.is_ascii()),
                orches: keywords(ORCHES),
                trator: keywords(TRATOR),
                worker: keywords(WORKER),
                build: keywords(BUILD),
            },
        }
    }

    fn match_prefix(&self, patterns: &PrefixPatterns, bytes: &[u8; PREFIX_BYTES]) -> usize {
        let normalized = normalize_digits(bytes);
        let is_match = |(pattern, mask): (&[u8; PREFIX_BYTES], &[u8; PREFIX_BYTES])| {
            normalized
                .iter()
                .zip(pattern)
                .zip(mask)
                .all(|((byte, pattern), mask)| (byte ^ pattern) & mask == 0)
        };
        patterns
            .bytes
            .iter()
            .zip(&patterns.masks)
            .position(is_match)
            .unwrap_or(MAX_PREFIXES)
    }
}
