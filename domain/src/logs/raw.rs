//! The file of a log as it lies in its store.

use std::{ops::Range, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use runlens_contract::{Timestamp, log::LogEncoding};
use sha2::{Digest as _, Sha256};

use super::blocks::{changed, find_log};
use crate::{Platform, artifacts::download_url, error::Result, files::FoundFile, workers::apart};

/// Bytes that are read at a time.
const PIECE: u64 = 512 << 10;
/// Pieces that are read at the same time, ahead of what is taken.
const AHEAD: usize = 2;
/// How long an answer waits to know the encoding.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where the file of a log is to be had.
pub enum RawLog {
    /// Here.
    File(LogFile),
    /// At this address, by whoever has it, for 15 minutes.
    Address(String),
}

/// The file of a log.
pub struct LogFile {
    platform: Platform,
    file: FoundFile,
}

pub(crate) async fn raw_log(platform: &Platform, run_id: i32) -> Result<RawLog> {
    let file = find_log(platform, run_id).await?;
    let address = if platform.settings().redirect_raw_logs { download_url(&[&file]).await } else { None };
    Ok(address.map_or_else(|| RawLog::File(LogFile { platform: platform.clone(), file }), RawLog::Address))
}

impl LogFile {
    /// Bytes.
    pub fn size(&self) -> u64 {
        self.file.size
    }

    /// When it was last written.
    pub fn last_modified(&self) -> Timestamp {
        self.file.last_modified
    }

    /// A name for exactly these bytes: 32 hexadecimal digits.
    pub fn version(&self) -> String {
        let digest = Sha256::digest(self.file.version());
        digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// How its text is encoded; none where that is not known within a second: it takes going through the whole file once.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files).
    pub async fn encoding(&self) -> Result<Option<LogEncoding>> {
        let indexing = self.platform.logs().index(&self.file).await?;
        indexing.wait(PATIENCE, |index| index.is_complete.then_some(index.encoding.into())).await
    }

    /// A part of it, read as it is taken. A file that has become shorter or another one ends in an error, never in other bytes.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files) where it has gone, [`Error::NotReady`](crate::Error::NotReady) where it is another one already.
    pub async fn pieces(&self, part: Range<u64>) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
        let (reader, end) = (Arc::new(self.file.reader().await?), part.end);
        if reader.file().version() != self.file.version() && !reader.can_grow() {
            return Err(changed());
        }
        let reads = stream::iter(part.step_by(PIECE as usize)).map(move |start| {
            let reader = reader.clone();
            async move { apart(move || reader.read(start..end.min(start + PIECE))).await? }
        });
        Ok(reads.buffered(AHEAD))
    }
}
