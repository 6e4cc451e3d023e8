//! What one pass over a whole log tells: how its text is encoded, and how many lines it has.

use std::{borrow::Cow, str};

use encoding_rs::WINDOWS_1252;
use memchr::memchr_iter;

use super::{Limits, cursor::Position};
use crate::{error::Result, files::FoundFile};

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
                let is_undefined = |c: char| matches!(c, '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}');
                if text.contains(is_undefined) { Cow::Owned(text.replace(is_undefined, "\u{fffd}")) } else { text }
            }
        }
    }
}

/// What one pass over a log has told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Survey {
    pub(super) encoding: Encoding,
    /// The place behind the last line.
    pub(super) end: Position,
}

impl Survey {
    /// Goes through a log. A character that is incomplete at the very end does not make it less UTF-8: it is being written.
    pub(super) async fn of(file: &FoundFile, limits: Limits) -> Result<Self> {
        let mut encoding = Encoding::Utf8;
        let (mut offset, mut line_ends, mut last) = (0, 0, b'\n');
        while offset < file.size {
            let end = (offset + limits.max_read).min(file.size);
            let chunk = file.read(offset..end).await?;
            let mut taken = chunk.len();
            if encoding == Encoding::Utf8
                && let Err(error) = str::from_utf8(&chunk)
            {
                match (error.error_len(), error.valid_up_to()) {
                    (None, _) if end == file.size => {}
                    // A character lies across the end of the chunk: it is read again with the next one.
                    (None, valid) if valid > 0 => taken = valid,
                    _ => encoding = Encoding::Windows1252,
                }
            }
            line_ends += memchr_iter(b'\n', &chunk[..taken]).count() as u64;
            last = chunk[taken - 1];
            offset += taken as u64;
        }
        let lines = line_ends + u64::from(last != b'\n');
        Ok(Self { encoding, end: Position { offset: file.size, line: lines + 1 } })
    }
}
