//! Colours of a terminal as classes. The text stays text: nothing in a log becomes markup.

use runlens_api_types::log::TextRange;

/// A piece of a line that looks the same throughout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// Its classes; empty for plain text.
    pub class: String,
    /// Whether it is a match of what was searched for.
    pub found: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Style {
    foreground: Option<u8>,
    background: Option<u8>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    inverse: bool,
}

const ESCAPE: char = '\u{1b}';

/// Cuts a line into pieces, some of its visible text marked as found; escape sequences other than colours are left out.
pub fn pieces(line: &str, found: &[TextRange]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut at = 0;
    for (style, text) in styled(line) {
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let range = found
                .iter()
                .find(|range| range.end > at && range.end > range.start);
            let is_found = range.is_some_and(|range| range.start <= at);
            let until = range.map_or(u32::MAX, |range| if is_found { range.end } else { range.start });
            let end = rest
                .char_indices()
                .nth((until - at) as usize)
                .map_or(rest.len(), |(index, _)| index);
            let (piece, after) = rest.split_at(end);
            push(&mut pieces, &style, piece, is_found);
            at += piece.chars().count() as u32;
            rest = after;
        }
    }
    pieces
}

/// Tabs lay out; other control characters would show as boxes. They count as characters all the same.
fn push(pieces: &mut Vec<Piece>, style: &Style, text: &str, found: bool) {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\t').collect();
    if !text.is_empty() {
        pieces.push(Piece {
            text,
            class: style.class(),
            found,
        });
    }
}

/// Cuts pieces in two after so many characters, and says how many follow.
pub fn fold(mut pieces: Vec<Piece>, max: usize) -> (Vec<Piece>, Vec<Piece>, usize) {
    let mut left = max;
    let Some(cut) = pieces.iter().position(|piece| {
        let length = piece.text.chars().count();
        let is_cut = length > left;
        left = left.saturating_sub(if is_cut { 0 } else { length });
        is_cut
    }) else {
        return (pieces, Vec::new(), 0);
    };
    let mut rest = pieces.split_off(cut);
    if let Some(first) = rest.first_mut() {
        let at = first
            .text
            .char_indices()
            .nth(left)
            .map_or(first.text.len(), |(index, _)| index);
        let tail = first.text.split_off(at);
        if !first.text.is_empty() {
            pieces.push(first.clone());
        }
        first.text = tail;
    }
    let hidden = rest.iter().map(|piece| piece.text.chars().count()).sum();
    (pieces, rest, hidden)
}

fn styled(line: &str) -> Vec<(Style, String)> {
    let mut styled: Vec<(Style, String)> = vec![(Style::default(), String::new())];
    let mut style = Style::default();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c != ESCAPE {
            if let Some((_, text)) = styled.last_mut() {
                text.push(c);
            }
            continue;
        }
        match chars.next() {
            Some('[') => {
                let mut parameters = String::new();
                let mut last = None;
                for c in chars.by_ref() {
                    match c {
                        '\u{40}'..='\u{7e}' => {
                            last = Some(c);
                            break;
                        }
                        '\u{20}'..='\u{3f}' => parameters.push(c),
                        _ => break,
                    }
                }
                if last == Some('m') && !parameters.starts_with(['?', '>', '<', '=']) {
                    style.apply(&parameters);
                    styled.push((style, String::new()));
                }
            }
            // A title, a link or another string: up to its terminator.
            Some(']' | 'P' | 'X' | '^' | '_') => {
                while let Some(c) = chars.next() {
                    if c == '\u{7}' || (c == ESCAPE && chars.next_if_eq(&'\\').is_some()) {
                        break;
                    }
                }
            }
            Some('(' | ')' | '*' | '+' | '#' | '%' | ' ') => {
                chars.next();
            }
            _ => {}
        }
    }
    styled
}

impl Style {
    fn apply(&mut self, parameters: &str) {
        // Colons separate the parts of a colour in some programs' output, semicolons in others'.
        let mut codes = parameters
            .split([';', ':'])
            .map(|code| code.parse::<u16>().unwrap_or(0));
        while let Some(code) = codes.next() {
            match code {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underline = true,
                7 => self.inverse = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                27 => self.inverse = false,
                30..=37 => self.foreground = Some((code - 30) as u8),
                90..=97 => self.foreground = Some((code - 90 + 8) as u8),
                40..=47 => self.background = Some((code - 40) as u8),
                100..=107 => self.background = Some((code - 100 + 8) as u8),
                38 => self.foreground = extended(&mut codes).or(self.foreground),
                48 => self.background = extended(&mut codes).or(self.background),
                39 => self.foreground = None,
                49 => self.background = None,
                _ => {}
            }
        }
    }

    fn class(&self) -> String {
        let mut classes = Vec::new();
        let flags = [
            (self.bold, "bold"),
            (self.dim, "dim"),
            (self.italic, "italic"),
            (self.underline, "underline"),
            (self.inverse, "inverse"),
        ];
        classes.extend(self.foreground.map(|colour| format!("fg{colour}")));
        classes.extend(self.background.map(|colour| format!("bg{colour}")));
        classes.extend(
            flags
                .into_iter()
                .filter(|(on, _)| *on)
                .map(|(_, class)| class.to_owned()),
        );
        classes.join(" ")
    }
}

/// One of 256 colours, or any: as the nearest of the 16 that follow the page's theme.
fn extended(codes: &mut impl Iterator<Item = u16>) -> Option<u8> {
    let mut byte = || codes.next().map(|code| code.min(255) as u8);
    match byte()? {
        5 => Some(match byte()? {
            index @ 0..=15 => index,
            index @ 16..=231 => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let index = index - 16;
                nearest([level(index / 36), level(index / 6 % 6), level(index % 6)])
            }
            grey => nearest([8 + 10 * (grey - 232); 3]),
        }),
        2 => Some(nearest([byte()?, byte()?, byte()?])),
        _ => None,
    }
}

