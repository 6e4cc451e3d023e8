//! Finds the words by which lines are classified, whatever their case: 64 bytes of text at a time, a bit for each byte.
//!
//! Up to six bytes from each position are looked up in tables of their halves, for eight windows of letters at once; a window
//! is there where its bit survives all look-ups. The same tables serve vector code, chosen when the program runs, and plain code.

#[cfg(target_arch = "x86_64")]
mod narrow;
mod plain;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod wide;

use super::{
    ansi::ESCAPE,
    shapes::{self, Forms},
};

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = 64;
/// Blocks that are told of at a stretch, at most.
pub(super) const STRETCH: usize = 32;
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

/// The bits of the windows that few blocks have: `orches`, `trator`, `worker` and `build`.
const RARE: u8 = 0b1111;
const TEST_R: u8 = 1 << 4;
const RUNNER: u8 = 1 << 5;
const SEVERE: u8 = 1 << 6;
const MILD: u8 = 1 << 7;

/// What lies in a block; the first byte is the lowest bit.
#[derive(Clone, Copy, Default)]
pub(super) struct Masks {
    /// Ends of lines; also the end of a text whose last line has none.
    pub(super) newline: u64,
    /// Wherever critical, fatal, error or warn may begin.
    pub(super) severe: u64,
    /// Wherever one of these, or info, debug or trace may begin.
    pub(super) level: u64,
    /// One bit for each `test_runner`, anywhere within it.
    pub(super) test_runner: u64,
    /// The same for each orchestrator, worker and build, in this order.
    pub(super) sources: [u64; 3],
    /// Begins of escape sequences.
    pub(super) escape: u64,
    /// Bytes that are not ASCII.
    pub(super) foreign: u64,
}

/// What is found in a block without regard to those beside it.
pub(super) struct Found {
    newline: u64,
    severe: u64,
    level: u64,
    test_r: u64,
    runner: u64,
    rare: Rare,
}

/// What few blocks have any of.
#[derive(Default)]
pub(super) struct Rare {
    escape: u64,
    foreign: u64,
    orches: u64,
    trator: u64,
    worker: u64,
    build: u64,
}

/// What it takes vectors to do fast, or the same without any.
pub(super) trait Vectors {
    /// What is in the block with which this begins.
    fn find(&self, span: &[u8; SPAN]) -> Found;

    /// The first of the forms that a line fits which begins with these bytes; the number of forms where it fits none.
    fn fitting(&self, forms: &Forms, bytes: &[u8; shapes::REACH]) -> usize;
}

/// Who is told what lies in the blocks of a text.
pub(super) trait Visit {
    /// Takes what lies in a block. It is all that is done in a loop that has all vectors to itself: it is to call nothing.
    fn block(&mut self, offset: usize, masks: Masks);

    /// Some blocks have been told of, at most [`STRETCH`] since the last time.
    fn pause(&mut self, vectors: &impl Vectors);
}

/// Tells of each block of a text; bits behind the text's end are zero.
pub(super) fn scan(text: &[u8], visit: &mut impl Visit) {
    #[cfg(target_arch = "x86_64")]
    match pulp::x86::Arch::new() {
        pulp::x86::Arch::V4(simd) => {
            return simd.vectorize(Walk {
                vectors: wide::Wide::new(simd),
                text,
                visit,
            });
        }
        pulp::x86::Arch::V3(simd) => {
            return simd.vectorize(Walk {
                vectors: narrow::Narrow::new(simd),
                text,
                visit,
            });
        }
        _ => {}
    }
    Walk {
        vectors: plain::Plain,
        text,
        visit,
    }
    .walk();
}

/// One pass over a text.
struct Walk<'a, X, V> {
    vectors: X,
    text: &'a [u8],
    visit: &'a mut V,
}

#[cfg(target_arch = "x86_64")]
impl<X: Vectors, V: Visit> pulp::NullaryFnOnce for Walk<'_, X, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.walk();
    }
}

impl<X: Vectors, V: Visit> Walk<'_, X, V> {
    #[inline(always)]
    fn walk(self) {
        let Self { vectors, text, visit } = self;
        let (mut offset, mut rest, mut before) = (0, text, Before::default());
        while rest.len() >= SPAN {
            for _ in 0..STRETCH {
                let Some(span) = rest.first_chunk() else { break };
                visit.block(offset, before.join(vectors.find(span)));
                rest = &rest[BLOCK..];
                offset += BLOCK;
            }
            visit.pause(&vectors);
        }
        // What is left is less than a block and what windows take of the next one; the line that has no end gets one.
        let mut last = [0; SPAN + BLOCK];
        last[..rest.len()].copy_from_slice(rest);
        let mut end = offset + rest.len();
        if text.last().is_some_and(|last| *last != b'\n') {
            last[rest.len()] = b'\n';
            end += 1;
        }
        let mut rest = last.as_slice();
        while let Some(span) = rest.first_chunk().filter(|_| offset < end) {
            visit.block(offset, before.join(vectors.find(span)));
            rest = &rest[BLOCK..];
            offset += BLOCK;
        }
        visit.pause(&vectors);
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
        let Found {
            newline,
            severe,
            level,
            test_r,
            runner,
            rare,
        } = found;
        let Rare {
            escape,
            foreign,
            orches,
            trator,
            worker,
            build,
        } = rare;
        let moved_6 = orches << 6 | self.orches >> (BLOCK - 6);
        let moved_5 = test_r << 5 | self.test_r >> (BLOCK - 5);
        *self = Self { orches, test_r };
        Masks {
            newline,
            severe,
            level,
            test_runner: runner & moved_5,
            sources: [trator & moved_6, worker, build],
            escape,
            foreign,
        }
    }
}

/// The windows that a byte at one position leaves possible, by its low and by its high half.
#[derive(Clone, Copy)]
struct Halves {
    low: [u8; 16],
    high: [u8; 16],
}

const TABLES: [Halves; REACH] = tables();

const fn tables() -> [Halves; REACH] {
    let mut tables = [Halves {
        low: [0; 16],
        high: [0; 16],
    }; REACH];
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
