//! Vector code against plain code, and both against a search for each word.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{BLOCK, Masks, Vectors, Visit, Walk, plain::Plain, scan};
use crate::logs::shapes::{self, Forms};

fn parts(masks: Masks) -> [u64; 9] {
    let Masks {
        newline,
        severe,
        level,
        test_runner,
        sources: [a, b, c],
        escape,
        foreign,
    } = masks;
    [newline, escape, foreign, severe, level, a, b, c, test_runner]
}

/// All blocks.
#[derive(Default)]
struct Blocks(Vec<(usize, [u64; 9])>);

impl Visit for Blocks {
    fn block(&mut self, offset: usize, masks: Masks) {
        self.0.push((offset, parts(masks)));
    }

    fn pause(&mut self, _: &impl Vectors) {}
}

/// With each kind of vectors that there is here.
fn with_each(text: &[u8]) -> Vec<Vec<(usize, [u64; 9])>> {
    let mut all = vec![Blocks::default(), Blocks::default()];
    Walk {
        vectors: Plain,
        text,
        visit: &mut all[0],
    }
    .walk();
    scan(text, &mut all[1]);
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        let mut blocks = Blocks::default();
        simd.vectorize(Walk {
            vectors: super::narrow::Narrow::new(simd),
            text,
            visit: &mut blocks,
        });
        all.push(blocks);
    }
    all.into_iter().map(|blocks| blocks.0).collect()
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
        let all = with_each(&text);
        let found = &all[0];
        all.iter().for_each(|others| assert_eq!(found, others));

        let lower = text.to_ascii_lowercase();
        let count = |word: &str| lower.windows(word.len()).filter(|window| *window == word.as_bytes()).count() as u32;
        let bits = |part: usize| found.iter().map(|(_, parts)| parts[part].count_ones()).sum::<u32>();
        for (part, word) in ["\n", "\x1b"].into_iter().chain(["orchestrator", "worker", "build", "test_runner"]).enumerate() {
            // The last line ends with the text.
            let more = u32::from(part == 0 && !lower.ends_with(b"\n") && !lower.is_empty());
            prop_assert_eq!(bits(if part < 2 { part } else { part + 3 }), count(word) + more, "{}", word);
        }
        prop_assert_eq!(bits(2), text.iter().filter(|byte| !byte.is_ascii()).count() as u32);
        for (part, words) in [(3, &["critical", "fatal", "error", "warn"][..]), (4, &["critical", "fatal", "error", "warn", "info", "debug", "trace"])] {
            for (at, _) in lower.iter().enumerate().filter(|(at, _)| words.iter().any(|word| lower[*at..].starts_with(word.as_bytes()))) {
                prop_assert!(found[at / BLOCK].1[part] >> (at % BLOCK) & 1 == 1, "byte {}", at);
            }
        }
    }
}

/// What shapes are asked for with each kind of vectors.
struct Fitting<'a> {
    forms: &'a Forms,
    bytes: &'a [u8; shapes::REACH],
    found: Vec<usize>,
}

impl Visit for Fitting<'_> {
    fn block(&mut self, _: usize, _: Masks) {}

    fn pause(&mut self, vectors: &impl Vectors) {
        self.found.push(vectors.fitting(self.forms, self.bytes));
    }
}

fn forms() -> impl Strategy<Value = Forms> {
    let form =
        (vec(select(b"0a:[".to_vec()), shapes::REACH), 0..=shapes::REACH).prop_map(|(bytes, length)| {
            let mut decisive = [0; shapes::REACH];
            decisive[..length].fill(u8::MAX);
            (<[u8; shapes::REACH]>::try_from(bytes).expect("a form"), decisive)
        });
    vec(form, shapes::KNOWN).prop_map(|forms| {
        let mut all = Forms {
            bytes: [[0; shapes::REACH]; shapes::KNOWN],
            decisive: [[0; shapes::REACH]; shapes::KNOWN],
        };
        for (index, (bytes, decisive)) in forms.into_iter().enumerate() {
            (all.bytes[index], all.decisive[index]) = (bytes, decisive);
        }
        all
    })
}

proptest! {
    #[test]
    fn vectors_and_plain_code_find_the_same_form(
        forms in forms(), which in 0..shapes::KNOWN, digits in vec(select(b"0123456789".to_vec()), shapes::REACH),
        changed in proptest::option::of((0..shapes::REACH, any::<u8>())),
    ) {
        let mut bytes = forms.bytes[which];
        bytes.iter_mut().zip(digits).filter(|(byte, _)| **byte == b'0').for_each(|(byte, digit)| *byte = digit);
        if let Some((at, byte)) = changed {
            bytes[at] = byte;
        }
        let mut fitting = Fitting { forms: &forms, bytes: &bytes, found: Vec::new() };
        Walk { vectors: Plain, text: b"", visit: &mut fitting }.walk();
        scan(b"", &mut fitting);
        #[cfg(target_arch = "x86_64")]
        if let Some(simd) = pulp::x86::V3::try_new() {
            simd.vectorize(Walk { vectors: super::narrow::Narrow::new(simd), text: b"", visit: &mut fitting });
        }
        let first = fitting.found[0];
        prop_assert!(fitting.found.iter().all(|found| *found == first), "{:?}", fitting.found);
        prop_assert!(changed.is_some() || first <= which);
    }
}
