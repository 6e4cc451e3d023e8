//! Byte comparison for files whose lines are equal or that are binary.

use std::fmt::Write as _;

use runlens_api_types::output::ByteDiff;

const DUMP_ROW_BYTES: usize = 16;
/// Maximum number of bytes that are returned per file.
const DUMP_BYTES: usize = 5 * DUMP_ROW_BYTES;

/// Finds the first byte that differs and dumps its surroundings, starting one row before it.
pub fn compare(expected: &[u8], actual: &[u8]) -> ByteDiff {
    let common_prefix = expected.iter().zip(actual).take_while(|(a, b)| a == b).count();
    let first = (common_prefix < expected.len().max(actual.len())).then_some(common_prefix);
    let row_start = first.map_or(0, |first| first / DUMP_ROW_BYTES * DUMP_ROW_BYTES);
    let start = row_start.saturating_sub(DUMP_ROW_BYTES);
    let dump = |bytes: &[u8]| {
        let end = (start + DUMP_BYTES).min(bytes.len());
        to_hex(bytes.get(start..end).unwrap_or_default())
    };
    ByteDiff {
        first_difference: first.map(|first| first as u64),
        start: start as u64,
        expected: dump(expected),
        actual: dump(actual),
    }
}

fn to_hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn dump_starts_one_row_before_the_first_difference() {
        let bytes = |seventieth: u8| {
            (0..200_u8)
                .map(|byte| if byte == 70 { seventieth } else { byte })
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
    fn shorter_file_differs_at_its_end() {
        for (expected, actual, first, dumps) in [
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
                (first, dumps.0, dumps.1)
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