fn nearest(colour: [u8; 3]) -> u8 {
    const COLOURS: [[u8; 3]; 16] = [
        [0, 0, 0],
        [205, 49, 49],
        [13, 188, 121],
        [229, 229, 16],
        [36, 114, 200],
        [188, 63, 188],
        [17, 168, 205],
        [229, 229, 229],
        [102, 102, 102],
        [241, 76, 76],
        [35, 209, 139],
        [245, 245, 67],
        [59, 142, 234],
        [214, 112, 214],
        [41, 184, 219],
        [255, 255, 255],
    ];
    let distance = |other: &[u8; 3]| {
        other
            .iter()
            .zip(colour)
            .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum::<u32>()
    };
    (0u8..16)
        .min_by_key(|index| distance(&COLOURS[usize::from(*index)]))
        .unwrap_or(7)
}

#[cfg(test)]
mod tests {
    use runlens_api_types::log::TextRange;

    use super::{fold, pieces};

    fn shown(line: &str) -> Vec<(String, String, bool)> {
        found(line, &[])
    }

    fn found(line: &str, ranges: &[(u32, u32)]) -> Vec<(String, String, bool)> {
        let ranges: Vec<TextRange> = ranges
            .iter()
            .map(|&(start, end)| TextRange { start, end })
            .collect();
        pieces(line, &ranges)
            .into_iter()
            .map(|piece| (piece.text, piece.class, piece.found))
            .collect()
    }

    fn plain(text: &str) -> (String, String, bool) {
        (text.to_owned(), String::new(), false)
    }

    fn styled(text: &str, class: &str) -> (String, String, bool) {
        (text.to_owned(), class.to_owned(), false)
    }

    #[test]
    fn colours_become_classes() {
        let cases = [
            (
                "\u{1b}[1m\u{1b}[32m   Compiling\u{1b}[0m serde",
                vec![styled("   Compiling", "fg2 bold"), plain(" serde")],
            ),
            (
                "\u{1b}[0;31merror\u{1b}[m: x",
                vec![styled("error", "fg1"), plain(": x")],
            ),
            (
                "\u{1b}[91;44;4mx\u{1b}[39;49;24my",
                vec![styled("x", "fg9 bg4 underline"), plain("y")],
            ),
            (
                "\u{1b}[2;3;7mx\u{1b}[22;23;27my",
                vec![styled("x", "dim italic inverse"), plain("y")],
            ),
            (
                "\u{1b}[38;5;9mx\u{1b}[38;5;196my\u{1b}[38;2;0;190;120mz",
                vec![styled("x", "fg9"), styled("y", "fg1"), styled("z", "fg2")],
            ),
            ("\u{1b}[48:5:15mx", vec![styled("x", "bg15")]),
            ("plain", vec![plain("plain")]),
            ("", vec![]),
        ];
        for (line, expected) in cases {
            assert_eq!(shown(line), expected, "{line:?}");
        }
    }

    #[test]
    fn other_escape_sequences_are_left_out() {
        for line in [
            "\u{1b}[2Kab",
            "a\u{1b}[1Ab",
            "a\u{1b}]0;title\u{7}b",
            "a\u{1b}]8;;https://example.org\u{1b}\\b",
            "a\u{1b}(Bb",
            "a\u{1b}[?25lb",
            "ab\u{1b}[",
            "ab\u{1b}",
            "a\u{8}b",
            "a\u{1b}[>4;1mb",
        ] {
            assert_eq!(
                pieces(line, &[])
                    .into_iter()
                    .map(|piece| piece.text)
                    .collect::<String>(),
                "ab",
                "{line:?}"
            );
        }
    }

    #[test]
    fn markup_stays_text() {
        assert_eq!(
            shown("<b onclick='x'>&amp;</b>"),
            [plain("<b onclick='x'>&amp;</b>")]
        );
    }

    #[test]
    fn what_was_found_is_marked_by_characters_across_colours() {
        let mark = |text: &str, class: &str| (text.to_owned(), class.to_owned(), true);
        assert_eq!(
            found("an \u{1b}[31mERR\u{1b}[0mor, error", &[(3, 8), (10, 15)]),
            [
                plain("an "),
                mark("ERR", "fg1"),
                mark("or", ""),
                plain(", "),
                mark("error", "")
            ]
        );
        assert_eq!(
            found("İstanbul ÄÖ", &[(9, 11)]),
            [plain("İstanbul "), mark("ÄÖ", "")]
        );
        // Characters that are not shown count.
        assert_eq!(found("a\u{8}b", &[(2, 3)]), [plain("a"), mark("b", "")]);
        for odd in [(0, 0), (5, 9), (3, 2)] {
            assert_eq!(found("xyz", &[odd]), [plain("xyz")], "{odd:?}");
        }
        assert_eq!(found("xyz", &[(1, 99)]), [plain("x"), mark("yz", "")]);
    }

    #[test]
    fn a_long_line_is_folded_between_characters() {
        let text =
            |pieces: &[super::Piece]| pieces.iter().map(|piece| piece.text.clone()).collect::<String>();
        for (max, head, rest) in [
            (2, "aä", "öbc"),
            (3, "aäö", "bc"),
            (4, "aäöb", "c"),
            (5, "aäöbc", ""),
            (0, "", "aäöbc"),
        ] {
            let (first, folded, hidden) = fold(pieces("aä\u{1b}[31möb\u{1b}[0mc", &[]), max);
            assert_eq!(
                (text(&first).as_str(), text(&folded).as_str()),
                (head, rest),
                "{max}"
            );
            assert_eq!(hidden, rest.chars().count());
        }
    }
}
