//! With AVX-512: 64 bytes at once.

use std::{arch::x86_64::__m512i, array};

use pulp::{bytemuck::cast, x86::V4};

use super::{
    BLOCK, ESCAPE, Found, MILD, RARE, REACH, RUNNER, Rare, SEVERE, SHORTEST, SPAN, TABLES, TEST_R, Vectors,
};
use crate::logs::shapes::{self, Forms};

pub(super) struct Wide {
    simd: V4,
    tables: [(__m512i, __m512i); REACH],
}

/// Three operands: all of them; the second where the first has bits, else the third.
const ALL: i32 = 0x80;
const EITHER: i32 = 0xca;

impl Wide {
    #[inline(always)]
    pub(super) fn new(simd: V4) -> Self {
        let all = |half: [u8; 16]| cast([half; 4]);
        Self {
            simd,
            tables: array::from_fn(|at| (all(TABLES[at].low), all(TABLES[at].high))),
        }
    }

    /// The windows that the bytes from a place on leave possible by their low halves, and by their high halves.
    #[inline(always)]
    fn look_up(&self, span: &[u8; SPAN], at: usize) -> (__m512i, __m512i) {
        let (avx512f, avx512bw) = (self.simd.avx512f, self.simd.avx512bw);
        let (bytes, low_half) = (load(span, at), self.all(15));
        // Bits 4 to 6 do not count in a look-up; what is not ASCII finds nothing, which is wrong only behind a short window.
        let low = if at < SHORTEST {
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
    fn all(&self, byte: u8) -> __m512i {
        self.simd.avx512f._mm512_set1_epi8(byte.cast_signed())
    }

    #[inline(always)]
    fn equal(&self, bytes: __m512i, byte: u8) -> u64 {
        self.simd.avx512bw._mm512_cmpeq_epi8_mask(bytes, self.all(byte))
    }

    #[inline(always)]
    fn any(&self, bytes: __m512i, bits: u8) -> u64 {
        self.simd.avx512bw._mm512_test_epi8_mask(bytes, self.all(bits))
    }
}

impl Vectors for Wide {
    #[inline(always)]
    fn find(&self, span: &[u8; SPAN]) -> Found {
        let avx512f = self.simd.avx512f;
        let (low, high) = self.look_up(span, 0);
        let mut found = avx512f._mm512_and_si512(low, high);
        for at in 1..REACH {
            let (low, high) = self.look_up(span, at);
            found = avx512f._mm512_ternarylogic_epi64::<ALL>(found, low, high);
        }
        let bytes = load(span, 0);
        // The highest bit of each byte of text, and the windows below it.
        let both = avx512f._mm512_ternarylogic_epi64::<EITHER>(self.all(0x80), bytes, found);
        let escape = self.equal(bytes, ESCAPE);
        let rare = if self.any(both, RARE | 0x80) | escape == 0 {
            Rare::default()
        } else {
            let foreign = self.any(both, 0x80);
            let [orches, trator, worker, build] = [1, 1 << 1, 1 << 2, 1 << 3].map(
                #[inline(always)]
                |window| self.any(found, window),
            );
            Rare {
                escape,
                foreign,
                orches,
                trator,
                worker,
                build,
            }
        };
        Found {
            newline: self.equal(bytes, b'\n'),
            severe: self.any(found, SEVERE),
            level: self.any(found, SEVERE | MILD),
            test_r: self.any(found, TEST_R),
            runner: self.any(found, RUNNER),
            rare,
        }
    }

    #[inline(always)]
    fn fitting(&self, forms: &Forms, bytes: &[u8; shapes::REACH]) -> usize {
        let (avx512f, avx512bw) = (self.simd.avx512f, self.simd.avx512bw);
        // Two forms lie side by side.
        let (bytes, zeros) = (avx512f._mm512_broadcast_i64x4(cast(*bytes)), self.all(b'0'));
        let is_digit = avx512bw._mm512_cmplt_epu8_mask(avx512bw._mm512_sub_epi8(bytes, zeros), self.all(10));
        let form = avx512bw._mm512_mask_blend_epi8(is_digit, bytes, zeros);
        let mut differs = 0;
        for (pair, (other, decisive)) in forms
            .bytes
            .as_chunks()
            .0
            .iter()
            .zip(forms.decisive.as_chunks().0)
            .enumerate()
        {
            let (other, decisive): (&[_; 2], &[_; 2]) = (other, decisive);
            let different = avx512f._mm512_xor_si512(form, cast(*other));
            differs |= u32::from(avx512f._mm512_test_epi64_mask(different, cast(*decisive))) << (8 * pair);
        }
        // A form has four bits, one for each eight bytes that differ.
        let halved = differs | differs >> 1;
        let fitting = !(halved | halved >> 2) & 0x1111_1111;
        fitting.trailing_zeros() as usize / 4
    }
}

#[inline(always)]
fn load(span: &[u8; SPAN], at: usize) -> __m512i {
    let bytes: Option<&[u8; BLOCK]> = span[at..].first_chunk();
    cast(bytes.copied().unwrap_or([0; BLOCK]))
}
