//! Places in a log, and the opaque cursors that name them.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use runlens_api_types::params::invalid;
use sha2::{Digest as _, Sha256};

use crate::{
    error::{Error, Result},
    files::FileReader,
};

const VERSION: u8 = 1;
/// Version, offset, line.
const PAYLOAD: usize = 17;
/// Enough to refuse what was mistyped or made up; it guards no secret.
const CHECKSUM: usize = 4;

/// A place between two lines: pages forward begin here, pages backward end here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// Bytes before it.
    pub(super) offset: u64,
    /// Number of the line that begins here, from 1.
    pub(super) line: u64,
}

impl Position {
    pub(super) const START: Self = Self { offset: 0, line: 1 };

    /// Writes the cursor.
    pub(super) fn to_cursor(self) -> String {
        let mut bytes = Vec::with_capacity(PAYLOAD + CHECKSUM);
        bytes.push(VERSION);
        bytes.extend(self.offset.to_be_bytes());
        bytes.extend(self.line.to_be_bytes());
        bytes.extend(checksum(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor.
    ///
    /// # Errors
    /// [`Error::Invalid`] for everything that [`Self::to_cursor`] does not write.
    pub(super) fn from_cursor(cursor: &str) -> Result<Self> {
        parse(cursor).ok_or_else(|| fault("must be a `next_cursor` from an earlier page"))
    }

    /// Refuses a place that is none in this log: the file has been replaced since the cursor was given out.
    pub(super) fn require_in(self, file: &FileReader) -> Result<()> {
        if self.offset > file.file().size {
            return Err(fault(
                "lies beyond the end of this log, which has been replaced or cut; start again without it",
            ));
        }
        // The first line begins where nothing ends.
        if self.offset > 0 && file.read(self.offset - 1..self.offset)?.as_ref() != b"\n" {
            return Err(fault(
                "does not fit this log, which has been replaced; start again without it",
            ));
        }
        Ok(())
    }
}

fn fault(message: &str) -> Error {
    Error::Invalid(invalid(&[("cursor", message.to_owned())]))
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM] {
    let digest = Sha256::digest(payload);
    std::array::from_fn(|index| digest[index])
}

fn parse(cursor: &str) -> Option<Position> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let (payload, sum) = bytes.split_at_checked(PAYLOAD)?;
    let (version, numbers) = payload.split_first()?;
    let (offset, line) = numbers.split_first_chunk::<8>()?;
    let position = Position {
        offset: u64::from_be_bytes(*offset),
        line: u64::from_be_bytes(line.try_into().ok()?),
    };
    // Each line before this one has at least its end.
    let is_possible = position.line >= 1
        && position.line - 1 <= position.offset
        && (position.line == 1) == (position.offset == 0);
    (*version == VERSION && sum == checksum(payload) && is_possible).then_some(position)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Position, URL_SAFE_NO_PAD, checksum};
    use crate::Error;
    use base64::Engine as _;

    #[test]
    fn what_no_page_has_given_out_is_refused_by_name() {
        let good = Position {
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
            format!("{good}A"),
            format!("{good}="),
            good.to_lowercase(),
        ];
        cases.extend((0..good.len()).map(|cut| good[..cut].to_owned()));
        // With a right checksum, but another version or an impossible place.
        for payload in [
            [&[2][..], &[0; 15], &[1]].concat(),
            [&[1][..], &[0; 16]].concat(),
            [&[1][..], &[0; 15], &[2]].concat(),
            vec![1; 16],
        ] {
            cases.push(URL_SAFE_NO_PAD.encode([&payload[..], &checksum(&payload)].concat()));
        }
        for case in cases {
            let Err(Error::Invalid(body)) = Position::from_cursor(&case) else {
                panic!("{case:?} was taken")
            };
            assert!(body.details["fields"]["cursor"].is_string(), "{case:?}");
        }
    }

    proptest! {
        #[test]
        fn a_cursor_reads_back_and_one_changed_letter_is_noticed(offset in 1u64.., at in 0usize..28, letter in "[A-Za-z0-9_-]") {
            let position = Position { offset, line: offset / 2 + 2 };
            prop_assume!(position.line - 1 <= offset);
            let cursor = position.to_cursor();
            prop_assert!(cursor.len() <= runlens_api_types::log::LogQuery::MAX_CURSOR);
            prop_assert_eq!(Position::from_cursor(&cursor).expect("reads back"), position);
            let mut changed = cursor.clone();
            changed.replace_range(at..at + 1, &letter);
            prop_assert_eq!(Position::from_cursor(&changed).is_ok(), changed == cursor);
        }

        #[test]
        fn junk_never_panics(cursor in ".{0,60}") {
            prop_assert!(Position::from_cursor(&cursor).is_err());
        }
    }
}
