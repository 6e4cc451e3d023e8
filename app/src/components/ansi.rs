//! Colours of a terminal as classes. The text stays text: nothing in a log becomes markup.

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

/// Cuts a line into pieces, `search` marked in whatever case; other escape sequences are left out.
pub fn pieces(line: &str, search: Option<&str>) -> Vec<Piece> {
    let styled = styled(line);
    let plain: String = styled.iter().map(|(_, text)| text.as_str()).collect();
    let found = search.map(|search| matches(&plain, search)).unwrap_or_default();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut start = 0;
    for (style, text) in &styled {
        let end = start + text.len();
        let mut at = start;
        for &(from, to) in found.iter().filter(|(from, to)| *from < end && *to > start) {
            let (from, to) = (from.max(start), to.min(end));
            push(&mut pieces, style, &plain[at..from], false);
            push(&mut pieces, style, &plain[from..to], true);
            at = to;
        }
        push(&mut pieces, style, &plain[at..end], false);
        start = end;
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, style: &Style, text: &str, found: bool) {
    if !text.is_empty() {
        pieces.push(Piece { text: text.to_owned(), class: style.class(), found });
    }
}

/// Where a text is found in another, as byte ranges that do not overlap. Case does not matter.
fn matches(text: &str, search: &str) -> Vec<(usize, usize)> {
    // Lower case can be longer than the character: each of its bytes remembers where the character began and ended.
    let mut folded = String::with_capacity(text.len());
    let mut origin = Vec::with_capacity(text.len());
    for (index, c) in text.char_indices() {
        for lower in c.to_lowercase() {
            folded.push(lower);
            origin.resize(folded.len(), (index, index + c.len_utf8()));
        }
    }
    let needle = search.to_lowercase();
    let found = folded.match_indices(&needle).filter(|(_, part)| !part.is_empty());
    found.filter_map(|(at, part)| Some((origin.get(at)?.0, origin.get(at + part.len() - 1)?.1))).collect()
}

fn styled(line: &str) -> Vec<(Style, String)> {
    let mut styled: Vec<(Style, String)> = vec![(Style::default(), String::new())];
    let mut style = Style::default();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        if c != ESCAPE {
            // Tabs lay out; other control characters would show as boxes.
            if (!c.is_control() || c == '\t')
                && let Some((_, text)) = styled.last_mut()
            {
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
        let mut codes = parameters.split([';', ':']).map(|code| code.parse::<u16>().unwrap_or(0));
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
        let flags =
            [(self.bold, "bold"), (self.dim, "dim"), (self.italic, "italic"), (self.underline, "underline"), (self.inverse, "inverse")];
        classes.extend(self.foreground.map(|colour| format!("fg{colour}")));
        classes.extend(self.background.map(|colour| format!("bg{colour}")));
        classes.extend(flags.into_iter().filter(|(on, _)| *on).map(|(_, class)| class.to_owned()));
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
    let distance = |other: &[u8; 3]| other.iter().zip(colour).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>();
    (0u8..16).min_by_key(|index| distance(&COLOURS[usize::from(*index)])).unwrap_or(7)
}

#[cfg(test)]
mod tests {
    use super::pieces;

    fn shown(line: &str, search: Option<&str>) -> Vec<(String, String, bool)> {
        pieces(line, search).into_iter().map(|piece| (piece.text, piece.class, piece.found)).collect()
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
            ("\u{1b}[1m\u{1b}[32m   Compiling\u{1b}[0m serde", vec![styled("   Compiling", "fg2 bold"), plain(" serde")]),
            ("\u{1b}[0;31merror\u{1b}[m: x", vec![styled("error", "fg1"), plain(": x")]),
            ("\u{1b}[91;44;4mx\u{1b}[39;49;24my", vec![styled("x", "fg9 bg4 underline"), plain("y")]),
            ("\u{1b}[2;3;7mx\u{1b}[22;23;27my", vec![styled("x", "dim italic inverse"), plain("y")]),
            ("\u{1b}[38;5;9mx\u{1b}[38;5;196my\u{1b}[38;2;0;190;120mz", vec![styled("x", "fg9"), styled("y", "fg1"), styled("z", "fg2")]),
            ("\u{1b}[48:5:15mx", vec![styled("x", "bg15")]),
            ("plain", vec![plain("plain")]),
            ("", vec![]),
        ];
        for (line, expected) in cases {
            assert_eq!(shown(line, None), expected, "{line:?}");
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
            assert_eq!(pieces(line, None).into_iter().map(|piece| piece.text).collect::<String>(), "ab", "{line:?}");
        }
    }

    #[test]
    fn markup_stays_text() {
        assert_eq!(shown("<b onclick='x'>&amp;</b>", None), [plain("<b onclick='x'>&amp;</b>")]);
    }

    #[test]
    fn what_was_searched_for_is_marked_across_colours_and_case() {
        let found = |text: &str, class: &str| (text.to_owned(), class.to_owned(), true);
        assert_eq!(
            shown("an \u{1b}[31mERR\u{1b}[0mor, error", Some("Error")),
            [plain("an "), found("ERR", "fg1"), found("or", ""), plain(", "), found("error", "")]
        );
        assert_eq!(shown("İstanbul ÄÖ", Some("äö")), [plain("İstanbul "), found("ÄÖ", "")]);
        assert_eq!(shown("x", Some("")), [plain("x")]);
    }
}
