//! Compares the vector code with the scalar code, and both with a search for each keyword.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{BLOCK_BYTES, BlockMasks, BlockVisitor, Scanner, Vectors, scalar::Scalar, scan};
use crate::level_cache::{MAX_PREFIXES, PREFIX_BYTES, PrefixPatterns};

/// Newlines, escapes, bytes that are not ASCII, severe words, level words, and the four sources.
fn fields(masks: BlockMasks) -> [u64; 9] {
    let BlockMasks {
        newline,
        severe,
        level,
        test_runner,
        sources: [a, b, c],
        escape,
        non_ascii,
    } = masks;
    [newline, escape, non_ascii, severe, level, a, b, c, test_runner]
}

/// Collects all blocks.
#[derive(Default)]
struct Collector(Vec<(usize, [u64; 9])>);

impl BlockVisitor for Collector {
    fn visit_block(&mut self, offset: usize, masks: BlockMasks) {
        self.0.push((offset, fields(masks)));
    }

    fn finish_batch(&mut self, _: &impl Vectors) {}
}

/// Returns the blocks that each implementation of this machine finds.
fn scan_with_each(text: &[u8]) -> Vec<Vec<(usize, [u64; 9])>> {
    let mut all = vec![Collector::default(), Collector::default()];
    Scanner {
        vectors: Scalar,
        text,
        visitor: &mut all[0],
    }
    .scan();
    scan(text, &mut all[1]);
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        let mut blocks = Collector::default();
        simd.vectorize(Scanner {
            vectors: super::avx2::Avx2::new(simd),
            text,
            visitor: &mut blocks,
        });
        all.push(blocks);
    }
    all.into_iter().map(|blocks| blocks.0).collect()
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let words = vec![
        "orchestrator",
        "orchestra",
        "ORCHESTRATOR",
        "trator",
        "Worker",
        "workers",
        "build",
        "test_runner",
        "test_run",
        "runner",
        "test\x7frunner",
        "TEST_RUNNER",
        "error",
        "warn",
        "Fatal",
        "critical",
        "info",
        "debug",
        "trace",
        "\n",
        "\x1b",
        "é",
        "x",
        " ",
    ];
    let part = prop_oneof![4 => select(words).prop_map(|word| word.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..9)];
    vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn vector_and_scalar_code_find_every_keyword(text in text()) {
        let all = scan_with_each(&text);
        let found = &all[0];
        all.iter().for_each(|others| assert_eq!(found, others));

        let lower = text.to_ascii_lowercase();
        let count = |word: &str| lower.windows(word.len()).filter(|window| *window == word.as_bytes()).count() as u32;
        let bits = |field: usize| found.iter().map(|(_, fields)| fields[field].count_ones()).sum::<u32>();
        for (field, word) in ["\n", "\x1b"].into_iter().chain(["orchestrator", "worker", "build", "test_runner"]).enumerate() {
            // The end of the text counts as a newline.
            let added = u32::from(field == 0 && !lower.ends_with(b"\n") && !lower.is_empty());
            prop_assert_eq!(bits(if field < 2 { field } else { field + 3 }), count(word) + added, "{}", word);
        }
        prop_assert_eq!(bits(2), text.iter().filter(|byte| !byte.is_ascii()).count() as u32);
        for (field, words) in [(3, &["critical", "fatal", "error", "warn"][..]), (4, &["critical", "fatal", "error", "warn", "info", "debug", "trace"])] {
            for (at, _) in lower.iter().enumerate().filter(|(at, _)| words.iter().any(|word| lower[*at..].starts_with(word.as_bytes()))) {
                prop_assert!(found[at / BLOCK_BYTES].1[field] >> (at % BLOCK_BYTES) & 1 == 1, "byte {}", at);
            }
        }
    }
}

/// Matches a prefix with each implementation.
struct PrefixMatcher<'a> {
    patterns: &'a PrefixPatterns,
    bytes: &'a [u8; PREFIX_BYTES],
    found: Vec<usize>,
}

impl BlockVisitor for PrefixMatcher<'_> {
    fn visit_block(&mut self, _: usize, _: BlockMasks) {}

    fn finish_batch(&mut self, vectors: &impl Vectors) {
        self.found.push(vectors.match_prefix(self.patterns, self.bytes));
    }
}

fn patterns() -> impl Strategy<Value = PrefixPatterns> {
    let pattern =
        (vec(select(b"0a:[".to_vec()), PREFIX_BYTES), 0..=PREFIX_BYTES).prop_map(|(bytes, length)| {
            let mut mask = [0; PREFIX_BYTES];
            mask[..length].fill(u8::MAX);
            (<[u8; PREFIX_BYTES]>::try_from(bytes).expect("a prefix"), mask)
        });
    vec(pattern, MAX_PREFIXES).prop_map(|patterns| {
        let mut all = PrefixPatterns {
            bytes: [[0; PREFIX_BYTES]; MAX_PREFIXES],
            masks: [[0; PREFIX_BYTES]; MAX_PREFIXES],
        };
        for (index, (bytes, mask)) in patterns.into_iter().enumerate() {
            (all.bytes[index], all.masks[index]) = (bytes, mask);
        }
        all
    })
}

proptest! {
    #[test]
    fn vector_and_scalar_code_match_the_same_prefix(
        patterns in patterns(), which in 0..MAX_PREFIXES, digits in vec(select(b"0123456789".to_vec()), PREFIX_BYTES),
        changed in proptest::option::of((0..PREFIX_BYTES, any::<u8>())),
    ) {
        let mut bytes = patterns.bytes[which];
        bytes.iter_mut().zip(digits).filter(|(byte, _)| **byte == b'0').for_each(|(byte, digit)| *byte = digit);
        if let Some((at, byte)) = changed {
            bytes[at] = byte;
        }
        let mut matcher = PrefixMatcher { patterns: &patterns, bytes: &bytes, found: Vec::new() };
        Scanner { vectors: Scalar, text: b"", visitor: &mut matcher }.scan();
        scan(b"", &mut matcher);
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            simd.vectorize(Scanner { vectors: super::avx2::Avx2::new(simd), text: b"", visitor: &mut matcher });
        }
        let first = matcher.found[0];
        prop_assert!(matcher.found.iter().all(|found| *found == first), "{:?}", matcher.found);
        prop_assert!(changed.is_some() || first <= which);
    }
}
