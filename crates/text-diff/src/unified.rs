//! Unified diff format.

use std::fmt::Write as _;

use runlens_api_types::output::{DiffHunk, DiffLineKind, LineEnd};

/// Returns the output of `diff -u` for these hunks; an empty string if there are none.
pub fn write(filename: &str, hunks: &[DiffHunk]) -> String {
    let mut out = String::new();
    if hunks.is_empty() {
        return out;
    }
    // The name comes from the database: a line break in it must not start a line of the diff.
    let name = filename.replace(char::is_control, "\u{fffd}");
    // Writing to a String cannot fail.
    let _ = write!(out, "--- expected/{name}\n+++ actual/{name}\n");
    for hunk in hunks {
        let range = |start: u64, lines: u64| {
            if lines == 1 {
                start.to_string()
            } else {
                format!("{start},{lines}")
            }
        };
        let (expected, actual) = (
            range(hunk.expected_start, hunk.expected_lines),
            range(hunk.actual_start, hunk.actual_lines),
        );
        let _ = writeln!(out, "@@ -{expected} +{actual} @@");
        for line in &hunk.lines {
            out.push(match line.kind {
                DiffLineKind::Context => ' ',
                DiffLineKind::Added => '+',
                DiffLineKind::Removed => '-',
            });
            out.push_str(&line.text);
            out.push_str(match line.line_end {
                LineEnd::Lf => "\n",
                LineEnd::CrLf => "\r\n",
                LineEnd::None => "\n\\ No newline at end of file\n",
            });
        }
    }
    out
}
