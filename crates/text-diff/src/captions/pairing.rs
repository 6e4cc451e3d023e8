//! Which caption of one file is which of the other.

use std::{collections::HashMap, ops::Range, time::Instant};

use similar::DiffTag;

use super::parse::Cue;
use crate::{lines::compare, words::text_likeness};

/// Milliseconds that a caption with other text may be away from where it is looked for.
const NEAR: i64 = 1_500;
/// The same for one whose text is much alike, and for one that alone has its text.
const FAR: i64 = 30_000;
/// As much of a text has to be the same to find it further away.
const ALIKE: f32 = 0.5;
/// So many captions with the same text, one after another, are the same ones, however far away.
const RUN: usize = 3;
/// Captions of a gap, and places of a text, that are looked at to find out by how much times are shifted.
const SAMPLED: usize = 200;
const PLACES: usize = 2_000;

/// Pairs captions in their order: by time and text, then by text at times that are all shifted, then by text, then by time.
pub(crate) fn pair(expected: &[Cue], actual: &[Cue], deadline: Option<Instant>) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    refine(&mut pairs, expected, actual, |old, new, pairs| {
        by_key(
            old,
            new,
            pairs,
            deadline,
            expected,
            actual,
            |cue| Some((cue.start, cue.end, cue.key.as_str())),
            |cue| Some((cue.start, cue.end, cue.key.as_str())),
        );
    });
    refine(&mut pairs, expected, actual, |old, new, pairs| {
        let Some(shift) = shift(&expected[old.clone()], &actual[new.clone()]) else {
            return;
        };
        by_key(
            old,
            new,
            pairs,
            deadline,
            expected,
            actual,
            |cue| Some((cue.start + shift, cue.key.as_str())),
            |cue| Some((cue.start, cue.key.as_str())),
        );
    });
    refine(&mut pairs, expected, actual, |old, new, pairs| {
        let key = |cue: &Cue| (!cue.key.is_empty()).then_some(());
        let mut found = Vec::new();
        by_key(
            old,
            new,
            &mut found,
            deadline,
            expected,
            actual,
            |cue| key(cue).map(|()| cue.key.as_str()),
            |cue| key(cue).map(|()| cue.key.as_str()),
        );
        pairs.extend(believable(found, expected, actual));
    });
    let before = pairs.clone();
    refine(&mut pairs, expected, actual, |old, new, pairs| {
        // What the captions around it are shifted by is what to look for it with.
        let at = before.partition_point(|pair| pair.0 < old.start);
        let neighbour = at
            .checked_sub(1)
            .and_then(|at| before.get(at))
            .or_else(|| before.get(at));
        let shift = neighbour.map_or(0, |(old, new)| actual[*new].start - expected[*old].start);
        by_time(old, new, pairs, expected, actual, shift);
    });
    pairs
}

/// Looks for further pairs wherever captions of both sides are left between two pairs.
fn refine(
    pairs: &mut Vec<(usize, usize)>,
    expected: &[Cue],
    actual: &[Cue],
    look: impl Fn(Range<usize>, Range<usize>, &mut Vec<(usize, usize)>),
) {
    let mut refined = Vec::with_capacity(pairs.len());
    let (mut old, mut new) = (0, 0);
    for pair in pairs.iter().copied().map(Some).chain([None]) {
        let (old_end, new_end) = pair.unwrap_or((expected.len(), actual.len()));
        if old < old_end && new < new_end {
            look(old..old_end, new..new_end, &mut refined);
        }
        refined.extend(pair);
        (old, new) = (old_end + 1, new_end + 1);
    }
    *pairs = refined;
}

