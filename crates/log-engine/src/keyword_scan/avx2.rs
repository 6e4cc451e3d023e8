//! Implementation with AVX2: 32 bytes per vector.

use std::{arch::x86_64::__m256i, array};

use pulp::{bytemuck::cast, x86::V3};

use super::{
    BLOCK_BYTES, ESCAPE, KeywordMasks, MAX_KEYWORD_BYTES, MIN_KEYWORD_BYTES, RARE, RareMasks, SPAN_BYTES,
    TABLES, Vectors,
};
use crate::level_cache::{MAX_PREFIXES, PREFIX_BYTES, PrefixPatterns};

const HALF_BYTES: usize = BLOCK_BYTES / 2;

pub(super) struct Avx2 {
    simd: V3,
    /// Low and high table of each position, in both halves of a vector.
    tables: [(__m256i, __m256i); MAX_KEYWORD_BYTES],
}

impl Avx2 {
    #[inline(always)]
    pub(super) fn new(simd: V3) -> Self {
        let twice = |half: [u8; 16]| cast([half, half]);
        Self {
            simd,
            tables: array::from_fn(|at| (twice(TABLES[at].low), twice(TABLES[at].high))),
        }
    }

    /// Returns the keyword groups at each position of half a block.
    #[inline(always)]
    fn keyword_groups(&self, span: &[u8; SPAN_BYTES], from: usize) -> __m256i {
        let mut found = self.look_up(span, from, 0);
        for at in 1..MAX_KEYWORD_BYTES {
            found = self
                .simd
                .avx2
                ._mm256_and_si256(found, self.look_up(span, from, at));
        }
        found
    }

    /// Returns the groups that the bytes allow as position `at` of a keyword.
    #[inline(always)]
    fn look_up(&self, span: &[u8; SPAN_BYTES], from: usize, at: usize) -> __m256i {
        let (avx2, (of_low, of_high)) = (self.simd.avx2, self.tables[at]);
        let (bytes, low_half) = (load(span, from + at), self.splat(15));
        // A shuffle ignores bits 4 to 6 and returns zero if bit 7 is set. For bytes that are not ASCII, that
        // is only wrong after a short keyword.
        let low = if at < MIN_KEYWORD_BYTES {
            bytes
        } else {
            avx2._mm256_and_si256(bytes, low_half)
        };
        let high = avx2._mm256_and_si256(avx2._mm256_srli_epi16::<4>(bytes), low_half);
        avx2._mm256_and_si256(
            avx2._mm256_shuffle_epi8(of_low, low),
            avx2._mm256_shuffle_epi8(of_high, high),
        )
    }

    #[inline(always)]
    fn splat(&self, byte: u8) -> __m256i {
        self.simd.avx._mm256_set1_epi8(byte.cast_signed())
    }

    #[inline(always)]
    fn equal(&self, [low, high]: [__m256i; 2], byte: u8) -> [__m256i; 2] {
        let (avx2, byte) = (self.simd.avx2, self.splat(byte));
        [
            avx2._mm256_cmpeq_epi8(low, byte),
            avx2._mm256_cmpeq_epi8(high, byte),
        ]
    }

    #[inline(always)]
    fn either(&self, one: [__m256i; 2], other: [__m256i; 2]) -> [__m256i; 2] {
        [
            self.simd.avx2._mm256_or_si256(one[0], other[0]),
            self.simd.avx2._mm256_or_si256(one[1], other[1]),
        ]
    }

    /// Shifts the bits of each byte up by one.
    #[inline(always)]
    fn shift_left(&self, [low, high]: [__m256i; 2]) -> [__m256i; 2] {
        [
            self.simd.avx2._mm256_add_epi8(low, low),
            self.simd.avx2._mm256_add_epi8(high, high),
        ]
    }

    /// Returns the highest bit of each byte.
    #[inline(always)]
    fn high_bits(&self, [low, high]: [__m256i; 2]) -> u64 {
        let high_bits = |bytes| u64::from(self.simd.avx2._mm256_movemask_epi8(bytes).cast_unsigned());
        high_bits(low) | high_bits(high) << HALF_BYTES
    }
}

impl Vectors for Avx2 {
    #[inline(always)]
    fn find(&self, span: &[u8; SPAN_BYTES]) -> KeywordMasks {
        let (avx, avx2) = (self.simd.avx, self.simd.avx2);
        let bytes = [load(span, 0), load(span, HALF_BYTES)];
        // `high_bits` returns bit 7, so each shift makes the next lower keyword group available.
        let mild = [
            self.keyword_groups(span, 0),
            self.keyword_groups(span, HALF_BYTES),
        ];
        let severe = self.shift_left(mild);
        let runner = self.shift_left(severe);
        let test_r = self.shift_left(runner);
        let escape = self.equal(bytes, ESCAPE);
        let non_ascii = avx2._mm256_and_si256(avx2._mm256_or_si256(bytes[0], bytes[1]), self.splat(0x80));
        let rare_groups = avx2._mm256_and_si256(avx2._mm256_or_si256(mild[0], mild[1]), self.splat(RARE));
        let any = avx2._mm256_or_si256(
            avx2._mm256_or_si256(non_ascii, rare_groups),
            avx2._mm256_or_si256(escape[0], escape[1]),
        );
        let rare = if avx._mm256_testz_si256(any, any) == 1 {
            RareMasks::default()
        } else {
            let build = self.shift_left(test_r);
            let worker = self.shift_left(build);
            let trator = self.shift_left(worker);
            let orches = self.shift_left(trator);
            RareMasks {
                escape: self.high_bits(escape),
                non_ascii: self.high_bits(bytes),
                orches: self.high_bits(orches),
                trator: self.high_bits(trator),
                worker: self.high_bits(worker),
                build: self.high_bits(build),
            }
        };
        KeywordMasks {
            newline: self.high_bits(self.equal(bytes, b'\n')),
            severe: self.high_bits(severe),
            level: self.high_bits(self.either(mild, severe)),
            test_r: self.high_bits(test_r),
            runner: self.high_bits(runner),
            rare,
        }
    }

    #[inline(always)]
    fn match_prefix(&self, patterns: &PrefixPatterns, bytes: &[u8; PREFIX_BYTES]) -> usize {
        let (avx, avx2) = (self.simd.avx, self.simd.avx2);
        let (bytes, zeros): (__m256i, _) = (cast(*bytes), self.splat(b'0'));
        let values = avx2._mm256_sub_epi8(bytes, zeros);
        let is_digit = avx2._mm256_cmpeq_epi8(avx2._mm256_min_epu8(values, self.splat(9)), values);
        let normalized = avx2._mm256_blendv_epi8(bytes, zeros, is_digit);
        let mut matching = 1 << MAX_PREFIXES;
        for (number, (pattern, mask)) in patterns.bytes.iter().zip(&patterns.masks).enumerate() {
            let different = avx2._mm256_xor_si256(normalized, cast(*pattern));
            matching |= avx._mm256_testz_si256(different, cast(*mask)) << number;
        }
        matching.trailing_zeros() as usize
    }
}

#[inline(always)]
fn load(span: &[u8; SPAN_BYTES], at: usize) -> __m256i {
    let bytes: Option<&[u8; HALF_BYTES]> = span[at..].first_chunk();
    cast(bytes.copied().unwrap_or_default())
}
