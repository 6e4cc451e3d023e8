//! Positions between lines, and the opaque cursors that encode them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use crate::{
    error::{Error, Result},
    file::ReadRange,
};

const VERSION: u8 = 1;
/// Length of version, offset and line number.
const PAYLOAD_BYTES: usize = 17;
/// Long enough to detect mistyped cursors. It protects no secret.
const CHECKSUM_BYTES: usize = 4;

/// A position between two lines: forward pages start here, backward pages end here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// Number of bytes before the position.
    pub(crate) offset: u64,
    /// Number of the line that starts here, from 1.
    pub(crate) line: u64,
}

impl Position {
    pub(crate) const START: Self = Self { offset: 0, line: 1 };

    pub(crate) fn to_cursor(self) -> String {
        let mut bytes = Vec::with_capacity(PAYLOAD_BYTES + CHECKSUM_BYTES);
        bytes.push(VERSION);
        bytes.extend(self.offset.to_be_bytes());
        bytes.extend(self.line.to_be_bytes());
        bytes.extend(checksum(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Decodes a cursor.
    ///
    /// # Errors
    /// [`Error::InvalidCursor`] for everything that [`Self::to_cursor`] does not return.
    pub(crate) fn from_cursor(cursor: &str) -> Result<Self> {
        decode(cursor)
            .ok_or_else(|| Error::InvalidCursor("must be a `next_cursor` from an earlier page".to_owned()))
    }

    /// Checks that the position lies between two lines of this file. If not, the file was replaced after the
    /// cursor was issued.
    pub(crate) fn validate(self, file: &dyn ReadRange) -> Result<()> {
        if self.offset > file.version().size {
            return Err(Error::InvalidCursor(
                "lies beyond the end of this log, which has been replaced or truncated; start again without it".to_owned(),
            ));
        }
        // No line ends before the first one.
        if self.offset > 0
            && file
                .read(self.offset - 1..self.offset)
                .map_err(Error::Read)?
                .as_ref()
                != b"\n"
        {
            return Err(Error::InvalidCursor(
                "does not fit this log, which has been replaced; start again without it".to_owned(),
            ));
        }
        Ok(())
    }
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::digest(payload);
    std::array::from_fn(|index| digest[index])
}

fn decode(cursor: &str) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (payload, sum) = bytes.split_at_checked(PAYLOAD_BYTES)?;
    let (version, numbers) = payload.split_first()?;
    let (offset, line) = numbers.split_first_chunk::<8>()?;
    let position = Position {
        offset: u64::from_be_bytes(*offset),
        line: u64::from_be_bytes(line.try_into().ok()?),
    };
    // Each line before the position takes at least one byte.
    let is_possible = position.line >= 1
        && position.line - 1 <= position.offset
        && (position.line == 1) == (position.offset == 0);
    (*version == VERSION && sum == checksum(payload) && is_possible).then_some(position)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use proptest::prelude::*;

    use super::{Position, URL_SAFE_NO_PAD, checksum};
    use crate::Error;

    /// Documented maximum length of a cursor.
    const MAX_CURSOR_CHARS: usize = 200;

    #[test]
    fn cursors_that_were_not_issued_are_rejected() {
        let valid = Position {
            offset: 4711,
            line: 42,
        }
        .to_cursor();
        let mut cases = vec![
            String::new(),
            "0".into(),
            "100".into(),
            "/etc/passwd".into(),
            "é".into(),
            format!("{valid}A"),
            format!("{valid}="),
            valid.to_lowercase(),
        ];
        cases.extend((0..valid.len()).map(|cut| valid[..cut].to_owned()));
        // The checksum is valid, but the version or the position is not.
        for payload in [
            [&[2][..], &[0; 15], &[1]].concat(),
            [&[1][..], &[0; 16]].concat(),
            [&[1][..], &[0; 15], &[2]].concat(),
            vec![1; 16],
        ] {
            cases.push(URL_SAFE_NO_PAD.encode([&payload[..], &checksum(&payload)].concat()));
        }
        for case in cases {
            assert!(
                matches!(Position::from_cursor(&case), Err(Error::InvalidCursor(_))),
                "{case:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_cursor_round_trips_and_a_changed_character_is_detected(offset in 1u64.., at in 0usize..28, letter in "[A-Za-z0-9_-]") {
            let position = Position { offset, line: offset / 2 + 2 };
            prop_assume!(position.line - 1 <= offset);
            let cursor = position.to_cursor();
            prop_assert!(cursor.len() <= MAX_CURSOR_CHARS);
            prop_assert_eq!(Position::from_cursor(&cursor).expect("a valid cursor"), position);
            let mut changed = cursor.clone();
            changed.replace_range(at..=at, &letter);
            prop_assert_eq!(Position::from_cursor(&changed).is_ok(), changed == cursor);
        }

        #[test]
        fn arbitrary_text_is_no_cursor(cursor in ".{0,60}") {
            prop_assert!(Position::from_cursor(&cursor).is_err());
        }
    }
}
