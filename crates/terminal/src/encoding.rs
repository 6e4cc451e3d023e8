use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// Encoding of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, ASCII included.
    Utf8,
    /// Windows-1252, assumed for every text that is not valid UTF-8 as a whole.
    Windows1252,
}

impl Encoding {
    /// Decodes bytes. Invalid or undefined bytes become U+FFFD.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Windows1252 => {
                let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
                // The WHATWG table maps the five bytes that Windows-1252 leaves undefined to control
                // characters.
                let is_undefined =
                    |c: char| matches!(c, '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}');
                if text.contains(is_undefined) {
                    Cow::Owned(text.replace(is_undefined, "\u{fffd}"))
                } else {
                    text
                }
            }
        }
    }
}
