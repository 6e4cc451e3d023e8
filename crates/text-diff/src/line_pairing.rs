//! Pairs the removed and added lines of a replaced block, and marks the words that changed.
//!
//! `similar` offers inline changes too (`iter_inline_changes`). They are not used because only a deadline per
//! replaced block bounds their cost: a file with many blocks takes the sum of the deadlines, and the same
//! block is marked differently on a busy machine. Here, each comparison of words is charged to one
//! [`WorkBudget`] per response in advance. A deadline applies only to anchoring the lines of a large block.

use std::time::{Duration, Instant};

use runlens_api_types::log::TextRange;
use similar::DiffTag;

use crate::{
    edit_script::diff_slices,
    lines::split_line_end,
    words::{bigrams, changed_words, similarity, without_invisible},
};

/// Minimum similarity of two lines that are paired.
const MIN_SIMILARITY: f32 = 0.35;
/// Maximum number of possible pairs in a block. Larger blocks are paired by position.
const MAX_CANDIDATE_PAIRS: usize = 2_500;
/// Time limit of anchoring the lines of a block.
const ANCHOR_TIMEOUT: Duration = Duration::from_millis(200);
/// Work units of one comparison of bigrams.
const SIMILARITY_COST: usize = 100;
/// Work units per response. One unit is a comparison of two words.
const WORK_BUDGET: usize = 20_000_000;

/// A removed line and the added line that replaces it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LinePair {
    /// Indexes within the block.
    pub(crate) expected: usize,
    pub(crate) actual: usize,
    /// Changed characters of each line; empty if the whole line changed.
    pub(crate) removed: Vec<TextRange>,
    pub(crate) added: Vec<TextRange>,
    /// Whether only white space, invisible characters or line endings differ.
    pub(crate) is_only_whitespace: bool,
}

/// The remaining work units of a response.
#[derive(Debug)]
pub(crate) struct WorkBudget {
    remaining: usize,
}

impl Default for WorkBudget {
    fn default() -> Self {
        Self {
            remaining: WORK_BUDGET,
        }
    }
}

impl WorkBudget {
    /// Returns whether the budget was sufficient. If not, the rest is used up, so that later work is refused
    /// too.
    pub(crate) fn spend(&mut self, units: usize) -> bool {
        let is_enough = self.remaining >= units;
        self.remaining = self.remaining.saturating_sub(units);
        is_enough
    }
}

/// Pairs the lines of a replaced block, in order. Returns no pairs once the budget is used up.
pub(crate) fn pair_lines(expected: &[&str], actual: &[&str], budget: &mut WorkBudget) -> Vec<LinePair> {
    let visible = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| without_invisible(line))
            .collect::<Vec<_>>()
    };
    let (visible_expected, visible_actual) = (visible(expected), visible(actual));
    if !budget.spend(expected.len() + actual.len()) {
        return Vec::new();
    }
    // Lines that differ only in white space anchor the pairing of the lines between them.
    let deadline = Instant::now().checked_add(ANCHOR_TIMEOUT);
    let mut pairs = Vec::new();
    for op in diff_slices(&visible_expected, &visible_actual, deadline) {
        let (tag, old, new) = op.as_tag_tuple();
        match tag {
            DiffTag::Equal => pairs.extend(old.zip(new)),
            DiffTag::Replace => {
                let (first_old, first_new) = (old.start, new.start);
                let similar = pair_similar_lines(&visible_expected[old], &visible_actual[new], budget);
                pairs.extend(
                    similar
                        .into_iter()
                        .map(|(old, new)| (first_old + old, first_new + new)),
                );
            }
            DiffTag::Delete | DiffTag::Insert => {}
        }
    }
    let to_pair = |(old, new): (usize, usize)| {
        let texts = (split_line_end(expected[old]).0, split_line_end(actual[new]).0);
        let (removed, added) = changed_words(texts.0, texts.1, budget);
        LinePair {
            expected: old,
            actual: new,
            removed,
            added,
            is_only_whitespace: visible_expected[old] == visible_actual[new],
        }
    };
    pairs.into_iter().map(to_pair).collect()
}

