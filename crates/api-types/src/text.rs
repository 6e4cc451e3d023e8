//! Formatting of numbers in sentences, shared by pages, reports and pictures.

/// Formats a number with thousands separators: `184,203`.
pub fn group_thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Formats a count with its noun: `1 test`, `240 tests`.
pub fn pluralize(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", group_thousands(n), if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::{group_thousands, pluralize};

    #[test]
    fn numbers_are_grouped_and_pluralized() {
        let cases = [
            (0, "0"),
            (7, "7"),
            (999, "999"),
            (1_000, "1,000"),
            (184_203, "184,203"),
            (1_000_000, "1,000,000"),
        ];
        for (n, text) in cases {
            assert_eq!(group_thousands(n), text);
        }
        assert_eq!(
            [pluralize(1, "test", "tests"), pluralize(0, "test", "tests")],
            ["1 test", "0 tests"]
        );
    }
}
