//! Finds the keywords that determine the level and source of lines, ignoring case. Scans 64 bytes of text at
//! a time, and returns one bit per byte.
//!
//! All keywords are searched at once by table lookups. Each of the up to six bytes at a position has two
//! tables, one for its low and one for its high half. Their entries have one bit for each of eight keyword
//! groups. A keyword starts at the position if the bit of its group is set in all entries. The vector code,
//! which is selected at run time, and the scalar code use the same tables.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod scalar;
#[cfg(test)]
mod tests;

use runlens_terminal::ESCAPE;

use crate::level_cache::{PREFIX_BYTES, PrefixPatterns};

/// Number of bytes that are searched at once.
pub(crate) const BLOCK_BYTES: usize = 64;
/// Maximum number of blocks in a batch: see [`BlockVisitor`].
pub(crate) const MAX_BATCH_BLOCKS: usize = 32;
/// Length of the longest keyword.
const MAX_KEYWORD_BYTES: usize = 6;
/// Length of the shortest keyword.
const MIN_KEYWORD_BYTES: usize = 4;
/// Length of a block and the end of the longest keyword that starts in it, rounded up.
const SPAN_BYTES: usize = BLOCK_BYTES + 8;

/// The keywords, in groups that have one bit each. Those of sources are exact: `orchestrator` and
/// `test_runner` consist of two keywords. The tables of the level groups accept some other words too (`wait`
/// for `warn`), which the rules for single lines then reject.
const KEYWORDS: [&[&[u8]]; 8] = [
    &[b"orches"],
    &[b"trator"],
    &[b"worker"],
    &[b"build"],
    &[b"test_r"],
    &[b"runner"],
    &[b"crit", b"fata", b"erro", b"warn"],
    &[b"info", b"debu", b"trac"],
];

const ORCHES: u8 = 1;
const TRATOR: u8 = 1 << 1;
const WORKER: u8 = 1 << 2;
const BUILD: u8 = 1 << 3;
const TEST_R: u8 = 1 << 4;
const RUNNER: u8 = 1 << 5;
/// The levels above info.
const SEVERE: u8 = 1 << 6;
/// The other levels.
const MILD: u8 = 1 << 7;
/// Groups that few blocks contain.
const RARE: u8 = ORCHES | TRATOR | WORKER | BUILD;

/// Masks of a block. The lowest bit is the first byte.
#[derive(Clone, Copy, Default)]
pub(crate) struct BlockMasks {
    /// Newlines, and the end of a text without a final newline.
    pub(crate) newline: u64,
    /// Possible starts of critical, fatal, error or warn.
    pub(crate) severe: u64,
    /// Possible starts of any level word.
    pub(crate) level: u64,
    /// One bit within each `test_runner`.
    pub(crate) test_runner: u64,
    /// One bit within each orchestrator, worker and build, in this order.
    pub(crate) sources: [u64; 3],
    /// Starts of escape sequences.
    pub(crate) escape: u64,
    pub(crate) non_ascii: u64,
}

/// Masks of the keywords that start in a block.
pub(crate) struct KeywordMasks {
    newline: u64,
    severe: u64,
    level: u64,
    test_r: u64,
    runner: u64,
    rare: RareMasks,
}

/// Masks that are zero for most blocks.
#[derive(Default)]
pub(crate) struct RareMasks {
    escape: u64,
    non_ascii: u64,
    orches: u64,
    trator: u64,
    worker: u64,
    build: u64,
}

/// Operations that are implemented with vector instructions where available.
pub(crate) trait Vectors {
    /// Searches the block at the start of a span.
    fn find(&self, span: &[u8; SPAN_BYTES]) -> KeywordMasks;

    /// Returns the first pattern that matches the start of a line, or the number of patterns if none does.
    fn match_prefix(&self, patterns: &PrefixPatterns, bytes: &[u8; PREFIX_BYTES]) -> usize;
}

/// Receives the masks of the blocks of a text, in batches.
pub(crate) trait BlockVisitor {
    /// Takes the masks of the block at `offset`. Called in a loop that keeps its tables in vector registers,
    /// so it must be inlined and call nothing.
    fn visit_block(&mut self, offset: usize, masks: BlockMasks);

    /// Called after at most [`MAX_BATCH_BLOCKS`] blocks.
    fn finish_batch(&mut self, vectors: &impl Vectors);
}

/// Searches a text. Bits after its end are zero.
pub(crate) fn scan(text: &[u8], visitor: &mut impl BlockVisitor) {
    #[cfg(target_arch = "x86_64")]
    match pulp::x86::Arch::new() {
        pulp::x86::Arch::V4(simd) => {
            return simd.vectorize(Scanner {
                vectors: avx512::Avx512::new(simd),
                text,
                visitor,
            });
        }
        pulp::x86::Arch::V3(simd) => {
            return simd.vectorize(Scanner {
                vectors: avx2::Avx2::new(simd),
                text,
                visitor,
            });
        }
        _ => {}
    }
    Scanner {
        vectors: scalar::Scalar,
        text,
        visitor,
    }
    .scan();
}

