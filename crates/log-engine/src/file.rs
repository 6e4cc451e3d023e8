//! Traits that a file store implements for the engine.

use std::{fmt::Debug, ops::Range, sync::Arc};

use bytes::Bytes;
use futures::future::BoxFuture;

use crate::error::ReadError;

/// One version of the content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileVersion {
    /// Identifies the file among all files of all stores, whatever its content.
    pub location: String,
    /// Identifies this content among all versions of the file.
    pub version: String,
    /// Size in bytes.
    pub size: u64,
    /// Identity of a file that can grow in place, such as device and inode. It differs between a file and its
    /// replacement. `None` if the store always replaces files as a whole.
    pub inode: Option<(u64, u64)>,
}

impl FileVersion {
    /// Returns whether the file can be appended to in place.
    pub(crate) fn can_grow(&self) -> bool {
        self.inode.is_some()
    }

    /// Returns whether `other`, found at the same location, can be this file with more or less at its end. A
    /// replaced object of a bucket may still begin with the same bytes.
    pub(crate) fn may_have_grown(&self, other: &Self) -> bool {
        match (self.inode, other.inode) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        }
    }
}

/// A file that was found in a store.
pub trait LogFile: Debug + Send + Sync {
    /// Returns the version of the file at the time it was found.
    fn version(&self) -> &FileVersion;

    /// Opens the file as it is now, which can be another version.
    fn open(&self) -> BoxFuture<'_, Result<Arc<dyn ReadRange>, ReadError>>;
}

/// An open file that is read by range.
///
/// The read methods block. The engine calls them on threads of Tokio's blocking pool, once for each chunk of
/// some 64 KiB to 1 MiB. An implementation without blocking reads can hold a `tokio::runtime::Handle` and
/// call its `block_on`.
///
/// All reads have to return bytes of the version that was opened. If the file was replaced, they return an
/// error. Bytes that were appended since may be readable.
pub trait ReadRange: Debug + Send + Sync {
    /// Returns the version of the file at the time it was opened.
    fn version(&self) -> &FileVersion;

    /// Fills `buffer` with the bytes from `offset` on.
    ///
    /// # Errors
    /// If the file ends before that, was replaced, or cannot be read.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError>;

    /// Reads a range of the file.
    ///
    /// # Errors
    /// See [`Self::read_at`].
    fn read(&self, range: Range<u64>) -> Result<Bytes, ReadError> {
        let mut buffer = vec![0; (range.end - range.start) as usize];
        self.read_at(range.start, &mut buffer)?;
        Ok(buffer.into())
    }
}
