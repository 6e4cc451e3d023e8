//! Which line takes the place of which, and what changed in it, word by word.

use runlens_api_types::log::TextRange;
use similar::DiffTag;

use crate::lines::{compare, split_end};

/// How much of two lines has to be the same for one to be the other in new words.
const LEAST_ALIKE: f32 = 0.35;
/// Blocks of more lines on both sides than this, multiplied, are paired by their places.
const MOST_COMPARED: usize = 2_500;
/// What is looked at of a line to tell how much it is like another.
const MOST_GRAMS: usize = 300;

/// A line, and the one that takes its place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Their places in the block.
    pub(crate) expected: usize,
    pub(crate) actual: usize,
    /// What the first has and the second has not, in characters; nothing where that is all of it.
    pub(crate) removed: Vec<TextRange>,
    pub(crate) added: Vec<TextRange>,
    /// Whether they differ in white space, invisible characters and ends alone.
    pub(crate) only_whitespace: bool,
}

/// How much work may still be done for one answer, in comparisons of words.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(20_000_000)
    }
}

impl Budget {
    fn take(&mut self, work: usize) -> bool {
        let is_left = self.0 >= work;
        self.0 = self.0.saturating_sub(work);
        is_left
    }
}

/// Pairs the lines of a block that was replaced, in their order.
pub(crate) fn pairs(expected: &[&str], actual: &[&str], budget: &mut Budget) -> Vec<Pair> {
    let plain = |lines: &[&str]| lines.iter().map(|line| visible(line)).collect::<Vec<_>>();
    let (plain_expected, plain_actual) = (plain(expected), plain(actual));
    // What is the same but for white space holds the rest in place.
    if !budget.take(expected.len() + actual.len()) {
        return Vec::new();
    }
    let deadline = std::time::Instant::now().checked_add(std::time::Duration::from_millis(200));
    let mut found = Vec::new();
    for op in compare(&plain_expected, &plain_actual, deadline) {
        let (tag, old, new) = op.as_tag_tuple();
        match tag {
            DiffTag::Equal => found.extend(old.zip(new)),
            DiffTag::Replace => {
                let (first, second) = (old.start, new.start);
                let within = alike(&plain_expected[old], &plain_actual[new], budget);
                found.extend(within.into_iter().map(|(old, new)| (first + old, second + new)));
            }
            _ => {}
        }
    }
    found
        .into_iter()
        .map(|(old, new)| {
            pair(
                old,
                new,
                expected[old],
                actual[new],
                plain_expected[old] == plain_actual[new],
                budget,
            )
        })
        .collect()
}

fn pair(
    expected: usize,
    actual: usize,
    first: &str,
    second: &str,
    only_whitespace: bool,
    budget: &mut Budget,
) -> Pair {
    let (removed, added) = changes(split_end(first).0, split_end(second).0, budget);
    Pair {
        expected,
        actual,
        removed,
        added,
        only_whitespace,
    }
}

/// What is seen of a line: without white space and characters that have no shape.
fn visible(line: &str) -> String {
    line.chars().filter(|c| !is_invisible(*c)).collect()
}

