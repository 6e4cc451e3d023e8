//! Random numbers that are fixed by a seed.
//!
//! The examples of the API document and the end-to-end tests rest on the rows that a seed produces. So the generator is one
//! whose values never change, and numbers are derived from it here, because `rand` may change its distributions.

use rand::{RngCore as _, SeedableRng as _};
use rand_xoshiro::SplitMix64;

/// A sequence of numbers fixed by its seeds.
#[derive(Clone, Debug)]
pub(super) struct SeededRng(SplitMix64);

impl SeededRng {
    /// Combines seeds. Every subject has seeds of its own, so that its numbers do not depend on how many others have used.
    pub(super) fn new(seeds: &[u64]) -> Self {
        let combine = |state: u64, seed: &u64| SplitMix64::seed_from_u64(state ^ seed).next_u64();
        Self(SplitMix64::seed_from_u64(seeds.iter().fold(0, combine)))
    }

    pub(super) fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a number below `end`, which must not be 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next_u64() % end
    }

    /// Returns a number from `start` to `end`, both included.
    pub(super) fn between(&mut self, start: i64, end: i64) -> i64 {
        start + (self.next_u64() % (end.abs_diff(start) + 1)).cast_signed()
    }

    /// Returns `true` with a probability of `percent` %.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Returns a number from 0 to below 1.
    pub(super) fn fraction(&mut self) -> f64 {
        self.below(1 << 32) as f64 / (1_u64 << 32) as f64
    }

    /// Returns one of `items`, which must not be empty.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.index(items.len())]
    }

    /// Returns an index into a list of `len` items, which must not be empty.
    pub(super) fn index(&mut self, len: usize) -> usize {
        (self.next_u64() % len as u64) as usize
    }

    /// Returns hexadecimal digits.
    pub(super) fn hex(&mut self, digits: usize) -> String {
        (0..digits)
            .map(|_| char::from(b"0123456789abcdef"[self.index(16)]))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::SeededRng;

    #[test]
    fn numbers_of_a_seed_never_change() {
        let mut rng = SeededRng::new(&[1, 15, 9]);
        let numbers = [rng.next_u64(), rng.next_u64(), rng.next_u64()];
        assert_eq!(
            numbers,
            [
                0x563e_591d_26a7_8d94,
                0xa4d2_4425_1fc0_2987,
                0x437a_3acb_384b_ce4f
            ]
        );
    }
}
