//! Downloads of original log files.

use std::time::Duration;

use runlens_api_types::log::LogEncoding;

use super::{
    LogService,
    convert::{to_encoding, to_error},
    find_log,
    source::LogSource,
};
use crate::{
    error::Result,
    files::{RawFile, download_url},
};

/// Maximum time that a response waits for the encoding.
const ENCODING_TIMEOUT: Duration = Duration::from_secs(1);

/// Location from which the file of a log is downloaded.
pub enum RawLog {
    /// Download from this server.
    File(LogFile),
    /// Download from this signed URL, which is valid for 15 minutes without further credentials.
    Address(String),
}

/// The file of a log.
pub struct LogFile {
    service: LogService,
    file: RawFile,
    run_id: i32,
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
                run_id,
            })
        },
        RawLog::Address,
    ))
}

impl LogFile {
    /// Returns the file.
    pub fn file(&self) -> &RawFile {
        &self.file
    }

    /// Returns the encoding of the text. `None` if it is not known within a second: the whole file has to be
    /// indexed for it.
    ///
    /// # Errors
    /// [`Error::LogNotFound`](crate::Error::LogNotFound) if the file is gone,
    /// [`Error::Files`](crate::Error::Files).
    pub async fn encoding(&self) -> Result<Option<LogEncoding>> {
        let file = LogSource::shared(self.file.found().clone());
        let encoding = self.service.engine().encoding(&file, ENCODING_TIMEOUT).await;
        match encoding {
            Ok(encoding) => Ok(encoding.map(to_encoding)),
            Err(error) => Err(to_error(error, self.run_id)),
        }
    }
}
