//! Finds the words by which lines are classified, whatever their case: 64 bytes of text at a time, a bit for each byte.
//!
//! Up to six bytes from each position are looked up in tables of their halves, for eight windows of letters at once; a window
//! is there where its bit survives all look-ups. The same tables serve vector code, chosen when the program runs, and plain code.

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;
/// Letters of the longest window, and of the shortest.
const REACH: usize = 6;
const SHORTEST: usize = 4;
/// A block, and what windows that begin in it take of the next one, rounded up.
const SPAN: usize = BLOCK + 8;

/// The windows, a bit of a byte for each. Those of sources are exact: `orchestrator` and `test_runner` are two windows, one
/// behind the other. Those of levels let more through (`wait` for `warn`), which the rules for one line then refuse.
const WINDOWS: [&[&[u8]]; 8] = [
    &[b"orches"],
    &[b"trator"],
    &[b"worker"],
    &[b"build"],
    &[b"test_r"],
    &[b"runner"],
    &[b"crit", b"fata", b"erro", b"warn"],
    &[b"info", b"debu", b"trac"],
];

/// What lies in a block; the first byte is the lowest bit.
#[derive(Clone, Copy, Default)]
pub(super) struct Masks {
    pub(super) newline: u64,
    /// Begins of escape sequences.
    pub(super) escape: u64,
    /// Bytes that are not ASCII.
    pub(super) foreign: u64,
    /// Wherever critical, fatal, error or warn may begin.
    pub(super) severe: u64,
    /// Wherever info, debug or trace may begin.
    pub(super) mild: u64,
    /// One bit for each orchestrator, worker, build and `test_runner`, in this order, anywhere within it.
    pub(super) sources: [u64; 4],
}

/// What is found in a block without regard to those beside it.
struct Found {
    newline: u64,
    escape: u64,
    foreign: u64,
    windows: [u64; 8],
}

/// Hands each block of a text to `visit` with its offset; bits behind the text's end are zero.
pub(super) fn scan(text: &[u8], visit: impl FnMut(usize, Masks)) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(vector::Scan { simd, text, visit });
    }
    walk(text, plain, visit);
}

#[inline(always)]
fn walk(text: &[u8], find: impl Fn(&[u8; SPAN]) -> Found, mut visit: impl FnMut(usize, Masks)) {
    let (mut offset, mut before) = (0, Before::default());
    while offset < text.len() {
        let rest = &text[offset..];
        let found = match rest.first_chunk() {
            Some(span) => find(span),
            None => {
                let mut span = [0; SPAN];
                span[..rest.len()].copy_from_slice(rest);
                find(&span)
            }
        };
        visit(offset, before.join(found));
        offset += BLOCK;
    }
}

/// Words that have begun before a block, in the windows that are first of two.
#[derive(Default)]
struct Before {
    orches: u64,
    test_r: u64,
}

impl Before {
    #[inline(always)]
    fn join(&mut self, found: Found) -> Masks {
        let [orches, trator, worker, build, test_r, runner, severe, mild] = found.windows;
        let moved_6 = orches << 6 | self.orches >> (BLOCK - 6);
        let moved_5 = test_r << 5 | self.test_r >> (BLOCK - 5);
        *self = Self { orches, test_r };
        let sources = [trator & moved_6, worker, build, runner & moved_5];
        Masks { newline: found.newline, escape: found.escape, foreign: found.foreign, severe, mild, sources }
    }
}

/// The same without vectors.
fn plain(span: &[u8; SPAN]) -> Found {
    let mut found = Found { newline: 0, escape: 0, foreign: 0, windows: [0; 8] };
    for (at, letters) in span.windows(REACH).take(BLOCK).enumerate() {
        found.newline |= u64::from(letters[0] == b'\n') << at;
        found.escape |= u64::from(letters[0] == 0x1b) << at;
        found.foreign |= u64::from(!letters[0].is_ascii()) << at;
        let looked_up = |(halves, byte): (&Halves, &u8)| halves.low[usize::from(byte & 15)] & halves.high[usize::from(byte >> 4)];
        let mut windows = TABLES.iter().zip(letters).fold(u8::MAX, |windows, letter| windows & looked_up(letter));
        while windows != 0 {
            found.windows[windows.trailing_zeros() as usize] |= 1 << at;
            windows &= windows - 1;
        }
    }
    found
}

