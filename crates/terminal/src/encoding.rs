//! How the text of a log is encoded.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;
use runlens_api_types::log::LogEncoding;

/// How the text of a log is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// Everything that is not UTF-8 as a whole.
    Windows1252,
}

impl Encoding {
    /// Reads bytes as text; what stands for no character is replaced.
    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Windows1252 => {
                let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
                // The web's table makes control characters of the five bytes that Windows-1252 leaves undefined.
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

impl From<Encoding> for LogEncoding {
    fn from(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Utf8 => Self::Utf8,
            Encoding::Windows1252 => Self::Windows1252,
        }
    }
}
