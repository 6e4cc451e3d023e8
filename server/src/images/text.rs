//! Measures and cuts text. Uses the fonts that the previews are rendered with.

use skrifa::{
    FontRef, MetadataProvider as _,
    instance::{LocationRef, Size},
};

/// Fonts of the pages, reduced to what previews need, in the order of [`Font`].
pub(crate) const FONTS: [&[u8]; 3] = [
    include_bytes!("../../fonts/inter-regular.ttf"),
    include_bytes!("../../fonts/inter-bold.ttf"),
    include_bytes!("../../fonts/symbols.ttf"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Font {
    Regular = 0,
    Bold = 1,
    Symbols = 2,
}

impl Font {
    fn load(self) -> Option<FontRef<'static>> {
        FontRef::new(FONTS[self as usize]).ok()
    }
}

/// Width of a line of text. Ignores kerning, which only makes text narrower.
pub(crate) fn text_width(font: Font, size: f32, text: &str) -> f32 {
    let fonts = [font, Font::Symbols].map(Font::load);
    let metrics: Vec<_> = fonts
        .iter()
        .flatten()
        .map(|font| {
            (
                font.charmap(),
                font.glyph_metrics(Size::new(size), LocationRef::default()),
            )
        })
        .collect();
    let char_width = |char: char| {
        let advance = metrics
            .iter()
            .find_map(|(glyphs, metrics)| metrics.advance_width(glyphs.map(char)?));
        // A character without a glyph is drawn as a square.
        advance.unwrap_or(size)
    };
    text.chars().map(char_width).sum()
}

/// Replaces control characters and white space by single spaces, and removes invisible characters and those
/// that change the direction of text.
pub(crate) fn single_line(text: &str) -> String {
    let is_visible = |char: &char| {
        !matches!(
            char,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
    };
    let spaced: String = text
        .chars()
        .filter(is_visible)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// [`single_line`] with `?` for characters without a glyph.
pub(crate) fn drawable(text: &str) -> String {
    let fonts = [Font::Regular, Font::Symbols].map(Font::load);
    let has_glyph = |char: char| {
        fonts
            .iter()
            .flatten()
            .any(|font| font.charmap().map(char).is_some())
    };
    single_line(text)
        .chars()
        .map(|char| if has_glyph(char) { char } else { '?' })
        .collect()
}

/// Splits text where the font changes. The flag of a part is true for symbols.
pub(crate) fn split_symbols(text: &str) -> Vec<(bool, String)> {
    let letters = Font::Regular.load();
    let mut parts: Vec<(bool, String)> = Vec::new();
    for char in text.chars() {
        let is_symbol = letters
            .as_ref()
            .is_some_and(|font| font.charmap().map(char).is_none());
        match parts
            .last_mut()
            .filter(|(is_last_symbol, _)| *is_last_symbol == is_symbol)
        {
            Some((_, part)) => part.push(char),
            None => parts.push((is_symbol, char.to_string())),
        }
    }
    parts
}

/// Cuts text to a width. Cut text ends with an ellipsis.
pub(crate) fn truncate(font: Font, size: f32, max_width: f32, text: &str) -> String {
    if text_width(font, size, text) <= max_width {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
    let fitting =
        ends.partition_point(|end| text_width(font, size, &format!("{}…", &text[..*end])) <= max_width);
    let end = ends.get(fitting.saturating_sub(1)).copied().unwrap_or_default();
    format!("{}…", text[..end].trim_end())
}

/// Wraps text at spaces into at most `max_lines` lines, and cuts the last one.
pub(crate) fn wrap(font: Font, size: f32, max_width: f32, max_lines: usize, text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut words = text.split(' ').filter(|word| !word.is_empty()).peekable();
    while let Some(first) = words.next() {
        let mut line = first.to_owned();
        if lines.len() + 1 == max_lines {
            for word in words.by_ref() {
                line = format!("{line} {word}");
            }
        }
        while let Some(word) =
            words.next_if(|word| text_width(font, size, &format!("{line} {word}")) <= max_width)
        {
            line = format!("{line} {word}");
        }
        lines.push(truncate(font, size, max_width, &line));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_is_the_sum_of_glyph_widths() {
        let width = text_width;
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
    fn long_text_is_cut_with_an_ellipsis() {
        let (font, size) = (Font::Regular, 20.0);
        assert_eq!(truncate(font, size, 500.0, "master"), "master");
        let long = "a-branch-with-a-name-that-has-no-end".repeat(9);
        let short = truncate(font, size, 200.0, &long);
        let width = text_width(font, size, &short);
        assert!(short.ends_with('…') && width <= 200.0 && width > 180.0, "{short}");
        assert_eq!(truncate(font, size, 1.0, "master"), "…");
        assert_eq!(
            wrap(font, size, 120.0, 2, "one two three four five six seven"),
            ["one two", "three four…"]
        );
        assert_eq!(wrap(font, size, 120.0, 2, ""), [""; 0]);
    }

    #[test]
    fn invisible_characters_are_removed() {
        assert_eq!(single_line(" a\u{202e}b\u{200b}\n\tc \u{7}d"), "ab c d");
        assert_eq!(drawable("fix 字 ✕"), "fix ? ✕");
        assert_eq!(
            split_symbols("✕ fail"),
            [(true, "✕".to_owned()), (false, " fail".to_owned())]
        );
    }
}