struct Scanner<'a, X, V> {
    vectors: X,
    text: &'a [u8],
    visitor: &'a mut V,
}

#[cfg(target_arch = "x86_64")]
impl<X: Vectors, V: BlockVisitor> pulp::NullaryFnOnce for Scanner<'_, X, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.scan();
    }
}

impl<X: Vectors, V: BlockVisitor> Scanner<'_, X, V> {
    #[inline(always)]
    fn scan(self) {
        let Self {
            vectors,
            text,
            visitor,
        } = self;
        let (mut offset, mut rest, mut carry) = (0, text, KeywordCarry::default());
        while rest.len() >= SPAN_BYTES {
            for _ in 0..MAX_BATCH_BLOCKS {
                let Some(span) = rest.first_chunk() else { break };
                visitor.visit_block(offset, carry.join(vectors.find(span)));
                rest = &rest[BLOCK_BYTES..];
                offset += BLOCK_BYTES;
            }
            visitor.finish_batch(&vectors);
        }
        // The rest is shorter than a span and is padded, after a newline if the text does not end with one.
        let mut padded = [0; SPAN_BYTES + BLOCK_BYTES];
        padded[..rest.len()].copy_from_slice(rest);
        let mut end = offset + rest.len();
        if text.last().is_some_and(|last| *last != b'\n') {
            padded[rest.len()] = b'\n';
            end += 1;
        }
        let mut rest = padded.as_slice();
        while let Some(span) = rest.first_chunk().filter(|_| offset < end) {
            visitor.visit_block(offset, carry.join(vectors.find(span)));
            rest = &rest[BLOCK_BYTES..];
            offset += BLOCK_BYTES;
        }
        visitor.finish_batch(&vectors);
    }
}

/// First halves of `orchestrator` and `test_runner` in the previous block.
#[derive(Default)]
struct KeywordCarry {
    orches: u64,
    test_r: u64,
}

impl KeywordCarry {
    /// Combines the halves of long keywords, including those that span two blocks.
    #[inline(always)]
    fn join(&mut self, masks: KeywordMasks) -> BlockMasks {
        let KeywordMasks {
            newline,
            severe,
            level,
            test_r,
            runner,
            rare,
        } = masks;
        let RareMasks {
            escape,
            non_ascii,
            orches,
            trator,
            worker,
            build,
        } = rare;
        let behind_orches = orches << 6 | self.orches >> (BLOCK_BYTES - 6);
        // `test_r` and `runner` overlap by one letter.
        let behind_test_ = test_r << 5 | self.test_r >> (BLOCK_BYTES - 5);
        *self = Self { orches, test_r };
        BlockMasks {
            newline,
            severe,
            level,
            test_runner: runner & behind_test_,
            sources: [trator & behind_orches, worker, build],
            escape,
            non_ascii,
        }
    }
}

/// Bits of the keyword groups that can have a byte at one position, by the low and the high half of the byte.
#[derive(Clone, Copy)]
struct NibbleTables {
    low: [u8; 16],
    high: [u8; 16],
}

/// One entry per position in a keyword.
const TABLES: [NibbleTables; MAX_KEYWORD_BYTES] = tables();

const fn tables() -> [NibbleTables; MAX_KEYWORD_BYTES] {
    let mut tables = [NibbleTables {
        low: [0; 16],
        high: [0; 16],
    }; MAX_KEYWORD_BYTES];
    let mut group = 0;
    while group < KEYWORDS.len() {
        let (bit, mut keyword) = (1 << group, 0);
        while keyword < KEYWORDS[group].len() {
            let (letters, mut at) = (KEYWORDS[group][keyword], 0);
            while at < MAX_KEYWORD_BYTES {
                if at < letters.len() {
                    let letter = letters[at];
                    tables[at].low[(letter & 15) as usize] |= bit;
                    tables[at].high[(letter >> 4) as usize] |= bit;
                    // The two cases of a letter differ in one bit of the high half.
                    if letter.is_ascii_alphabetic() {
                        tables[at].high[((letter ^ 0x20) >> 4) as usize] |= bit;
                    }
                } else {
                    // Any byte can follow a short keyword.
                    let mut nibble = 0;
                    while nibble < 16 {
                        tables[at].low[nibble] |= bit;
                        tables[at].high[nibble] |= bit;
                        nibble += 1;
                    }
                }
                at += 1;
            }
            keyword += 1;
        }
        group += 1;
    }
    tables
}
