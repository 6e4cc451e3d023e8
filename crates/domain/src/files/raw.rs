//! A file that is sent unchanged, in chunks.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use runlens_api_types::Timestamp;
use sha2::{Digest as _, Sha256};

use super::FoundFile;
use crate::{
    blocking::spawn_blocking,
    error::{Error, Result},
};

const CHUNK_BYTES: u64 = 512 << 10;
/// Number of chunks that are read ahead of the client.
const READ_AHEAD_CHUNKS: usize = 2;

/// A file to download unchanged.
pub struct RawFile(FoundFile);

impl RawFile {
    pub(crate) fn new(file: FoundFile) -> Self {
        Self(file)
    }

    pub(crate) fn found(&self) -> &FoundFile {
        &self.0
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// Time of the last modification.
    pub fn last_modified(&self) -> Timestamp {
        self.0.last_modified
    }

    /// Returns an identifier of exactly these bytes: 32 hexadecimal digits.
    pub fn version(&self) -> String {
        hex::encode(&Sha256::digest(self.0.version())[..16])
    }

    /// Streams a range of the file, read as the stream is polled. If the file is truncated or replaced in the
    /// meantime, the stream ends with an error instead of other bytes.
    ///
    /// # Errors
    /// [`Error::Files`] if the file no longer exists, [`Error::NotReady`] if it has already been replaced.
    pub async fn pieces(
        &self,
        range: Range<u64>,
    ) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
        let (reader, end) = (Arc::new(self.0.reader().await?), range.end);
        if reader.file().version() != self.0.version() && !reader.can_grow() {
            return Err(Error::NotReady(
                "The file has just been replaced. Retry.".to_owned(),
            ));
        }
        let chunks = stream::iter(range.step_by(CHUNK_BYTES as usize)).map(move |start| {
            let reader = reader.clone();
            async move { spawn_blocking(move || reader.read(start..end.min(start + CHUNK_BYTES))).await? }
        });
        Ok(chunks.buffered(READ_AHEAD_CHUNKS))
    }
}