/// The windows that a byte at one position leaves possible, by its low and by its high half.
#[derive(Clone, Copy)]
struct Halves {
    low: [u8; 16],
    high: [u8; 16],
}

const TABLES: [Halves; REACH] = tables();

const fn tables() -> [Halves; REACH] {
    let mut tables = [Halves { low: [0; 16], high: [0; 16] }; REACH];
    let mut window = 0;
    while window < WINDOWS.len() {
        let (bit, mut word) = (1 << window, 0);
        while word < WINDOWS[window].len() {
            let (letters, mut at) = (WINDOWS[window][word], 0);
            while at < REACH {
                if at < letters.len() {
                    let letter = letters[at];
                    tables[at].low[(letter & 15) as usize] |= bit;
                    tables[at].high[(letter >> 4) as usize] |= bit;
                    // A letter's two cases differ in one bit of the high half.
                    if letter.is_ascii_alphabetic() {
                        tables[at].high[((letter ^ 0x20) >> 4) as usize] |= bit;
                    }
                } else {
                    // Behind the window anything may follow.
                    let mut half = 0;
                    while half < 16 {
                        tables[at].low[half] |= bit;
                        tables[at].high[half] |= bit;
                        half += 1;
                    }
                }
                at += 1;
            }
            word += 1;
        }
        window += 1;
    }
    tables
}

#[cfg(target_arch = "x86_64")]
mod vector {
    //! The same with AVX2.

    use std::{arch::x86_64::__m256i, array};

    use pulp::{NullaryFnOnce, bytemuck::cast, x86::V3};

    use super::{BLOCK, Found, Masks, REACH, SHORTEST, SPAN, TABLES, walk};

    const HALF: usize = BLOCK / 2;

