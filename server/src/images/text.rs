//! How wide a text is, and how much of it fits.

use skrifa::{
    FontRef, MetadataProvider as _,
    instance::{LocationRef, Size},
};

/// The fonts that come with the program: what the pages use, as far as pictures need it.
pub(crate) const FONTS: [&[u8]; 3] = [
    include_bytes!("../../fonts/inter-regular.ttf"),
    include_bytes!("../../fonts/inter-bold.ttf"),
    include_bytes!("../../fonts/symbols.ttf"),
];

/// One of the fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Font {
    Regular = 0,
    Bold = 1,
    Symbols = 2,
}

/// Width of a text on one line, without kerning, which only makes it narrower.
pub(crate) fn width(font: Font, size: f32, text: &str) -> f32 {
    let fonts = [font, Font::Symbols].map(|font| FontRef::new(FONTS[font as usize]).ok());
    let measures: Vec<_> = fonts
        .iter()
        .flatten()
        .map(|font| {
            (
                font.charmap(),
                font.glyph_metrics(Size::new(size), LocationRef::default()),
            )
        })
        .collect();
    let of_char = |char: char| {
        let found = measures
            .iter()
            .find_map(|(glyphs, metrics)| metrics.advance_width(glyphs.map(char)?));
        // What no font has is drawn as a box.
        found.unwrap_or(size)
    };
    text.chars().map(of_char).sum()
}

/// A text as it can be shown on a line: without what has no shape, or turns others around.
pub(crate) fn plain(text: &str) -> String {
    let is_shown = |char: &char| !matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let spaced: String = text
        .chars()
        .filter(is_shown)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text of glyphs that there are.
pub(crate) fn drawable(text: &str) -> String {
    let fonts = [Font::Regular, Font::Symbols].map(|font| FontRef::new(FONTS[font as usize]).ok());
    let has = |char: char| {
        fonts
            .iter()
            .flatten()
            .any(|font| font.charmap().map(char).is_some())
    };
    plain(text)
        .chars()
        .map(|char| if has(char) { char } else { '?' })
        .collect()
}

/// A text in pieces that are each of one font: whether of symbols, and the piece.
pub(crate) fn pieces(text: &str) -> Vec<(bool, String)> {
    let letters = FontRef::new(FONTS[Font::Regular as usize]).ok();
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for char in text.chars() {
        let is_symbol = letters
            .as_ref()
            .is_some_and(|font| font.charmap().map(char).is_none());
        match pieces.last_mut().filter(|(before, _)| *before == is_symbol) {
            Some((_, piece)) => piece.push(char),
            None => pieces.push((is_symbol, char.to_string())),
        }
    }
    pieces
}

/// As much of a text as fits; an ellipsis says where it was cut.
pub(crate) fn cut(font: Font, size: f32, max: f32, text: &str) -> String {
    if width(font, size, text) <= max {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let fits = ends.partition_point(|end| width(font, size, &format!("{}…", &text[..*end])) <= max);
    let end = ends.get(fits.saturating_sub(1)).copied().unwrap_or_default();
    format!("{}…", text[..end].trim_end())
}

/// A text in lines that fit, at most so many; the last is cut where there is more.
pub(crate) fn lines(font: Font, size: f32, max: f32, most: usize, text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut words = text.split(' ').filter(|word| !word.is_empty()).peekable();
    while let Some(first) = words.next() {
        let mut line = first.to_owned();
        if lines.len() + 1 == most {
            // The last line takes all that is left.
            for word in words.by_ref() {
                line = format!("{line} {word}");
            }
        }
        while let Some(word) = words.next_if(|word| width(font, size, &format!("{line} {word}")) <= max) {
            line = format!("{line} {word}");
        }
        lines.push(cut(font, size, max, &line));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_measured_by_its_glyphs() {
        assert!(width(Font::Regular, 20.0, "iii") < width(Font::Regular, 20.0, "mmm"));
        assert!(width(Font::Regular, 20.0, "fail") < width(Font::Bold, 20.0, "fail"));
        let (once, double) = (
            width(Font::Bold, 20.0, "c0ffee1"),
            width(Font::Bold, 40.0, "c0ffee1"),
        );
        assert!((double - 2.0 * once).abs() < 0.1, "{once} {double}");
        assert_eq!(width(Font::Regular, 20.0, "字"), 20.0);
        assert!(width(Font::Regular, 20.0, "✕") > 5.0);
    }

    #[test]
    fn what_does_not_fit_is_cut_and_says_so() {
        let (font, size) = (Font::Regular, 20.0);
        assert_eq!(cut(font, size, 500.0, "master"), "master");
        let long = "a-branch-with-a-name-that-has-no-end".repeat(9);
        let short = cut(font, size, 200.0, &long);
        assert!(
            short.ends_with('…') && width(font, size, &short) <= 200.0 && width(font, size, &short) > 180.0,
            "{short}"
        );
        assert_eq!(cut(font, size, 1.0, "master"), "…");
        assert_eq!(
            lines(font, size, 120.0, 2, "one two three four five six seven"),
            ["one two", "three four…"]
        );
        assert_eq!(lines(font, size, 120.0, 2, ""), [""; 0]);
    }

    #[test]
    fn what_has_no_shape_is_left_out() {
        assert_eq!(plain(" a\u{202e}b\u{200b}\n\tc \u{7}d"), "ab c d");
        assert_eq!(drawable("fix 字 ✕"), "fix ? ✕");
        assert_eq!(
            pieces("✕ fail"),
            [(true, "✕".to_owned()), (false, " fail".to_owned())]
        );
    }
}
