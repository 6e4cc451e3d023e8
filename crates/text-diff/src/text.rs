//! Decoding of files: encoding, byte order mark, and files that were only read in part.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use encoding_rs::{UTF_16BE, UTF_16LE};
use runlens_api_types::output::{FileEncoding, LineEndings};
use runlens_terminal::Encoding;

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";
const UTF16_LE_BOM: &[u8] = b"\xff\xfe";
const UTF16_BE_BOM: &[u8] = b"\xfe\xff";

/// The decoded content of a file or of its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedText {
    /// [`FileEncoding::Base64`] for binary files.
    pub encoding: FileEncoding,
    /// Whether a byte order mark was removed from `content`.
    pub byte_order_mark: bool,
    /// The text, or base64 for binary files.
    pub content: String,
    is_truncated: bool,
}

impl DecodedText {
    /// Decodes a file, or its beginning if `is_truncated`. An incomplete character at the end is omitted.
    ///
    /// A file with a NUL is binary. Otherwise a byte order mark determines the encoding; without one, the
    /// file is UTF-8 if it is valid UTF-8 as a whole, else Windows-1252.
    pub fn decode(bytes: &[u8], is_truncated: bool) -> Self {
        let text = |encoding, byte_order_mark, content| Self {
            encoding,
            byte_order_mark,
            content,
            is_truncated,
        };
        let utf16 = [
            (UTF16_LE_BOM, UTF_16LE, FileEncoding::Utf16Le),
            (UTF16_BE_BOM, UTF_16BE, FileEncoding::Utf16Be),
        ];
        for (bom, decoder, encoding) in utf16 {
            let Some(units) = bytes.strip_prefix(bom) else {
                continue;
            };
            let complete = if is_truncated {
                &units[..complete_utf16_len(units, encoding == FileEncoding::Utf16Be)]
            } else {
                units
            };
            let (content, has_errors) = decoder.decode_without_bom_handling(complete);
            if !has_errors && !content.contains('\0') {
                return text(encoding, true, content.into_owned());
            }
        }
        if bytes.contains(&0) {
            return text(FileEncoding::Base64, false, BASE64_STANDARD.encode(bytes));
        }
        let (byte_order_mark, rest) = bytes
            .strip_prefix(UTF8_BOM)
            .map_or((false, bytes), |rest| (true, rest));
        let utf8 = match std::str::from_utf8(rest) {
            Ok(content) => Some(content),
            Err(error) if is_truncated && error.error_len().is_none() => {
                std::str::from_utf8(&rest[..error.valid_up_to()]).ok()
            }
            Err(_) => None,
        };
        match utf8 {
            Some(content) => text(FileEncoding::Utf8, byte_order_mark, content.to_owned()),
            // The bytes of the UTF-8 mark are three letters of Windows-1252.
            None => text(
                FileEncoding::Windows1252,
                false,
                Encoding::Windows1252.decode(bytes).into_owned(),
            ),
        }
    }

    /// Whether the file is not text.
    pub fn is_binary(&self) -> bool {
        self.encoding == FileEncoding::Base64
    }

    /// Returns the text to compare: only the complete lines of a truncated file, empty for a binary file.
    pub fn comparable(&self) -> &str {
        if self.is_binary() {
            return "";
        }
        match self.content.rfind('\n') {
            Some(end) if self.is_truncated => &self.content[..=end],
            _ => &self.content,
        }
    }
}

/// Returns the number of bytes up to the end of the last complete character.
fn complete_utf16_len(units: &[u8], is_big_endian: bool) -> usize {
    let even = units.len() - units.len() % 2;
    let ends_with_high_surrogate = units[..even].last_chunk().is_some_and(|last: &[u8; 2]| {
        let unit = if is_big_endian {
            u16::from_be_bytes(*last)
        } else {
            u16::from_le_bytes(*last)
        };
        (0xd800..0xdc00).contains(&unit)
    });
    if ends_with_high_surrogate { even - 2 } else { even }
}

/// Returns which line endings a text uses.
pub fn line_endings(text: &str) -> LineEndings {
    let lf_count = text.matches('\n').count();
    let crlf_count = text.matches("\r\n").count();
    if lf_count == 0 {
        LineEndings::None
    } else if crlf_count == 0 {
        LineEndings::Lf
    } else if crlf_count == lf_count {
        LineEndings::CrLf
    } else {
        LineEndings::Mixed
    }
}
