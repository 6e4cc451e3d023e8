//! Finds lines that can contain a text, ignoring case, by comparing two of its bytes.

#[cfg(test)]
mod tests;

use memchr::arch::all::packedpair::Pair;

use runlens_terminal::ESCAPE;

/// Number of positions that are compared at once.
const BLOCK_BYTES: usize = 64;

/// A part of a text that is in every line with the text, byte by byte, unless the line has escape sequences.
pub(crate) struct LiteralPrefilter {
    /// In lower case.
    bytes: Vec<u8>,
    /// Positions of the two bytes that are rarest in most texts.
    pair: [usize; 2],
}

impl LiteralPrefilter {
    /// Chooses the longest part of a text that has one byte per character in both encodings and in any case.
    /// Returns `None` if that is too short.
    pub(crate) fn new(text: &str) -> Option<Self> {
        // U+212A KELVIN SIGN is a k in another case, and ſ an s.
        let is_one_byte = |byte: &u8| byte.is_ascii() && !matches!(byte, b'k' | b'K' | b's' | b'S');
        let bytes = text
            .as_bytes()
            .split(|byte| !is_one_byte(byte))
            .max_by_key(|part| part.len())?
            .to_ascii_lowercase();
        let pair = Pair::new(&bytes)?;
        Some(Self {
            bytes,
            pair: [pair.index1().into(), pair.index2().into()],
        })
    }

    /// Returns the first position from `from` on with this part of the text, or with an escape sequence.
    pub(crate) fn next(&self, text: &[u8], from: usize) -> Option<usize> {
        let letters = self.pair.map(|at| Letter::new(self.bytes[at]));
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            return simd.vectorize(
                #[inline(always)]
                || {
                    let vectors = avx2::Vectors::new(simd, letters);
                    self.next_by(
                        text,
                        from,
                        #[inline(always)]
                        |spans| vectors.candidates(spans),
                    )
                },
            );
        }
        self.next_by(text, from, |spans| scalar_candidates(letters, spans))
    }

    #[inline(always)]
    fn next_by(
        &self,
        text: &[u8],
        from: usize,
        candidates: impl Fn([&[u8; BLOCK_BYTES]; 3]) -> u64,
    ) -> Option<usize> {
        let [first, second] = self.pair;
        let mut at = from;
        while let (Some(here), Some(one), Some(other)) =
            (span(text, at), span(text, at + first), span(text, at + second))
        {
            let mut candidates = candidates([here, one, other]);
            while candidates != 0 {
                let position = at + candidates.trailing_zeros() as usize;
                if self.is_at(text, position) {
                    return Some(position);
                }
                candidates &= candidates - 1;
            }
            at += BLOCK_BYTES;
        }
        (at..text.len()).find(|position| self.is_at(text, *position))
    }

    fn is_at(&self, text: &[u8], position: usize) -> bool {
        text[position] == ESCAPE
            || text[position..]
                .get(..self.bytes.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(&self.bytes))
    }
}

#[inline(always)]
fn span(text: &[u8], at: usize) -> Option<&[u8; BLOCK_BYTES]> {
    text.get(at..)?.first_chunk()
}

/// A byte, and the bit in which the two cases of a letter differ.
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

/// Returns a mask of the positions with an escape in the first span, or with both letters in the other spans.
/// The first position is the lowest bit.
fn scalar_candidates([first, second]: [Letter; 2], [here, one, other]: [&[u8; BLOCK_BYTES]; 3]) -> u64 {
    let is_candidate = |at: &usize| here[*at] == ESCAPE || first.is(one[*at]) && second.is(other[*at]);
    (0..BLOCK_BYTES)
        .filter(is_candidate)
        .fold(0, |mask, at| mask | 1 << at)
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::__m256i;

    use pulp::{bytemuck::cast, x86::V3};

    use super::{BLOCK_BYTES, ESCAPE, Letter};

    const HALF_BYTES: usize = BLOCK_BYTES / 2;

    pub(super) struct Vectors {
        simd: V3,
        escape: __m256i,
        /// Byte and case bit of each letter.
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

        /// Returns the same mask as `scalar_candidates`.
        #[inline(always)]
        pub(super) fn candidates(&self, spans: [&[u8; BLOCK_BYTES]; 3]) -> u64 {
            let (low, high) = (self.half(spans, 0), self.half(spans, HALF_BYTES));
            u64::from(low) | u64::from(high) << HALF_BYTES
        }

        #[inline(always)]
        fn half(&self, [here, one, other]: [&[u8; BLOCK_BYTES]; 3], from: usize) -> u32 {
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
    fn load(span: &[u8; BLOCK_BYTES], from: usize) -> __m256i {
        let bytes: Option<&[u8; HALF_BYTES]> = span[from..].first_chunk();
        cast(bytes.copied().unwrap_or_default())
    }
}
