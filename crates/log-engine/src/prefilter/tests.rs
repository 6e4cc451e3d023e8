//! Clues against a look at every place.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{BLOCK, Clue, ESCAPE, Letter, plain, span};

#[test]
fn a_clue_is_the_longest_part_that_is_the_same_in_every_encoding() {
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
        let clue = Clue::of(text).map(|clue| String::from_utf8(clue.bytes).expect("ASCII"));
        assert_eq!(clue.as_deref(), expected, "{text:?}");
    }
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let bits = vec![
        "fatal", "FATAL", "fata", "Error ", "error\n", "f", "t", "l", " ", "\n", "\u{1b}", "é", "@", "`",
        "x1", "X1", "..", "FaTaL x1",
    ];
    let few = vec(select(bits), 0..40).prop_map(|bits| bits.concat().into_bytes());
    (few.clone(), vec(select(b"x.\n ".to_vec()), 0..300), few).prop_map(|(a, b, c)| [a, b, c].concat())
}

proptest! {
    #[test]
    fn a_clue_is_found_wherever_it_stands(text in text(), from in 0usize..100, clue in select(vec!["fatal", "r\n", "x1", "l x", "f@", "..", "\n\n"])) {
        let clue = Clue::of(clue).expect("a clue");
        let lower = text.to_ascii_lowercase();
        let is_there = |place: &usize| lower[*place] == ESCAPE || lower[*place..].starts_with(&clue.bytes);
        prop_assert_eq!(clue.next(&text, from), (from..text.len()).find(is_there));
        // Without vectors.
        let letters = clue.places.map(|place| Letter::new(clue.bytes[place]));
        prop_assert_eq!(clue.look(&text, from, |spans| plain(letters, spans)), (from..text.len()).find(is_there));
        prop_assert!(span(&text, text.len()).is_none() && span(&text, text.len() + BLOCK).is_none());
    }
}
