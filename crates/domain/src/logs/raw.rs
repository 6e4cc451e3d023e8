//! The file of a log as it lies in its store.

use std::time::Duration;

use runlens_api_types::log::LogEncoding;

use super::{LogService, blocks::find_log};
use crate::{
    error::Result,
    files::{RawFile, download_url},
};

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
    service: LogService,
    file: RawFile,
}

pub(crate) async fn raw_log(service: &LogService, run_id: i32) -> Result<RawLog> {
    let file = find_log(service, run_id).await?;
    let address = if service.redirect_raw_logs() {
        download_url(&[&file]).await
    } else {
        None
    };
    Ok(address.map_or_else(
        || {
            RawLog::File(LogFile {
                service: service.clone(),
                file: RawFile::new(file),
            })
        },
        RawLog::Address,
    ))
}

impl LogFile {
    /// Its bytes.
    pub fn file(&self) -> &RawFile {
        &self.file
    }

    /// How its text is encoded; none where that is not known within a second: it takes going through the whole file once.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files).
    pub async fn encoding(&self) -> Result<Option<LogEncoding>> {
        let indexing = self.service.logs().index(self.file.found()).await?;
        indexing
            .wait(PATIENCE, |index| {
                index.is_complete.then_some(index.encoding.into())
            })
            .await
    }
}
