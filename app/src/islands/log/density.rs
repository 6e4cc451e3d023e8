//! The whole log at a glance: where in it the errors are.

use leptos::prelude::*;
use runlens_api_types::log::{LogDensity, LogLevel};

use crate::{
    format,
    url::{self, log::LogAddress},
};

/// How a piece of the log is drawn: what is worst in it, and how much of that there is, from 1 to 4.
fn shape(piece: &LogDensity) -> (&'static str, u8) {
    let (class, count) = match piece.worst {
        LogLevel::Critical => ("critical", piece.errors),
        LogLevel::Error => ("error", piece.errors),
        LogLevel::Warning => ("warning", piece.warnings),
        LogLevel::Info | LogLevel::Debug => return ("calm", 1),
    };
    // Ten errors in a thousand lines are as many as one wants to know of.
    let per_thousand = count * 1000 / piece.lines.max(1);
    (
        class,
        match per_thousand {
            0..=1 => 1,
            2..=9 => 2,
            10..=99 => 3,
            _ => 4,
        },
    )
}

/// The pieces as links to their first lines. They are no stops of the keyboard: it has `e` for what they show.
pub(super) fn map(run: i32, pieces: &[LogDensity]) -> AnyView {
    let links: Vec<AnyView> = pieces
        .iter()
        .map(|piece| {
            let (class, amount) = shape(piece);
            let last = piece.first_line + piece.lines.saturating_sub(1);
            let mut title = format!("Lines {}–{}", format::number(piece.first_line), format::number(last));
            if piece.errors > 0 {
                title.push_str(&format!(", {}", format::pluralize(piece.errors, "error", "errors")));
            }
            if piece.warnings > 0 {
                title.push_str(&format!(", {}", format::pluralize(piece.warnings, "warning", "warnings")));
            }
            let href = url::log(run, &LogAddress { from_line: Some(piece.first_line), ..LogAddress::default() });
            view! {
                <a class=format!("{class} x{amount}") href=href tabindex="-1" title=title data-line=piece.first_line.to_string() data-lines=piece.lines.to_string()>
                </a>
            }
            .into_any()
        })
        .collect();
    links.into_any()
}

#[cfg(test)]
mod tests {
    use runlens_api_types::log::{LogDensity, LogLevel};

    use super::shape;

    #[test]
    fn a_piece_is_drawn_by_what_is_worst_in_it_and_how_much_of_it() {
        let piece = |worst, errors, warnings| LogDensity {
            first_line: 1,
            lines: 1_000,
            errors,
            warnings,
            worst,
        };
        for (piece, expected) in [
            (piece(LogLevel::Critical, 1, 50), ("critical", 1)),
            (piece(LogLevel::Error, 5, 0), ("error", 2)),
            (piece(LogLevel::Error, 1_000, 0), ("error", 4)),
            (piece(LogLevel::Warning, 0, 20), ("warning", 3)),
            (piece(LogLevel::Info, 0, 0), ("calm", 1)),
            (
                LogDensity {
                    lines: 0,
                    ..piece(LogLevel::Debug, 0, 0)
                },
                ("calm", 1),
            ),
        ] {
            assert_eq!(shape(&piece), expected, "{piece:?}");
        }
    }
}
