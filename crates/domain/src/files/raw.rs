//! A file that is sent as it lies in its store, piece by piece.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use runlens_api_types::Timestamp;
use sha2::{Digest as _, Sha256};

use super::FoundFile;
use crate::{
    blocking::apart,
    error::{Error, Result},
};

/// Bytes that are read at a time.
const PIECE: u64 = 512 << 10;
/// Pieces that are read at the same time, ahead of what is taken.
const AHEAD: usize = 2;

/// A file as it lies in its store.
pub struct RawFile(FoundFile);

impl RawFile {
    pub(crate) fn new(file: FoundFile) -> Self {
        Self(file)
    }

    pub(crate) fn found(&self) -> &FoundFile {
        &self.0
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// When it was last written.
    pub fn last_modified(&self) -> Timestamp {
        self.0.last_modified
    }

    /// A name for exactly these bytes: 32 hexadecimal digits.
    pub fn version(&self) -> String {
        let digest = Sha256::digest(self.0.version());
        digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A part of it, read as it is taken. A file that has become shorter or another one ends in an error, never in other bytes.
    ///
    /// # Errors
    /// [`Error::Files`] where it has gone, [`Error::NotReady`] where it is another one already.
    pub async fn pieces(&self, part: Range<u64>) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
        let (reader, end) = (Arc::new(self.0.reader().await?), part.end);
        if reader.file().version() != self.0.version() && !reader.can_grow() {
            return Err(Error::NotReady(
                "The file has just been replaced. Ask again.".to_owned(),
            ));
        }
        let reads = stream::iter(part.step_by(PIECE as usize)).map(move |start| {
            let reader = reader.clone();
            async move { apart(move || reader.read(start..end.min(start + PIECE))).await? }
        });
        Ok(reads.buffered(AHEAD))
    }
}