/// Pairs captions that have the same key. One without a key is like no other.
#[expect(
    clippy::too_many_arguments,
    reason = "two sides, each with its captions, its place and its key"
)]
fn by_key<'a, K: std::hash::Hash + Eq>(
    old: Range<usize>,
    new: Range<usize>,
    pairs: &mut Vec<(usize, usize)>,
    deadline: Option<Instant>,
    expected: &'a [Cue],
    actual: &'a [Cue],
    expected_key: impl Fn(&'a Cue) -> Option<K>,
    actual_key: impl Fn(&'a Cue) -> Option<K>,
) {
    // Numbers for keys: equal ones are compared often.
    let mut numbers: HashMap<K, usize> = HashMap::new();
    let mut odd = usize::MAX;
    let mut number = |key: Option<K>| match key {
        Some(key) => {
            let next = numbers.len();
            *numbers.entry(key).or_insert(next)
        }
        None => {
            odd -= 1;
            odd
        }
    };
    let first: Vec<usize> = expected[old.clone()]
        .iter()
        .map(|cue| number(expected_key(cue)))
        .collect();
    let second: Vec<usize> = actual[new.clone()]
        .iter()
        .map(|cue| number(actual_key(cue)))
        .collect();
    for op in compare(&first, &second, deadline) {
        if let (DiffTag::Equal, a, b) = op.as_tag_tuple() {
            pairs.extend(a.zip(b).map(|(a, b)| (old.start + a, new.start + b)));
        }
    }
}

/// By how much most captions with the same text begin later; none where no text is the same.
fn shift(expected: &[Cue], actual: &[Cue]) -> Option<i64> {
    let mut places: HashMap<&str, Vec<i64>> = HashMap::new();
    for cue in actual {
        let starts = places.entry(cue.key.as_str()).or_default();
        if starts.len() < PLACES {
            starts.push(cue.start);
        }
    }
    let mut votes: HashMap<i64, usize> = HashMap::new();
    for cue in expected.iter().step_by((expected.len() / SAMPLED).max(1)) {
        for start in places.get(cue.key.as_str()).into_iter().flatten() {
            *votes.entry(start - cue.start).or_default() += 1;
        }
    }
    // Of equals the smallest, so that the answer is always the same.
    votes
        .into_iter()
        .max_by_key(|(shift, votes)| (*votes, std::cmp::Reverse(shift.abs()), *shift))
        .map(|(shift, _)| shift)
}

/// Leaves out pairs that have nothing but their text in common: they are far from each other, and alone.
fn believable(found: Vec<(usize, usize)>, expected: &[Cue], actual: &[Cue]) -> Vec<(usize, usize)> {
    let away = |(old, new): (usize, usize)| actual[new].start - expected[old].start;
    let mut runs: Vec<Vec<(usize, usize)>> = Vec::new();
    for pair in found {
        match runs.last_mut() {
            Some(run) if run.last().is_some_and(|last| (last.0 + 1, last.1 + 1) == pair) => run.push(pair),
            _ => runs.push(vec![pair]),
        }
    }
    let is_kept =
        |run: &Vec<(usize, usize)>| run.len() >= RUN || run.iter().all(|pair| away(*pair).abs() <= FAR);
    runs.into_iter().filter(is_kept).flatten().collect()
}

/// Pairs captions that begin at about the same time, whatever they say, and those that say much the same at about that time.
fn by_time(
    old: Range<usize>,
    new: Range<usize>,
    pairs: &mut Vec<(usize, usize)>,
    expected: &[Cue],
    actual: &[Cue],
    shift: i64,
) {
    let (mut i, mut j) = (old.start, new.start);
    while i < old.end && j < new.end {
        let away = |i: usize, j: usize| actual[j].start - (expected[i].start + shift);
        let here = away(i, j);
        // A neighbour that is nearer is the one, where the other side can do without.
        let is_nearer = |i: usize, j: usize| i < old.end && j < new.end && away(i, j).abs() < here.abs();
        let (left, right) = (old.end - i, new.end - j);
        if left != right && is_nearer(i, j + 1) && right > left {
            j += 1;
        } else if left != right && is_nearer(i + 1, j) && left > right {
            i += 1;
        } else if here.abs() <= NEAR
            || (here.abs() <= FAR && text_likeness(&expected[i].key, &actual[j].key) >= ALIKE)
        {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if here > 0 {
            i += 1;
        } else {
            j += 1;
        }
    }
}
