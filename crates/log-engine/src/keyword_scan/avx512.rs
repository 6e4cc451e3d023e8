//! Implementation with AVX-512: 64 bytes per vector.

use std::{arch::x86_64::__m512i, array};

use pulp::{bytemuck::cast, x86::V4};

use super::{
    BLOCK_BYTES, BUILD, ESCAPE, KeywordMasks, MAX_KEYWORD_BYTES, MILD, MIN_KEYWORD_BYTES, ORCHES, RARE,
    RUNNER, RareMasks, SEVERE, SPAN_BYTES, TABLES, TEST_R, TRATOR, Vectors, WORKER,
};
use crate::level_cache::{PREFIX_BYTES, PrefixPatterns};

pub(super) struct Avx512 {
    simd: V4,
    /// Low and high table of each position, in all quarters of a vector.
    tables: [(__m512i, __m512i); MAX_KEYWORD_BYTES],
}

/// Ternary operation `a & b & c`.
const AND: i32 = 0x80;
/// Ternary operation `a ? b : c`, bit by bit.
const SELECT: i32 = 0xca;

impl Avx512 {
    #[inline(always)]
    pub(super) fn new(simd: V4) -> Self {
        let repeat = |table: [u8; 16]| cast([table; 4]);
        Self {
            simd,
            tables: array::from_fn(|at| (repeat(TABLES[at].low), repeat(TABLES[at].high))),
        }
    }

    /// Returns the keyword groups that the low halves and that the high halves of the bytes allow as position
    /// `at` of a keyword.
    #[inline(always)]
    fn look_up(&self, span: &[u8; SPAN_BYTES], at: usize) -> (__m512i, __m512i) {
        let (avx512f, avx512bw) = (self.simd.avx512f, self.simd.avx512bw);
        let (bytes, low_half) = (load(span, at), self.splat(15));
        // A shuffle ignores bits 4 to 6 and returns zero if bit 7 is set. For bytes that are not ASCII, that
        // is only wrong after a short keyword.
        let low = if at < MIN_KEYWORD_BYTES {
            bytes
        } else {
            avx512f._mm512_and_si512(bytes, low_half)
        };
        let high = avx512f._mm512_and_si512(avx512bw._mm512_srli_epi16::<4>(bytes), low_half);
        let (of_low, of_high) = self.tables[at];
        (
            avx512bw._mm512_shuffle_epi8(of_low, low),
            avx512bw._mm512_shuffle_epi8(of_high, high),
        )
    }

    #[inline(always)]
    fn splat(&self, byte: u8) -> __m512i {
        self.simd.avx512f._mm512_set1_epi8(byte.cast_signed())
    }

    #[inline(always)]
    fn equal(&self, bytes: __m512i, byte: u8) -> u64 {
        self.simd.avx512bw._mm512_cmpeq_epi8_mask(bytes, self.splat(byte))
    }

    #[inline(always)]
    fn any(&self, bytes: __m512i, bits: u8) -> u64 {
        self.simd.avx512bw._mm512_test_epi8_mask(bytes, self.splat(bits))
    }
}

impl Vectors for Avx512 {
    #[inline(always)]
    fn find(&self, span: &[u8; SPAN_BYTES]) -> KeywordMasks {
        let avx512f = self.simd.avx512f;
        let (low, high) = self.look_up(span, 0);
        let mut found = avx512f._mm512_and_si512(low, high);
        for at in 1..MAX_KEYWORD_BYTES {
            let (low, high) = self.look_up(span, at);
            found = avx512f._mm512_ternarylogic_epi64::<AND>(found, low, high);
        }
        let bytes = load(span, 0);
        // Bit 7 of each byte of the text, and the lower bits of its keyword groups.
        let combined = avx512f._mm512_ternarylogic_epi64::<SELECT>(self.splat(0x80), bytes, found);
        let escape = self.equal(bytes, ESCAPE);
        let rare = if self.any(combined, RARE | 0x80) | escape == 0 {
            RareMasks::default()
        } else {
            let non_ascii = self.any(combined, 0x80);
            let [orches, trator, worker, build] = [ORCHES, TRATOR, WORKER, BUILD].map(
                #[inline(always)]
                |group| self.any(found, group),
            );
            RareMasks {
                escape,
                non_ascii,
                orches,
                trator,
                worker,
                build,
            }
        };
        KeywordMasks {
            newline: self.equal(bytes, b'\n'),
            severe: self.any(found, SEVERE),
            level: self.any(found, SEVERE | MILD),
            test_r: self.any(found, TEST_R),
            runner: self.any(found, RUNNER),
            rare,
        }
    }

    #[inline(always)]
    fn match_prefix(&self, patterns: &PrefixPatterns, bytes: &[u8; PREFIX_BYTES]) -> usize {
        let (avx512f, avx512bw) = (self.simd.avx512f, self.simd.avx512bw);
        // One vector holds two patterns.
        let (bytes, zeros) = (avx512f._mm512_broadcast_i64x4(cast(*bytes)), self.splat(b'0'));
        let is_digit =
            avx512bw._mm512_cmplt_epu8_mask(avx512bw._mm512_sub_epi8(bytes, zeros), self.splat(10));
        let normalized = avx512bw._mm512_mask_blend_epi8(is_digit, bytes, zeros);
        let mut differing = 0;
        for (pair, (pattern, mask)) in patterns
            .bytes
            .as_chunks()
            .0
            .iter()
            .zip(patterns.masks.as_chunks().0)
            .enumerate()
        {
            let (pattern, mask): (&[_; 2], &[_; 2]) = (pattern, mask);
            let different = avx512f._mm512_xor_si512(normalized, cast(*pattern));
            differing |= u32::from(avx512f._mm512_test_epi64_mask(different, cast(*mask))) << (8 * pair);
        }
        // A pattern has four bits, one for each eight bytes. It matches if none of them is set.
        let halved = differing | differing >> 1;
        let matching = !(halved | halved >> 2) & 0x1111_1111;
        matching.trailing_zeros() as usize / 4
    }
}

#[inline(always)]
fn load(span: &[u8; SPAN_BYTES], at: usize) -> __m512i {
    let bytes: Option<&[u8; BLOCK_BYTES]> = span[at..].first_chunk();
    cast(bytes.copied().unwrap_or([0; BLOCK_BYTES]))
}
