//! Bytes of a file as text: its encoding, its byte order mark, and where it may be cut.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};
use runlens_api_types::output::{FileEncoding, LineEndings};

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF16_LE_MARK: &[u8] = b"\xff\xfe";
const UTF16_BE_MARK: &[u8] = b"\xfe\xff";

/// A file, or the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub encoding: FileEncoding,
    pub byte_order_mark: bool,
    /// Without the byte order mark; base64 where it is no text.
    pub content: String,
    /// Whether the file goes on.
    is_cut: bool,
}

impl Text {
    /// Reads bytes, of which `is_cut` says that more follow. A character that the cut splits is left out.
    ///
    /// What contains a NUL is no text. Otherwise a byte order mark decides, else it is UTF-8 where all of it is, else
    /// Windows-1252.
    pub fn decode(bytes: &[u8], is_cut: bool) -> Self {
        let text = |encoding, byte_order_mark, content| Self {
            encoding,
            byte_order_mark,
            content,
            is_cut,
        };
        let utf16 = [
            (UTF16_LE_MARK, UTF_16LE, FileEncoding::Utf16Le),
            (UTF16_BE_MARK, UTF_16BE, FileEncoding::Utf16Be),
        ];
        for (mark, decoder, encoding) in utf16 {
            let Some(units) = bytes.strip_prefix(mark) else {
                continue;
            };
            let whole = if is_cut {
                &units[..whole_utf16(units, encoding == FileEncoding::Utf16Be)]
            } else {
                units
            };
            let (content, is_broken) = decoder.decode_without_bom_handling(whole);
            if !is_broken && !content.contains('\0') {
                return text(encoding, true, content.into_owned());
            }
        }
        if bytes.contains(&0) {
            return text(FileEncoding::Base64, false, BASE64_STANDARD.encode(bytes));
        }
        let (byte_order_mark, rest) = bytes
            .strip_prefix(UTF8_MARK)
            .map_or((false, bytes), |rest| (true, rest));
        let whole = match std::str::from_utf8(rest) {
            Ok(_) => Some(rest),
            Err(error) if is_cut && error.error_len().is_none() => Some(&rest[..error.valid_up_to()]),
            Err(_) => None,
        };
        match whole {
            Some(whole) => text(
                FileEncoding::Utf8,
                byte_order_mark,
                String::from_utf8_lossy(whole).into_owned(),
            ),
            // In Windows-1252 the mark is three letters.
            None => text(FileEncoding::Windows1252, false, windows_1252(bytes)),
        }
    }

    pub fn is_binary(&self) -> bool {
        self.encoding == FileEncoding::Base64
    }

    /// What of it is compared: whole lines, where the file goes on behind them. Nothing of what is no text.
    pub fn compared(&self) -> &str {
        match self.content.rfind('\n') {
            _ if self.is_binary() => "",
            Some(end) if self.is_cut => &self.content[..=end],
            _ => &self.content,
        }
    }
}

/// The length of what ends with a whole character.
fn whole_utf16(units: &[u8], is_big_endian: bool) -> usize {
    let even = units.len() - units.len() % 2;
    let splits_pair = units[..even].last_chunk().is_some_and(|last: &[u8; 2]| {
        let unit = if is_big_endian {
            u16::from_be_bytes(*last)
        } else {
            u16::from_le_bytes(*last)
        };
        (0xd800..0xdc00).contains(&unit)
    });
    if splits_pair { even - 2 } else { even }
}

/// How the lines of a text end.
pub fn line_endings(text: &str) -> LineEndings {
    let ended = text.matches('\n').count();
    match text.matches("\r\n").count() {
        _ if ended == 0 => LineEndings::None,
        0 => LineEndings::Lf,
        with_return if with_return == ended => LineEndings::CrLf,
        _ => LineEndings::Mixed,
    }
}

/// The web's table makes control characters of the five bytes that Windows-1252 leaves undefined.
fn windows_1252(bytes: &[u8]) -> String {
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    text.replace(
        |c: char| matches!(c, '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}'),
        "\u{fffd}",
    )
}