/// Whether a character is white space, or has no shape.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Pairs lines that are alike so that as much as can be is the same; the larger the block, the plainer the way.
fn alike(expected: &[String], actual: &[String], budget: &mut Budget) -> Vec<(usize, usize)> {
    let grams = |lines: &[String]| lines.iter().map(|line| grams(line)).collect::<Vec<_>>();
    let (expected, actual) = (grams(expected), grams(actual));
    let work = expected.len() * actual.len();
    if work > MOST_COMPARED || !budget.take(work * 100) {
        return (0..expected.len().min(actual.len()))
            .filter(|at| likeness(&expected[*at], &actual[*at]) >= LEAST_ALIKE)
            .map(|at| (at, at))
            .collect();
    }
    // How much is the same from here on, at best.
    let width = actual.len() + 1;
    let mut best = vec![0.0_f32; (expected.len() + 1) * width];
    let mut same = vec![0.0_f32; work];
    for i in (0..expected.len()).rev() {
        for j in (0..actual.len()).rev() {
            let likeness = likeness(&expected[i], &actual[j]);
            same[i * actual.len() + j] = likeness;
            let paired = if likeness >= LEAST_ALIKE {
                likeness + best[(i + 1) * width + j + 1]
            } else {
                0.0
            };
            best[i * width + j] = paired.max(best[(i + 1) * width + j]).max(best[i * width + j + 1]);
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < expected.len() && j < actual.len() {
        let likeness = same[i * actual.len() + j];
        let here = best[i * width + j];
        if likeness >= LEAST_ALIKE && likeness + best[(i + 1) * width + j + 1] >= here {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= here {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// The pairs of neighbouring characters of a line, sorted.
fn grams(line: &str) -> Vec<(char, char)> {
    let lower = || line.chars().flat_map(char::to_lowercase);
    let mut grams: Vec<_> = lower()
        .zip(lower().skip(1).chain(['\n']))
        .take(MOST_GRAMS)
        .collect();
    grams.sort_unstable();
    grams
}

/// How much two lines have in common, from 0 to 1.
fn likeness(first: &[(char, char)], second: &[(char, char)]) -> f32 {
    let (mut i, mut j, mut same) = (0, 0, 0);
    while let (Some(a), Some(b)) = (first.get(i), second.get(j)) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, same) = (i + 1, j + 1, same + 1),
        }
    }
    let all = first.len() + second.len();
    if all == 0 {
        1.0
    } else {
        2.0 * same as f32 / all as f32
    }
}

/// How much two texts have in common, from 0 to 1, white space aside.
pub(crate) fn text_likeness(first: &str, second: &str) -> f32 {
    likeness(&grams(&visible(first)), &grams(&visible(second)))
}

/// What of each text the other does not have, word by word; nothing where that is all.
fn changes(first: &str, second: &str, budget: &mut Budget) -> (Vec<TextRange>, Vec<TextRange>) {
    let (old, new) = (words(first), words(second));
    // What is the same at both ends is not compared.
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (middle_old, middle_new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    if budget.take(middle_old.len() * middle_new.len()) {
        for op in compare(middle_old, middle_new, None) {
            let (tag, old, new) = op.as_tag_tuple();
            if tag != DiffTag::Equal {
                removed.push(head + old.start..head + old.end);
                added.push(head + new.start..head + new.end);
            }
        }
    } else {
        removed.push(head..old.len() - tail);
        added.push(head..new.len() - tail);
    }
    (marked(&old, removed), marked(&new, added))
}

/// Words, and everything between them character by character; white space in one piece.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| {
        if c.is_alphanumeric() {
            0
        } else if c.is_whitespace() {
            1
        } else {
            2
        }
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek();
        if next.is_none_or(|(_, next)| kind(*next) != kind(c) || kind(c) == 2) {
            let end = at + c.len_utf8();
            words.push(&text[start..end]);
            start = end;
        }
    }
    words
}

/// Ranges of words as ranges of characters; those with nothing but white space between them in one. Nothing where all is marked.
fn marked(words: &[&str], ranges: Vec<std::ops::Range<usize>>) -> Vec<TextRange> {
    let mut joined: Vec<std::ops::Range<usize>> = Vec::new();
    for range in ranges.into_iter().filter(|range| !range.is_empty()) {
        match joined.last_mut() {
            Some(last)
                if words[last.end..range.start]
                    .iter()
                    .all(|word| word.trim().is_empty()) =>
            {
                last.end = range.end
            }
            _ => joined.push(range),
        }
    }
    if joined.first() == Some(&(0..words.len())) {
        return Vec::new();
    }
    let mut places = Vec::with_capacity(words.len() + 1);
    let mut at = 0_u32;
    places.push(at);
    for word in words {
        at += word.chars().count() as u32;
        places.push(at);
    }
    joined
        .into_iter()
        .map(|range| TextRange {
            start: places[range.start],
            end: places[range.end],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Budget, pairs, words};

    /// What is marked, between brackets.
    fn marked(text: &str, ranges: &[runlens_api_types::log::TextRange]) -> String {
        let mut out = String::new();
        for (at, c) in (0..).zip(text.chars()) {
            out.extend(ranges.iter().filter(|range| range.start == at).map(|_| '['));
            out.push(c);
            out.extend(ranges.iter().filter(|range| range.end == at + 1).map(|_| ']'));
        }
        out
    }

    #[test]
    fn a_text_is_cut_into_words_and_what_is_between() {
        assert_eq!(words("a bc,  dé-1"), ["a", " ", "bc", ",", "  ", "dé", "-", "1"]);
        assert!(words("").is_empty());
    }

    #[test]
    fn changed_words_are_marked_on_both_sides() {
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
            let pairs = pairs(&[first], &[second], &mut Budget::default());
            let [pair] = pairs.as_slice() else {
                panic!("{first:?} and {second:?} are no pair")
            };
            assert_eq!(
                (marked(first, &pair.removed), marked(second, &pair.added)),
                (removed.to_owned(), added.to_owned())
            );
            assert!(!pair.only_whitespace);
        }
    }

    #[test]
    fn lines_are_paired_with_those_that_are_like_them() {
        let places = |expected: &[&str], actual: &[&str]| {
            pairs(expected, actual, &mut Budget::default())
                .into_iter()
                .map(|pair| (pair.expected, pair.actual))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            places(&["good evening", "here is the news"], &["here is no news"]),
            [(1, 0)]
        );
        assert_eq!(
            places(&["good evening"], &["completely other", "good morning, evening"]),
            [(0, 1)]
        );
        assert_eq!(places(&["abc"], &["xyz"]), []);
        // What is the same but for its end holds the rest in place, whatever the size of the block.
        let expected: Vec<String> = (0..300).map(|n| format!("line {n}\n")).collect();
        let actual: Vec<String> = (0..300)
            .filter(|n| *n != 7)
            .map(|n| format!("line {n}\r\n"))
            .collect();
        let (expected, actual): (Vec<&str>, Vec<&str>) = (
            expected.iter().map(String::as_str).collect(),
            actual.iter().map(String::as_str).collect(),
        );
        let found = places(&expected, &actual);
        assert_eq!((found.len(), found[7]), (299, (8, 7)));
    }

    #[test]
    fn white_space_alone_is_told_from_words() {
        for (first, second, only_whitespace) in [
            ("a b\n", "a b\r\n", true),
            ("a b", "a\u{a0}b ", true),
            ("\u{feff}a", "a", true),
            ("a\tb", "ab", true),
            ("a b", "a c", false),
        ] {
            let found = pairs(&[first], &[second], &mut Budget::default());
            assert_eq!(
                found.first().is_some_and(|pair| pair.only_whitespace),
                only_whitespace,
                "{first:?} {second:?}"
            );
        }
    }

    #[test]
    fn lines_of_any_length_are_paired_in_little_time() {
        let long = |odd: &str| format!("{}{odd}{}", "a b ".repeat(100_000), "c d ".repeat(100_000));
        let (first, second) = (long("x"), long("y z"));
        let pairs = pairs(&[&first], &[&second], &mut Budget::default());
        assert_eq!(pairs[0].added.len(), 1);
        assert!(pairs[0].added[0].start >= 399_000);
    }
}
