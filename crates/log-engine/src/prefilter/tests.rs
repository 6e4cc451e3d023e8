//! Compares the prefilter with a comparison at every position.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{BLOCK_BYTES, ESCAPE, Letter, LiteralPrefilter, scalar_candidates, span};

#[test]
fn the_prefilter_is_the_longest_part_with_the_same_bytes_in_every_encoding() {
    let cases = [
        ("no such text 0", Some("uch text 0")),
        ("Fatal ERROR", Some("fatal error")),
        ("é12é345", Some("345")),
        ("worker", Some("wor")),
        ("\r\n\u{1b}", Some("\r\n\u{1b}")),
        ("sks", None),
        ("éa", None),
        ("x", None),
        ("", None),
    ];
    for (text, expected) in cases {
        let part =
            LiteralPrefilter::new(text).map(|prefilter| String::from_utf8(prefilter.bytes).expect("ASCII"));
        assert_eq!(part.as_deref(), expected, "{text:?}");
    }
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let words = vec![
        "fatal", "FATAL", "fata", "Error ", "error\n", "f", "t", "l", " ", "\n", "\u{1b}", "é", "@", "`",
        "x1", "X1", "..", "FaTaL x1",
    ];
    let few = vec(select(words), 0..40).prop_map(|words| words.concat().into_bytes());
    (few.clone(), vec(select(b"x.\n ".to_vec()), 0..300), few).prop_map(|(a, b, c)| [a, b, c].concat())
}

proptest! {
    #[test]
    fn the_prefilter_finds_every_position(text in text(), from in 0usize..100, part in select(vec!["fatal", "r\n", "x1", "l x", "f@", "..", "\n\n"])) {
        let prefilter = LiteralPrefilter::new(part).expect("a prefilter");
        let lower = text.to_ascii_lowercase();
        let is_match = |at: &usize| lower[*at] == ESCAPE || lower[*at..].starts_with(&prefilter.bytes);
        prop_assert_eq!(prefilter.next(&text, from), (from..text.len()).find(is_match));
        let letters = prefilter.pair.map(|at| Letter::new(prefilter.bytes[at]));
        let scalar = prefilter.next_by(&text, from, |spans| scalar_candidates(letters, spans));
        prop_assert_eq!(scalar, (from..text.len()).find(is_match));
        prop_assert!(span(&text, text.len()).is_none() && span(&text, text.len() + BLOCK_BYTES).is_none());
    }
}
