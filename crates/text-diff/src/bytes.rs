//! Where two files differ, byte by byte.

use std::fmt::Write as _;

use runlens_api_types::output::ByteDiff;

/// Bytes of one line of a dump.
const ROW: usize = 16;
/// Bytes that are shown of each file.
const SHOWN: usize = 5 * ROW;

/// The first byte that differs, and what is around it.
pub fn compare(expected: &[u8], actual: &[u8]) -> ByteDiff {
    let same = expected.iter().zip(actual).take_while(|(a, b)| a == b).count();
    let first = (same < expected.len().max(actual.len())).then_some(same);
    // A line of what is the same comes before.
    let start = first.map_or(0, |first| first / ROW * ROW).saturating_sub(ROW);
    let shown = |bytes: &[u8]| {
        hex(bytes
            .get(start..(start + SHOWN).min(bytes.len()))
            .unwrap_or_default())
    };
    ByteDiff {
        first_difference: first.map(|first| first as u64),
        start: start as u64,
        expected: shown(expected),
        actual: shown(actual),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
            // Writing to a string does not fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn the_first_byte_that_differs_is_shown_with_those_before_it() {
        let bytes = |odd: u8| {
            (0..200_u8)
                .map(|byte| if byte == 70 { odd } else { byte })
                .collect::<Vec<_>>()
        };
        let found = compare(&bytes(70), &bytes(0xff));
        assert_eq!(
            (found.first_difference, found.start, found.expected.len()),
            (Some(70), 48, 160)
        );
        assert_eq!((&found.expected[44..46], &found.actual[44..46]), ("46", "ff"));
    }

    #[test]
    fn a_file_that_ends_earlier_differs_where_it_ends() {
        for (expected, actual, first, shown) in [
            (&b"ab"[..], &b"abc"[..], Some(2), ("6162", "616263")),
            (b"", b"x", Some(0), ("", "78")),
            (b"a", b"a", None, ("61", "61")),
        ] {
            let found = compare(expected, actual);
            assert_eq!(
                (
                    found.first_difference,
                    found.expected.as_str(),
                    found.actual.as_str()
                ),
                (first, shown.0, shown.1)
            );
        }
        let long = [vec![0; 100], vec![1]].concat();
        let found = compare(&long[..40], &long);
        assert_eq!(
            (found.first_difference, found.start, found.expected.len()),
            (Some(40), 16, 48)
        );
    }
}
