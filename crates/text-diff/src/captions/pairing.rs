//! Pairs the captions of two files.

use std::{cmp::Reverse, collections::HashMap, hash::Hash, ops::Range, time::Instant};

use similar::DiffTag;

use super::parse::Cue;
use crate::{edit_script::diff_slices, words::text_similarity};

/// Maximum distance in time at which captions are paired regardless of their texts.
const MAX_DISTANCE_ANY_TEXT_MS: i64 = 1_500;
/// Maximum distance in time at which captions are paired by similar text, or by equal text in a run that is
/// shorter than [`MIN_RUN_AT_ANY_DISTANCE`].
const MAX_DISTANCE_SAME_TEXT_MS: i64 = 30_000;
/// Minimum similarity of texts that are considered similar.
const MIN_TEXT_SIMILARITY: f32 = 0.5;
/// Minimum number of consecutive captions with equal texts that are paired at any distance.
const MIN_RUN_AT_ANY_DISTANCE: usize = 3;
/// Maximum number of captions that are sampled to find the shift of a gap.
const MAX_SHIFT_VOTERS: usize = 200;
/// Maximum number of captions with equal text that a sampled caption is compared with.
const MAX_CANDIDATES_PER_TEXT: usize = 2_000;

/// Indexes of an expected and an actual caption.
pub(super) type CuePair = (usize, usize);

/// Pairs captions in order: by time and text, then by text at uniformly shifted times, then by text, then by
/// time. Each step only considers captions in the gaps between existing pairs.
pub(super) fn pair_cues(expected: &[Cue], actual: &[Cue], deadline: Option<Instant>) -> Vec<CuePair> {
    let cues = Cues {
        expected,
        actual,
        deadline,
    };
    let mut pairs = Vec::new();
    cues.fill_gaps(&mut pairs, |gap| {
        fn key(cue: &Cue) -> Option<(i64, Option<i64>, &str)> {
            Some((cue.start_ms, cue.end_ms, text_key(cue)))
        }
        cues.pair_by_key(gap, key, key)
    });
    cues.fill_gaps(&mut pairs, |gap| {
        let Some(shift_ms) = cues.most_common_shift(gap) else {
            return Vec::new();
        };
        cues.pair_by_key(
            gap,
            |cue| Some((cue.start_ms + shift_ms, text_key(cue))),
            |cue| Some((cue.start_ms, text_key(cue))),
        )
    });
    cues.fill_gaps(&mut pairs, |gap| {
        fn key(cue: &Cue) -> Option<&str> {
            Some(text_key(cue)).filter(|text| !text.is_empty())
        }
        cues.without_coincidences(cues.pair_by_key(gap, key, key))
    });
    let paired_by_text = pairs.clone();
    cues.fill_gaps(&mut pairs, |gap| {
        let index = paired_by_text.partition_point(|pair| pair.0 < gap.expected.start);
        let neighbour = index
            .checked_sub(1)
            .and_then(|previous| paired_by_text.get(previous))
            .or_else(|| paired_by_text.get(index));
        let shift_ms = neighbour.map_or(0, |pair| cues.shift_of(*pair));
        cues.pair_by_time(gap, shift_ms)
    });
    pairs
}

fn text_key(cue: &Cue) -> &str {
    cue.text_key.as_str()
}

/// Unpaired captions of both files between two pairs.
struct Gap {
    expected: Range<usize>,
    actual: Range<usize>,
}

/// The captions of both files.
#[derive(Clone, Copy)]
struct Cues<'a> {
    expected: &'a [Cue],
    actual: &'a [Cue],
    deadline: Option<Instant>,
}

impl<'a> Cues<'a> {
    /// Returns how much later the actual caption of a pair starts.
    fn shift_of(self, (expected, actual): CuePair) -> i64 {
        self.actual[actual].start_ms - self.expected[expected].start_ms
    }

    /// Inserts the pairs that `pair_gap` finds in each gap between `pairs` with unpaired captions in both
    /// files.
    fn fill_gaps(self, pairs: &mut Vec<CuePair>, pair_gap: impl Fn(&Gap) -> Vec<CuePair>) {
        let mut filled = Vec::with_capacity(pairs.len());
        let (mut expected_start, mut actual_start) = (0, 0);
        for pair in pairs.iter().copied().map(Some).chain([None]) {
            let (expected_end, actual_end) = pair.unwrap_or((self.expected.len(), self.actual.len()));
            if expected_start < expected_end && actual_start < actual_end {
                filled.extend(pair_gap(&Gap {
                    expected: expected_start..expected_end,
                    actual: actual_start..actual_end,
                }));
            }
            filled.extend(pair);
            (expected_start, actual_start) = (expected_end + 1, actual_end + 1);
        }
        *pairs = filled;
    }

