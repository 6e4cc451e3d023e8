//! Words and similarity of lines.

use std::{cmp::Ordering, ops::Range};

use runlens_api_types::log::TextRange;
use similar::DiffTag;

use crate::{edit_script::diff_slices, line_pairing::WorkBudget};

/// Maximum number of bigrams of a line that are compared. The rest of a long line is ignored.
const MAX_BIGRAMS: usize = 300;

/// Removes white space, control characters and invisible characters.
pub(crate) fn without_invisible(line: &str) -> String {
    line.chars().filter(|c| !is_invisible(*c)).collect()
}

fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Returns the sorted pairs of adjacent characters, in lower case.
pub(crate) fn bigrams(line: &str) -> Vec<(char, char)> {
    let lower = || line.chars().flat_map(char::to_lowercase);
    let mut bigrams: Vec<_> = lower()
        .zip(lower().skip(1).chain(['\n']))
        .take(MAX_BIGRAMS)
        .collect();
    bigrams.sort_unstable();
    bigrams
}

/// Returns the share of common elements in two sorted lists: 0 for none, 1 for equal lists.
pub(crate) fn similarity(first: &[(char, char)], second: &[(char, char)]) -> f32 {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(a), Some(b)) = (first.get(i), second.get(j)) {
        match a.cmp(b) {
            Ordering::Less => i += 1,
            Ordering::Greater => j += 1,
            Ordering::Equal => (i, j, common) = (i + 1, j + 1, common + 1),
        }
    }
    let total = first.len() + second.len();
    if total == 0 {
        1.0
    } else {
        2.0 * common as f32 / total as f32
    }
}

/// Returns the similarity of two texts without their white space.
pub(crate) fn text_similarity(first: &str, second: &str) -> f32 {
    similarity(
        &bigrams(&without_invisible(first)),
        &bigrams(&without_invisible(second)),
    )
}

/// Returns the changed characters of each text, in whole words; empty for a text that changed completely.
pub(crate) fn changed_words(
    expected: &str,
    actual: &str,
    budget: &mut WorkBudget,
) -> (Vec<TextRange>, Vec<TextRange>) {
    let (old, new) = (split_words(expected), split_words(actual));
    // Only the words between the common prefix and suffix have to be compared.
    let prefix = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let suffix = old[prefix..]
        .iter()
        .rev()
        .zip(new[prefix..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old_middle, new_middle) = (prefix..old.len() - suffix, prefix..new.len() - suffix);
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    if budget.spend(old_middle.len() * new_middle.len()) {
        for op in diff_slices(&old[old_middle], &new[new_middle], None) {
            let (tag, old, new) = op.as_tag_tuple();
            if tag != DiffTag::Equal {
                removed.push(prefix + old.start..prefix + old.end);
                added.push(prefix + new.start..prefix + new.end);
            }
        }
    } else {
        removed.push(old_middle);
        added.push(new_middle);
    }
    (to_text_ranges(&old, removed), to_text_ranges(&new, added))
}

/// Splits a text into words, runs of white space, and other characters one by one.
fn split_words(text: &str) -> Vec<&str> {
    #[derive(Clone, Copy, PartialEq)]
    enum Kind {
        Word,
        Whitespace,
        Other,
    }
    let kind = |c: char| {
        if c.is_alphanumeric() {
            Kind::Word
        } else if c.is_whitespace() {
            Kind::Whitespace
        } else {
            Kind::Other
        }
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((index, c)) = chars.next() {
        let is_end = chars
            .peek()
            .is_none_or(|(_, next)| kind(*next) != kind(c) || kind(c) == Kind::Other);
        if is_end {
            let end = index + c.len_utf8();
            words.push(&text[start..end]);
            start = end;
        }
    }
    words
}

/// Converts ranges of words to ranges of characters, joining ranges with only white space between them.
/// Returns an empty list if everything is covered.
fn to_text_ranges(words: &[&str], ranges: Vec<Range<usize>>) -> Vec<TextRange> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges.into_iter().filter(|range| !range.is_empty()) {
        let is_blank = |words: &[&str]| words.iter().all(|word| word.trim().is_empty());
        match joined.last_mut() {
            Some(last) if is_blank(&words[last.end..range.start]) => last.end = range.end,
            _ => joined.push(range),
        }
    }
    if joined.first() == Some(&(0..words.len())) {
        return Vec::new();
    }
    let mut char_offset = 0_u32;
    let mut char_offsets = Vec::with_capacity(words.len() + 1);
    char_offsets.push(char_offset);
    for word in words {
        char_offset += word.chars().count() as u32;
        char_offsets.push(char_offset);
    }
    let to_text_range = |range: Range<usize>| TextRange {
        start: char_offsets[range.start],
        end: char_offsets[range.end],
    };
    joined.into_iter().map(to_text_range).collect()
}

#[cfg(test)]
mod tests {
    use super::split_words;

    #[test]
    fn text_is_split_into_words_and_separators() {
        assert_eq!(
            split_words("a bc,  dé-1"),
            ["a", " ", "bc", ",", "  ", "dé", "-", "1"]
        );
        assert!(split_words("").is_empty());
    }
}