/// Pairs similar lines in order so that the sum of similarities is largest. Pairs by position if the block is
/// too large.
fn pair_similar_lines(
    expected: &[String],
    actual: &[String],
    budget: &mut WorkBudget,
) -> Vec<(usize, usize)> {
    let all_bigrams = |lines: &[String]| lines.iter().map(|line| bigrams(line)).collect::<Vec<_>>();
    let (expected, actual) = (all_bigrams(expected), all_bigrams(actual));
    let candidate_count = expected.len() * actual.len();
    if candidate_count > MAX_CANDIDATE_PAIRS || !budget.spend(candidate_count * SIMILARITY_COST) {
        return (0..expected.len().min(actual.len()))
            .filter(|index| similarity(&expected[*index], &actual[*index]) >= MIN_SIMILARITY)
            .map(|index| (index, index))
            .collect();
    }
    // best[i, j] is the largest sum for the lines from i and j on.
    let width = actual.len() + 1;
    let mut best = vec![0.0_f32; (expected.len() + 1) * width];
    let mut similarities = vec![0.0_f32; candidate_count];
    for i in (0..expected.len()).rev() {
        for j in (0..actual.len()).rev() {
            let similarity = similarity(&expected[i], &actual[j]);
            similarities[i * actual.len() + j] = similarity;
            let paired = if similarity >= MIN_SIMILARITY {
                similarity + best[(i + 1) * width + j + 1]
            } else {
                0.0
            };
            best[i * width + j] = paired.max(best[(i + 1) * width + j]).max(best[i * width + j + 1]);
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < expected.len() && j < actual.len() {
        let similarity = similarities[i * actual.len() + j];
        let best_here = best[i * width + j];
        if similarity >= MIN_SIMILARITY && similarity + best[(i + 1) * width + j + 1] >= best_here {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best_here {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{TextRange, WORK_BUDGET, WorkBudget, pair_lines};

    /// Puts brackets around the ranges.
    fn with_brackets(text: &str, ranges: &[TextRange]) -> String {
        let mut out = String::new();
        for (index, c) in (0..).zip(text.chars()) {
            out.extend(ranges.iter().filter(|range| range.start == index).map(|_| '['));
            out.push(c);
            out.extend(ranges.iter().filter(|range| range.end == index + 1).map(|_| ']'));
        }
        out
    }

    fn pair_indexes(expected: &[&str], actual: &[&str]) -> Vec<(usize, usize)> {
        pair_lines(expected, actual, &mut WorkBudget::default())
            .into_iter()
            .map(|pair| (pair.expected, pair.actual))
            .collect()
    }

    fn spent(budget: &WorkBudget) -> usize {
        WORK_BUDGET - budget.remaining
    }

    #[test]
    fn changed_words_are_marked_in_both_lines() {
        for (first, second, removed, added) in [
            (
                "Here is the news.",
                "Here is no news.",
                "Here is [the] news.",
                "Here is [no] news.",
            ),
            (
                "00:00:03,000 --> 00:00:04,000",
                "00:00:03,033 --> 00:00:04,033",
                "00:00:03,[000] --> 00:00:04,[000]",
                "00:00:03,[033] --> 00:00:04,[033]",
            ),
            (
                "one two three four five",
                "one 2 3 four five",
                "one [two three] four five",
                "one [2 3] four five",
            ),
            ("café au lait", "cafe au lait", "[café] au lait", "[cafe] au lait"),
            ("é♪ the end", "é♪ the very end", "é♪ the end", "é♪ the [very ]end"),
        ] {
            let pairs = pair_lines(&[first], &[second], &mut WorkBudget::default());
            let [pair] = pairs.as_slice() else {
                panic!("{first:?} and {second:?} are not paired")
            };
            assert_eq!(
                (
                    with_brackets(first, &pair.removed),
                    with_brackets(second, &pair.added)
                ),
                (removed.to_owned(), added.to_owned())
            );
            assert!(!pair.is_only_whitespace);
        }
    }

    #[test]
    fn similar_lines_are_paired() {
        assert_eq!(
            pair_indexes(&["good evening", "here is the news"], &["here is no news"]),
            [(1, 0)]
        );
        assert_eq!(
            pair_indexes(&["good evening"], &["completely other", "good morning, evening"]),
            [(0, 1)]
        );
        assert_eq!(pair_indexes(&["abc"], &["xyz"]), []);
    }

    #[test]
    fn lines_with_other_line_endings_are_paired_in_blocks_of_any_size() {
        let expected: Vec<String> = (0..300).map(|n| format!("line {n}\n")).collect();
        let actual: Vec<String> = (0..300)
            .filter(|n| *n != 7)
            .map(|n| format!("line {n}\r\n"))
            .collect();
        let (expected, actual): (Vec<&str>, Vec<&str>) = (
            expected.iter().map(String::as_str).collect(),
            actual.iter().map(String::as_str).collect(),
        );
        let pairs = pair_indexes(&expected, &actual);
        assert_eq!((pairs.len(), pairs[7]), (299, (8, 7)));
    }

    #[test]
    fn whitespace_changes_are_recognized() {
        for (first, second, is_only_whitespace) in [
            ("a b\n", "a b\r\n", true),
            ("a b", "a\u{a0}b ", true),
            ("\u{feff}a", "a", true),
            ("a\tb", "ab", true),
            ("a b", "a c", false),
        ] {
            let pairs = pair_lines(&[first], &[second], &mut WorkBudget::default());
            assert_eq!(
                pairs.first().is_some_and(|pair| pair.is_only_whitespace),
                is_only_whitespace,
                "{first:?} {second:?}"
            );
        }
    }

    #[test]
    fn work_for_long_lines_depends_on_their_changed_words() {
        let long = |middle: &str| format!("{}{middle}{}", "a b ".repeat(100_000), "c d ".repeat(100_000));
        let (first, second) = (long("x"), long("y z"));
        let mut budget = WorkBudget::default();
        let pairs = pair_lines(&[&first], &[&second], &mut budget);
        assert_eq!(pairs[0].added.len(), 1);
        assert!(pairs[0].added[0].start >= 399_000);
        assert!(spent(&budget) < 1_000, "{budget:?}");
    }

    #[test]
    fn lines_that_exceed_the_budget_are_marked_between_first_and_last_change() {
        let lines =
            ["caption1", "caption2"].map(|word| format!("same {} same", format!("{word} - ").repeat(5_000)));
        let mut budget = WorkBudget::default();
        let pairs = pair_lines(&[&lines[0]], &[&lines[1]], &mut budget);
        assert_eq!(spent(&budget), WORK_BUDGET);
        assert_eq!(pairs.first().map(|pair| pair.removed.len()), Some(1));
        assert_eq!(pair_lines(&["one"], &["one two"], &mut budget), []);
    }

    #[test]
    fn large_blocks_are_paired_by_position() {
        let block = |word: &str| -> Vec<String> { (0..60).map(|n| format!("line {n} of {word}")).collect() };
        let (expected, actual) = (block("these"), block("those"));
        let (expected, actual): (Vec<&str>, Vec<&str>) = (
            expected.iter().map(String::as_str).collect(),
            actual.iter().map(String::as_str).collect(),
        );
        let mut budget = WorkBudget::default();
        let pairs = pair_lines(&expected, &actual, &mut budget);
        assert!(pairs.iter().all(|pair| pair.expected == pair.actual));
        assert_eq!(pairs.len(), 60);
        // 120 lines are anchored, and one word of each pair is compared.
        assert_eq!(spent(&budget), 120 + 60);
    }
}
