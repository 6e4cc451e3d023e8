//! Where lines may have a text in them, whatever its case: found by two bytes of it, without a look at anything else.

#[cfg(test)]
mod tests;

use memchr::arch::all::packedpair::Pair;

use super::ansi::ESCAPE;

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// A part of a text that every line has which shows the text, byte by byte, unless there are escape sequences in the line.
pub(super) struct Clue {
    /// In lower case.
    bytes: Vec<u8>,
    /// Where the two bytes are that are rarest in most texts.
    places: [usize; 2],
}

impl Clue {
    /// The longest part of a text in which each character is one byte, whatever the encoding and the case; none where that is too short.
    pub(super) fn of(text: &str) -> Option<Self> {
        // The sign of the kelvin is a k, and ſ an s.
        let is_one_byte = |byte: &u8| byte.is_ascii() && !matches!(byte, b'k' | b'K' | b's' | b'S');
        let bytes = text
            .as_bytes()
            .split(|byte| !is_one_byte(byte))
            .max_by_key(|part| part.len())?
            .to_ascii_lowercase();
        let pair = Pair::new(&bytes)?;
        Some(Self {
            bytes,
            places: [pair.index1().into(), pair.index2().into()],
        })
    }

    /// The first place from one on where this stands, or an escape sequence begins.
    pub(super) fn next(&self, text: &[u8], from: usize) -> Option<usize> {
        let letters = self.places.map(|place| Letter::new(self.bytes[place]));
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            return simd.vectorize(
                #[inline(always)]
                || {
                    let vectors = vector::Vectors::new(simd, letters);
                    self.look(
                        text,
                        from,
                        #[inline(always)]
                        |spans| vectors.places(spans),
                    )
                },
            );
        }
        self.look(text, from, |spans| plain(letters, spans))
    }

    #[inline(always)]
    fn look(&self, text: &[u8], from: usize, places: impl Fn([&[u8; BLOCK]; 3]) -> u64) -> Option<usize> {
        let [first, second] = self.places;
        let mut at = from;
        while let (Some(here), Some(one), Some(other)) =
            (span(text, at), span(text, at + first), span(text, at + second))
        {
            let mut places = places([here, one, other]);
            while places != 0 {
                let place = at + places.trailing_zeros() as usize;
                if self.is_at(text, place) {
                    return Some(place);
                }
                places &= places - 1;
            }
            at += BLOCK;
        }
        (at..text.len()).find(|place| self.is_at(text, *place))
    }

    fn is_at(&self, text: &[u8], place: usize) -> bool {
        text[place] == ESCAPE
            || text[place..]
                .get(..self.bytes.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(&self.bytes))
    }
}

#[inline(always)]
fn span(text: &[u8], at: usize) -> Option<&[u8; BLOCK]> {
    text.get(at..)?.first_chunk()
}

/// A byte, and the bit in which a letter's two cases differ.
#[derive(Clone, Copy)]
struct Letter {
    byte: u8,
    case: u8,
}

impl Letter {
    fn new(byte: u8) -> Self {
        Self {
            byte,
            case: if byte.is_ascii_lowercase() { 0x20 } else { 0 },
        }
    }

    fn is(self, byte: u8) -> bool {
        byte | self.case == self.byte
    }
}

/// Where an escape sequence begins in the first span, or each of the others has its letter; the first byte is the lowest bit.
fn plain([first, second]: [Letter; 2], [here, one, other]: [&[u8; BLOCK]; 3]) -> u64 {
    let is_there = |at: &usize| here[*at] == ESCAPE || first.is(one[*at]) && second.is(other[*at]);
    (0..BLOCK).filter(is_there).fold(0, |places, at| places | 1 << at)
}

#[cfg(target_arch = "x86_64")]
mod vector {
    use std::arch::x86_64::__m256i;

    use pulp::{bytemuck::cast, x86::V3};

    use super::{BLOCK, ESCAPE, Letter};

    const HALF: usize = BLOCK / 2;

    pub(super) struct Vectors {
        simd: V3,
        escape: __m256i,
        /// The byte, and its case.
        letters: [(__m256i, __m256i); 2],
    }

    impl Vectors {
        #[inline(always)]
        pub(super) fn new(simd: V3, [first, second]: [Letter; 2]) -> Self {
            let all = |byte: u8| simd.avx._mm256_set1_epi8(byte.cast_signed());
            let letters = [
                (all(first.byte), all(first.case)),
                (all(second.byte), all(second.case)),
            ];
            Self {
                simd,
                escape: all(ESCAPE),
                letters,
            }
        }

        /// The same as without vectors.
        #[inline(always)]
        pub(super) fn places(&self, spans: [&[u8; BLOCK]; 3]) -> u64 {
            let (low, high) = (self.half(spans, 0), self.half(spans, HALF));
            u64::from(low) | u64::from(high) << HALF
        }

        #[inline(always)]
        fn half(&self, [here, one, other]: [&[u8; BLOCK]; 3], from: usize) -> u32 {
            let (avx2, [first, second]) = (self.simd.avx2, self.letters);
            let is_first = avx2._mm256_cmpeq_epi8(avx2._mm256_or_si256(load(one, from), first.1), first.0);
            let is_second =
                avx2._mm256_cmpeq_epi8(avx2._mm256_or_si256(load(other, from), second.1), second.0);
            let is_escape = avx2._mm256_cmpeq_epi8(load(here, from), self.escape);
            avx2._mm256_movemask_epi8(
                avx2._mm256_or_si256(avx2._mm256_and_si256(is_first, is_second), is_escape),
            )
            .cast_unsigned()
        }
    }

    #[inline(always)]
    fn load(span: &[u8; BLOCK], from: usize) -> __m256i {
        let bytes: Option<&[u8; HALF]> = span[from..].first_chunk();
        cast(bytes.copied().unwrap_or_default())
    }
}
