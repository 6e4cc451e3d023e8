//! Implements the file traits of the log engine for the file stores.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt as _};
use runlens_log_engine::{FileVersion, LogFile, ReadError, ReadRange};

use crate::files::{FileReader, FoundFile};

/// A log that was found in a store.
#[derive(Debug)]
pub(super) struct LogSource {
    file: FoundFile,
    version: FileVersion,
}

/// A log that is open.
#[derive(Debug)]
struct OpenLogSource {
    reader: FileReader,
    version: FileVersion,
}

impl LogSource {
    pub(super) fn shared(file: FoundFile) -> Arc<dyn LogFile> {
        Arc::new(Self {
            version: version_of(&file),
            file,
        })
    }
}

fn version_of(file: &FoundFile) -> FileVersion {
    FileVersion {
        location: file.location(),
        version: file.version(),
        size: file.size,
        inode: file.inode(),
    }
}

impl LogFile for LogSource {
    fn version(&self) -> &FileVersion {
        &self.version
    }

    fn open(&self) -> BoxFuture<'_, Result<Arc<dyn ReadRange>, ReadError>> {
        async {
            let reader = self.file.reader().await?;
            let opened: Arc<dyn ReadRange> = Arc::new(OpenLogSource {
                version: version_of(reader.file()),
                reader,
            });
            Ok(opened)
        }
        .boxed()
    }
}

impl ReadRange for OpenLogSource {
    fn version(&self) -> &FileVersion {
        &self.version
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        Ok(self.reader.read_at(offset, buffer)?)
    }

    fn read(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        Ok(self.reader.read(range)?)
    }
}
