use std::sync::Arc;

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt as _, ready};
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    error::ReadError,
    file::{FileVersion, LogFile, ReadRange},
};

/// A log in memory: for examples, tests and benchmarks.
#[derive(Clone, Debug)]
pub struct MemoryFile {
    version: FileVersion,
    content: Bytes,
}

impl MemoryFile {
    /// Creates a file with this content. Files of the same location are versions of one file.
    pub fn new(location: &str, content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let version = FileVersion {
            location: location.to_owned(),
            version: format!("{location} {:x}", xxh3_64(&content)),
            size: content.len() as u64,
            inode: None,
        };
        Self { version, content }
    }
}

impl LogFile for MemoryFile {
    fn version(&self) -> &FileVersion {
        &self.version
    }

    fn open(&self) -> BoxFuture<'_, Result<Arc<dyn ReadRange>, ReadError>> {
        let opened: Arc<dyn ReadRange> = Arc::new(self.clone());
        ready(Ok(opened)).boxed()
    }
}

impl ReadRange for MemoryFile {
    fn version(&self) -> &FileVersion {
        &self.version
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        let start = offset as usize;
        let bytes = self
            .content
            .get(start..start + buffer.len())
            .ok_or("the range is outside the file")?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}