    pub(super) struct Scan<'a, F> {
        pub(super) simd: V3,
        pub(super) text: &'a [u8],
        pub(super) visit: F,
    }

    impl<F: FnMut(usize, Masks)> NullaryFnOnce for Scan<'_, F> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let twice = |half: [u8; 16]| cast([half, half]);
            let tables = array::from_fn(|at| (twice(TABLES[at].low), twice(TABLES[at].high)));
            let finder = Finder { simd: self.simd, tables };
            walk(
                self.text,
                #[inline(always)]
                |span| finder.find(span),
                self.visit,
            );
        }
    }

    struct Finder {
        simd: V3,
        tables: [(__m256i, __m256i); REACH],
    }

    impl Finder {
        #[inline(always)]
        fn find(&self, span: &[u8; SPAN]) -> Found {
            let (first, second) = (self.half(span, 0), self.half(span, HALF));
            let mut found = Found { newline: 0, escape: 0, foreign: 0, windows: [0; 8] };
            for (half, shift) in [(first, 0), (second, HALF)] {
                let ([newline, escape, foreign], windows) = half;
                found.newline |= u64::from(newline) << shift;
                found.escape |= u64::from(escape) << shift;
                found.foreign |= u64::from(foreign) << shift;
                for (whole, half) in found.windows.iter_mut().zip(windows) {
                    *whole |= u64::from(half) << shift;
                }
            }
            found
        }

        /// Newlines, escapes, foreign bytes; and the windows.
        #[inline(always)]
        fn half(&self, span: &[u8; SPAN], from: usize) -> ([u32; 3], [u32; 8]) {
            let mut found = self.look_up(span, from, 0);
            for at in 1..REACH {
                found = self.simd.avx2._mm256_and_si256(found, self.look_up(span, from, at));
            }
            // The highest bit of each byte is what is taken; doubling moves the next one there.
            let mut windows = [0; 8];
            for window in windows.iter_mut().rev() {
                *window = self.highest(found);
                found = self.simd.avx2._mm256_add_epi8(found, found);
            }
            let bytes = load(span, from);
            ([self.equal(bytes, b'\n'), self.equal(bytes, 0x1b), self.highest(bytes)], windows)
        }

        /// The windows that the bytes at a place leave possible, as one of their positions.
        #[inline(always)]
        fn look_up(&self, span: &[u8; SPAN], from: usize, at: usize) -> __m256i {
            let (avx2, (of_low, of_high)) = (self.simd.avx2, self.tables[at]);
            let (bytes, low_half) = (load(span, from + at), self.simd.avx._mm256_set1_epi8(15));
            // Bits 4 to 6 do not count in a look-up; what is not ASCII finds nothing, which is wrong only behind a short window.
            let low = if at < SHORTEST { bytes } else { avx2._mm256_and_si256(bytes, low_half) };
            let high = avx2._mm256_and_si256(avx2._mm256_srli_epi16::<4>(bytes), low_half);
            avx2._mm256_and_si256(avx2._mm256_shuffle_epi8(of_low, low), avx2._mm256_shuffle_epi8(of_high, high))
        }

        #[inline(always)]
        fn equal(&self, bytes: __m256i, byte: u8) -> u32 {
            self.highest(self.simd.avx2._mm256_cmpeq_epi8(bytes, self.simd.avx._mm256_set1_epi8(byte.cast_signed())))
        }

        #[inline(always)]
        fn highest(&self, bytes: __m256i) -> u32 {
            self.simd.avx2._mm256_movemask_epi8(bytes).cast_unsigned()
        }
    }

    #[inline(always)]
    fn load(span: &[u8; SPAN], at: usize) -> __m256i {
        let bytes: Option<&[u8; HALF]> = span[at..].first_chunk();
        cast(bytes.copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::{BLOCK, Masks, plain, scan, walk};

    fn parts(masks: Masks) -> [u64; 9] {
        let [a, b, c, d] = masks.sources;
        [masks.newline, masks.escape, masks.foreign, masks.severe, masks.mild, a, b, c, d]
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
        let bits = prop_oneof![4 => select(words).prop_map(|word| word.as_bytes().to_vec()), 1 => vec(any::<u8>(), 0..9)];
        vec(bits, 0..60).prop_map(|bits| bits.concat())
    }

    proptest! {
        #[test]
        fn vectors_and_plain_code_find_the_same_words_where_they_stand(text in text()) {
            let (mut found, mut plainly) = (Vec::new(), Vec::new());
            scan(&text, |offset, masks| found.push((offset, parts(masks))));
            walk(&text, plain, |offset, masks| plainly.push((offset, parts(masks))));
            prop_assert_eq!(&found, &plainly);

            let lower = text.to_ascii_lowercase();
            let count = |word: &str| lower.windows(word.len()).filter(|window| *window == word.as_bytes()).count() as u32;
            let bits = |part: usize| found.iter().map(|(_, parts)| parts[part].count_ones()).sum::<u32>();
            for (part, word) in ["\n", "\x1b"].into_iter().chain(["orchestrator", "worker", "build", "test_runner"]).enumerate() {
                prop_assert_eq!(bits(if part < 2 { part } else { part + 3 }), count(word), "{}", word);
            }
            prop_assert_eq!(bits(2), text.iter().filter(|byte| !byte.is_ascii()).count() as u32);
            for (part, words) in [(3, &["critical", "fatal", "error", "warn"][..]), (4, &["info", "debug", "trace"])] {
                for (at, _) in lower.iter().enumerate().filter(|(at, _)| words.iter().any(|word| lower[*at..].starts_with(word.as_bytes()))) {
                    prop_assert!(found[at / BLOCK].1[part] >> (at % BLOCK) & 1 == 1, "byte {}", at);
                }
            }
        }
    }
}
