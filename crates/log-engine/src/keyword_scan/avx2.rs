//! With AVX2: 32 bytes at once.

use std::{arch::x86_64::__m256i, array};

use pulp::{bytemuck::cast, x86::V3};

use super::{BLOCK, ESCAPE, Found, RARE, REACH, Rare, SHORTEST, SPAN, TABLES, Vectors};
use crate::logs::shapes::{self, Forms};

const HALF: usize = BLOCK / 2;

pub(super) struct Narrow {
    simd: V3,
    tables: [(__m256i, __m256i); REACH],
}

impl Narrow {
    #[inline(always)]
    pub(super) fn new(simd: V3) -> Self {
        let twice = |half: [u8; 16]| cast([half, half]);
        Self {
            simd,
            tables: array::from_fn(|at| (twice(TABLES[at].low), twice(TABLES[at].high))),
        }
    }

    /// The windows that begin in half a block.
    #[inline(always)]
    fn windows(&self, span: &[u8; SPAN], from: usize) -> __m256i {
        let mut found = self.look_up(span, from, 0);
        for at in 1..REACH {
            found = self
                .simd
                .avx2
                ._mm256_and_si256(found, self.look_up(span, from, at));
        }
        found
    }

    /// The windows that the bytes at a place leave possible, as one of their positions.
    #[inline(always)]
    fn look_up(&self, span: &[u8; SPAN], from: usize, at: usize) -> __m256i {
        let (avx2, (of_low, of_high)) = (self.simd.avx2, self.tables[at]);
        let (bytes, low_half) = (load(span, from + at), self.all(15));
        // Bits 4 to 6 do not count in a look-up; what is not ASCII finds nothing, which is wrong only behind a short window.
        let low = if at < SHORTEST {
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
    fn all(&self, byte: u8) -> __m256i {
        self.simd.avx._mm256_set1_epi8(byte.cast_signed())
    }

    #[inline(always)]
    fn equal(&self, [low, high]: [__m256i; 2], byte: u8) -> [__m256i; 2] {
        let (avx2, byte) = (self.simd.avx2, self.all(byte));
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

    /// Each bit of a byte a place higher.
    #[inline(always)]
    fn doubled(&self, [low, high]: [__m256i; 2]) -> [__m256i; 2] {
        [
            self.simd.avx2._mm256_add_epi8(low, low),
            self.simd.avx2._mm256_add_epi8(high, high),
        ]
    }

    /// The highest bit of each byte.
    #[inline(always)]
    fn highest(&self, [low, high]: [__m256i; 2]) -> u64 {
        let highest = |bytes| u64::from(self.simd.avx2._mm256_movemask_epi8(bytes).cast_unsigned());
        highest(low) | highest(high) << HALF
    }
}

impl Vectors for Narrow {
    #[inline(always)]
    fn find(&self, span: &[u8; SPAN]) -> Found {
        let (avx, avx2) = (self.simd.avx, self.simd.avx2);
        let bytes = [load(span, 0), load(span, HALF)];
        let mild = [self.windows(span, 0), self.windows(span, HALF)];
        let severe = self.doubled(mild);
        let runner = self.doubled(severe);
        let test_r = self.doubled(runner);
        let escape = self.equal(bytes, ESCAPE);
        // The highest bit of each byte of text, and the windows below it.
        let foreign = avx2._mm256_and_si256(avx2._mm256_or_si256(bytes[0], bytes[1]), self.all(0x80));
        let windows = avx2._mm256_and_si256(avx2._mm256_or_si256(mild[0], mild[1]), self.all(RARE));
        let any = avx2._mm256_or_si256(
            avx2._mm256_or_si256(foreign, windows),
            avx2._mm256_or_si256(escape[0], escape[1]),
        );
        let rare = if avx._mm256_testz_si256(any, any) == 1 {
            Rare::default()
        } else {
            let build = self.doubled(test_r);
            let worker = self.doubled(build);
            let trator = self.doubled(worker);
            let orches = self.doubled(trator);
            Rare {
                escape: self.highest(escape),
                foreign: self.highest(bytes),
                orches: self.highest(orches),
                trator: self.highest(trator),
                worker: self.highest(worker),
                build: self.highest(build),
            }
        };
        Found {
            newline: self.highest(self.equal(bytes, b'\n')),
            severe: self.highest(severe),
            level: self.highest(self.either(mild, severe)),
            test_r: self.highest(test_r),
            runner: self.highest(runner),
            rare,
        }
    }

    #[inline(always)]
    fn fitting(&self, forms: &Forms, bytes: &[u8; shapes::REACH]) -> usize {
        let (avx, avx2) = (self.simd.avx, self.simd.avx2);
        let (bytes, zeros): (__m256i, _) = (cast(*bytes), self.all(b'0'));
        let values = avx2._mm256_sub_epi8(bytes, zeros);
        let is_digit = avx2._mm256_cmpeq_epi8(avx2._mm256_min_epu8(values, self.all(9)), values);
        let form = avx2._mm256_blendv_epi8(bytes, zeros, is_digit);
        let mut fitting = 1 << shapes::KNOWN;
        for (number, (other, decisive)) in forms.bytes.iter().zip(&forms.decisive).enumerate() {
            let different = avx2._mm256_xor_si256(form, cast(*other));
            fitting |= avx._mm256_testz_si256(different, cast(*decisive)) << number;
        }
        fitting.trailing_zeros() as usize
    }
}

#[inline(always)]
fn load(span: &[u8; SPAN], at: usize) -> __m256i {
    let bytes: Option<&[u8; HALF]> = span[at..].first_chunk();
    cast(bytes.copied().unwrap_or_default())
}
