//! A line cut into pieces that look the same throughout: changed words, and white space that is to be seen. The text stays text.

use runlens_api_types::{log::TextRange, output::LineEnd};

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// What is shown.
    pub(super) text: String,
    /// Whether the other side does not have it.
    pub(super) is_changed: bool,
    /// What stands there, where what is shown is only a sign for it.
    pub(super) name: Option<String>,
}

/// Cuts a line. `shows_whitespace` makes everything visible that is not.
pub(super) fn pieces(text: &str, changes: &[TextRange], shows_whitespace: bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut spaces = 0_usize;
    let mut chars = (0_u32..).zip(text.chars()).peekable();
    while let Some((at, c)) = chars.next() {
        let is_in = |at: u32| changes.iter().any(|range| (range.start..range.end).contains(&at));
        let is_changed = is_in(at);
        if shows_whitespace && c == ' ' {
            spaces += 1;
            // Spaces that follow each other are one thing to hear.
            if !chars
                .peek()
                .is_some_and(|(next, c)| *c == ' ' && is_in(*next) == is_changed)
            {
                let name = if spaces == 1 {
                    "space".to_owned()
                } else {
                    format!("{spaces} spaces")
                };
                pieces.push(Piece {
                    text: "·".repeat(spaces),
                    is_changed,
                    name: Some(name),
                });
                spaces = 0;
            }
            continue;
        }
        if let Some((sign, name)) = sign(c).filter(|_| shows_whitespace) {
            pieces.push(Piece {
                text: sign,
                is_changed,
                name: Some(name),
            });
            continue;
        }
        match pieces.last_mut() {
            Some(last) if last.name.is_none() && last.is_changed == is_changed => last.text.push(c),
            _ => pieces.push(Piece {
                text: c.into(),
                is_changed,
                name: None,
            }),
        }
    }
    pieces
}

/// How a line ends.
pub(super) fn end(line_end: LineEnd) -> Vec<Piece> {
    let signs: &[(&str, &str)] = match line_end {
        LineEnd::Lf => &[("LF", "line feed")],
        LineEnd::CrLf => &[("CR", "carriage return"), ("LF", "line feed")],
        LineEnd::None => &[("END", "no line end")],
    };
    signs
        .iter()
        .map(|(sign, name)| Piece {
            text: (*sign).to_owned(),
            is_changed: false,
            name: Some((*name).to_owned()),
        })
        .collect()
}

/// The mark at the beginning of a file.
pub(super) fn byte_order_mark() -> Piece {
    Piece {
        text: "BOM".to_owned(),
        is_changed: false,
        name: Some("byte order mark".to_owned()),
    }
}

/// A sign and a name for a character that is not seen.
fn sign(c: char) -> Option<(String, String)> {
    let named = |sign: &str, name: &str| Some((sign.to_owned(), name.to_owned()));
    match c {
        ' ' => None,
        '\t' => named("TAB", "tab"),
        '\r' => named("CR", "carriage return"),
        '\u{1b}' => named("ESC", "escape"),
        '\u{a0}' => named("NBSP", "no-break space"),
        '\u{ad}' => named("SHY", "soft hyphen"),
        '\u{200b}' => named("ZWSP", "zero-width space"),
        '\u{feff}' => named("BOM", "byte order mark"),
        c if c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{200c}'..='\u{200f}' | '\u{2060}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
        {
            let code = format!("U+{:04X}", u32::from(c));
            Some((code.clone(), format!("character {code}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{log::TextRange, output::LineEnd};

    use super::{end, pieces};

    fn shown(text: &str, changes: &[(u32, u32)], shows_whitespace: bool) -> Vec<String> {
        let changes: Vec<TextRange> = changes
            .iter()
            .map(|&(start, end)| TextRange { start, end })
            .collect();
        let piece = |piece: super::Piece| {
            let text = piece
                .name
                .map_or(piece.text.clone(), |name| format!("{}={name}", piece.text));
            if piece.is_changed {
                format!("[{text}]")
            } else {
                text
            }
        };
        pieces(text, &changes, shows_whitespace)
            .into_iter()
            .map(piece)
            .collect()
    }

    #[test]
    fn changed_words_are_pieces_of_their_own() {
        assert_eq!(
            shown("Here is no news", &[(8, 10)], false),
            ["Here is ", "[no]", " news"]
        );
        assert_eq!(shown("é♪ x", &[(0, 1), (3, 99)], false), ["[é]", "♪ ", "[x]"]);
        assert_eq!(shown("<b>&amp;</b>", &[], true), ["<b>&amp;</b>"]);
        assert!(shown("", &[(0, 4)], true).is_empty());
    }

    #[test]
    fn what_is_not_seen_has_a_sign_and_a_name() {
        assert_eq!(
            shown("a  b\tc\u{a0}\u{1b}\u{feff}\u{3}\u{2003}\u{202e}", &[], true),
            [
                "a",
                "··=2 spaces",
                "b",
                "TAB=tab",
                "c",
                "NBSP=no-break space",
                "ESC=escape",
                "BOM=byte order mark",
                "U+0003=character U+0003",
                "U+2003=character U+2003",
                "U+202E=character U+202E"
            ]
        );
        assert_eq!(shown("a  b", &[(2, 3)], true), ["a", "·=space", "[·=space]", "b"]);
        assert_eq!(shown("a \tb", &[], false), ["a \tb"]);
        let ends = [LineEnd::Lf, LineEnd::CrLf, LineEnd::None]
            .map(|line| end(line).into_iter().map(|piece| piece.text).collect::<String>());
        assert_eq!(ends, ["LF", "CRLF", "END"]);
    }
}