    /// Pairs captions with equal keys in order. Captions without a key are not paired.
    fn pair_by_key<K: Hash + Eq>(
        self,
        gap: &Gap,
        expected_key: impl Fn(&'a Cue) -> Option<K>,
        actual_key: impl Fn(&'a Cue) -> Option<K>,
    ) -> Vec<CuePair> {
        // Keys are replaced by numbers, because the diff compares them often.
        let mut numbers: HashMap<K, usize> = HashMap::new();
        let mut unique = usize::MAX;
        let mut number = |key: Option<K>| match key {
            Some(key) => {
                let next = numbers.len();
                *numbers.entry(key).or_insert(next)
            }
            None => {
                unique -= 1;
                unique
            }
        };
        let (expected_cues, actual_cues) = (self.expected, self.actual);
        let expected: Vec<usize> = expected_cues[gap.expected.clone()]
            .iter()
            .map(|cue| number(expected_key(cue)))
            .collect();
        let actual: Vec<usize> = actual_cues[gap.actual.clone()]
            .iter()
            .map(|cue| number(actual_key(cue)))
            .collect();
        let mut pairs = Vec::new();
        for op in diff_slices(&expected, &actual, self.deadline) {
            if let (DiffTag::Equal, old, new) = op.as_tag_tuple() {
                pairs.extend(
                    old.zip(new)
                        .map(|(old, new)| (gap.expected.start + old, gap.actual.start + new)),
                );
            }
        }
        pairs
    }

    /// Returns the most frequent shift between captions with equal texts, or `None` if no texts are equal.
    fn most_common_shift(self, gap: &Gap) -> Option<i64> {
        let mut starts_by_text: HashMap<&str, Vec<i64>> = HashMap::new();
        for cue in &self.actual[gap.actual.clone()] {
            let starts = starts_by_text.entry(text_key(cue)).or_default();
            if starts.len() < MAX_CANDIDATES_PER_TEXT {
                starts.push(cue.start_ms);
            }
        }
        let mut votes: HashMap<i64, usize> = HashMap::new();
        let expected = &self.expected[gap.expected.clone()];
        for cue in expected
            .iter()
            .step_by((expected.len() / MAX_SHIFT_VOTERS).max(1))
        {
            for start_ms in starts_by_text.get(text_key(cue)).into_iter().flatten() {
                *votes.entry(start_ms - cue.start_ms).or_default() += 1;
            }
        }
        // Ties are resolved to the smallest shift, so that the result does not depend on the order of the
        // map.
        votes
            .into_iter()
            .max_by_key(|(shift_ms, votes)| (*votes, Reverse(shift_ms.abs()), *shift_ms))
            .map(|(shift_ms, _)| shift_ms)
    }

    /// Drops pairs with equal text that are far apart in time, unless they are part of a long run.
    fn without_coincidences(self, pairs: Vec<CuePair>) -> Vec<CuePair> {
        let mut runs: Vec<Vec<CuePair>> = Vec::new();
        for pair in pairs {
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|last| (last.0 + 1, last.1 + 1) == pair) => {
                    run.push(pair);
                }
                _ => runs.push(vec![pair]),
            }
        }
        let is_credible = |run: &Vec<CuePair>| {
            run.len() >= MIN_RUN_AT_ANY_DISTANCE
                || run
                    .iter()
                    .all(|pair| self.shift_of(*pair).abs() <= MAX_DISTANCE_SAME_TEXT_MS)
        };
        runs.into_iter().filter(is_credible).flatten().collect()
    }

    /// Pairs captions that start at about the same time, or a little further apart with similar texts.
    fn pair_by_time(self, gap: &Gap, shift_ms: i64) -> Vec<CuePair> {
        let mut pairs = Vec::new();
        let (mut i, mut j) = (gap.expected.start, gap.actual.start);
        while i < gap.expected.end && j < gap.actual.end {
            let distance = |i: usize, j: usize| self.shift_of((i, j)) - shift_ms;
            let distance_here = distance(i, j);
            // The file with more captions left skips to a closer one.
            let is_closer = |i: usize, j: usize| {
                i < gap.expected.end && j < gap.actual.end && distance(i, j).abs() < distance_here.abs()
            };
            let (expected_left, actual_left) = (gap.expected.end - i, gap.actual.end - j);
            let is_similar = || {
                text_similarity(text_key(&self.expected[i]), text_key(&self.actual[j])) >= MIN_TEXT_SIMILARITY
            };
            if actual_left > expected_left && is_closer(i, j + 1) {
                j += 1;
            } else if expected_left > actual_left && is_closer(i + 1, j) {
                i += 1;
            } else if distance_here.abs() <= MAX_DISTANCE_ANY_TEXT_MS
                || (distance_here.abs() <= MAX_DISTANCE_SAME_TEXT_MS && is_similar())
            {
                pairs.push((i, j));
                (i, j) = (i + 1, j + 1);
            } else if distance_here > 0 {
                i += 1;
            } else {
                j += 1;
            }
        }
        pairs
    }
}
