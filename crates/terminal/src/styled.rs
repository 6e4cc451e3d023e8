use std::ops::Range;

/// Consecutive characters of a line with the same style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StyledSpan {
    /// Characters to display, without control characters other than tabs.
    pub text: String,
    /// CSS classes, separated by spaces: `fg1 bold`; empty for unstyled text.
    pub class: String,
    /// Whether the span is part of a highlighted range.
    pub is_highlighted: bool,
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

/// Splits a line into spans of equal style. `highlighted` are ranges of characters of the visible text, in
/// order. Escape sequences other than colors are dropped.
///
/// Unlike [`visible_text`](crate::visible_text), an unexpected character ends a control sequence and is
/// dropped with it.
pub fn styled_spans(line: &str, highlighted: &[Range<u32>]) -> Vec<StyledSpan> {
    let mut spans: Vec<StyledSpan> = Vec::new();
    let mut at = 0;
    for (style, text) in styled_text(line) {
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let range = highlighted
                .iter()
                .find(|range| range.end > at && range.end > range.start);
            let is_highlighted = range.is_some_and(|range| range.start <= at);
            let until = range.map_or(
                u32::MAX,
                |range| {
                    if is_highlighted { range.end } else { range.start }
                },
            );
            let end = rest
                .char_indices()
                .nth((until - at) as usize)
                .map_or(rest.len(), |(index, _)| index);
            let (part, after) = rest.split_at(end);
            push(&mut spans, &style, part, is_highlighted);
            at += part.chars().count() as u32;
            rest = after;
        }
    }
    spans
}

/// Appends a span without its control characters, which browsers display as boxes. They still count as
/// characters of the visible text.
fn push(spans: &mut Vec<StyledSpan>, style: &Style, text: &str, is_highlighted: bool) {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\t').collect();
    if !text.is_empty() {
        spans.push(StyledSpan {
            text,
            class: style.class(),
            is_highlighted,
        });
    }
}

/// Splits spans after `max_chars` characters. Returns both parts and the number of characters of the second
/// one.
pub fn fold_spans(mut spans: Vec<StyledSpan>, max_chars: usize) -> (Vec<StyledSpan>, Vec<StyledSpan>, usize) {
    let mut left = max_chars;
    let Some(cut) = spans.iter().position(|span| {
        let length = span.text.chars().count();
        let is_cut = length > left;
        left = left.saturating_sub(if is_cut { 0 } else { length });
        is_cut
    }) else {
        return (spans, Vec::new(), 0);
    };
    let mut rest = spans.split_off(cut);
    if let Some(first) = rest.first_mut() {
        let at = first
            .text
            .char_indices()
            .nth(left)
            .map_or(first.text.len(), |(index, _)| index);
        let tail = first.text.split_off(at);
        if !first.text.is_empty() {
            spans.push(first.clone());
        }
        first.text = tail;
    }
    let hidden = rest.iter().map(|span| span.text.chars().count()).sum();
    (spans, rest, hidden)
}

fn styled_text(line: &str) -> Vec<(Style, String)> {
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
            // A string for the terminal, such as a window title, ends at its terminator.
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
        // Programs separate the parts of a color by colons or semicolons.
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
        classes.extend(self.foreground.map(|color| format!("fg{color}")));
        classes.extend(self.background.map(|color| format!("bg{color}")));
        classes.extend(
            flags
                .into_iter()
                .filter(|(on, _)| *on)
                .map(|(_, class)| class.to_owned()),
        );
        classes.join(" ")
    }
}

/// Reads an indexed or RGB color. Returns the nearest of the 16 colors of the page's theme.
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

fn nearest(color: [u8; 3]) -> u8 {
    const COLORS: [[u8; 3]; 16] = [
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
            .zip(color)
            .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
            .sum::<u32>()
    };
    (0u8..16)
        .min_by_key(|index| distance(&COLORS[usize::from(*index)]))
        .unwrap_or(7)
}

#[cfg(test)]
mod tests {
    use super::{StyledSpan, fold_spans, styled_spans};

    fn spans(line: &str) -> Vec<(String, String, bool)> {
        highlighted(line, &[])
    }

    fn highlighted(line: &str, ranges: &[(u32, u32)]) -> Vec<(String, String, bool)> {
        let ranges: Vec<_> = ranges.iter().map(|&(start, end)| start..end).collect();
        styled_spans(line, &ranges)
            .into_iter()
            .map(|span| (span.text, span.class, span.is_highlighted))
            .collect()
    }

    fn plain(text: &str) -> (String, String, bool) {
        (text.to_owned(), String::new(), false)
    }

    fn styled(text: &str, class: &str) -> (String, String, bool) {
        (text.to_owned(), class.to_owned(), false)
    }

    #[test]
    fn colors_map_to_css_classes() {
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
            assert_eq!(spans(line), expected, "{line:?}");
        }
    }

    #[test]
    fn other_escape_sequences_are_removed() {
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
                styled_spans(line, &[])
                    .into_iter()
                    .map(|span| span.text)
                    .collect::<String>(),
                "ab",
                "{line:?}"
            );
        }
    }

    #[test]
    fn markup_is_plain_text() {
        assert_eq!(
            spans("<b onclick='x'>&amp;</b>"),
            [plain("<b onclick='x'>&amp;</b>")]
        );
    }

    #[test]
    fn ranges_of_characters_are_highlighted_across_colors() {
        let marked = |text: &str, class: &str| (text.to_owned(), class.to_owned(), true);
        assert_eq!(
            highlighted("an \u{1b}[31mERR\u{1b}[0mor, error", &[(3, 8), (10, 15)]),
            [
                plain("an "),
                marked("ERR", "fg1"),
                marked("or", ""),
                plain(", "),
                marked("error", "")
            ]
        );
        assert_eq!(
            highlighted("İstanbul ÄÖ", &[(9, 11)]),
            [plain("İstanbul "), marked("ÄÖ", "")]
        );
        // Control characters are not displayed but still count.
        assert_eq!(highlighted("a\u{8}b", &[(2, 3)]), [plain("a"), marked("b", "")]);
        for odd in [(0, 0), (5, 9), (3, 2)] {
            assert_eq!(highlighted("xyz", &[odd]), [plain("xyz")], "{odd:?}");
        }
        assert_eq!(highlighted("xyz", &[(1, 99)]), [plain("x"), marked("yz", "")]);
    }

    #[test]
    fn spans_fold_between_characters() {
        let text = |spans: &[StyledSpan]| spans.iter().map(|span| span.text.clone()).collect::<String>();
        for (max_chars, head, rest) in [
            (2, "aä", "öbc"),
            (3, "aäö", "bc"),
            (4, "aäöb", "c"),
            (5, "aäöbc", ""),
            (0, "", "aäöbc"),
        ] {
            let (first, folded, hidden) =
                fold_spans(styled_spans("aä\u{1b}[31möb\u{1b}[0mc", &[]), max_chars);
            assert_eq!(
                (text(&first).as_str(), text(&folded).as_str()),
                (head, rest),
                "{max_chars}"
            );
            assert_eq!(hidden, rest.chars().count());
        }
    }
}
