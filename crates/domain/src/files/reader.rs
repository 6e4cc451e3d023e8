//! Reads an open file at arbitrary offsets, from threads that may block.

use std::{fs::File, io, ops::Range, os::unix::fs::FileExt as _, sync::Arc};

use bytes::Bytes;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Handle;

use super::{Content, FoundFile, local, store_error};
use crate::error::Result;

/// An open file. After a local file is replaced, reads still return the old file; appended data is visible.
/// Reading a replaced object in a bucket is an error.
#[derive(Debug)]
pub(crate) struct FileReader {
    file: FoundFile,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Local(File),
    /// Read by requests that run on the runtime while the calling thread blocks.
    Bucket(Arc<dyn ObjectStore>, Handle),
}

impl FoundFile {
    /// Opens the file in its current state.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files), also if the file no longer exists.
    pub(crate) async fn reader(&self) -> Result<FileReader> {
        Ok(match &self.content {
            Content::Local(path, _) => {
                let (file, local) = local::open(path.clone())
                    .await
                    .map_err(|error| match error.kind() {
                        io::ErrorKind::NotFound => object_store::Error::NotFound {
                            path: self.path.to_string(),
                            source: error.into(),
                        },
                        _ => store_error(self.store, error),
                    })?;
                FileReader {
                    file: Self::local(self.store, self.path.clone(), local),
                    source: Source::Local(file),
                }
            }
            Content::Object { objects, signer } => {
                let meta = objects.head(&self.path).await?;
                let file = Self::object(self.store, objects.clone(), signer.clone(), meta);
                FileReader {
                    file,
                    source: Source::Bucket(objects.clone(), Handle::current()),
                }
            }
        })
    }

    /// Returns the store and path, which identify the file among all stores, regardless of its content.
    pub(crate) fn location(&self) -> String {
        format!("{}/{}", self.store, self.path)
    }
}

impl FileReader {
    /// Returns the file's state when it was opened.
    pub(crate) fn file(&self) -> &FoundFile {
        &self.file
    }

    /// Whether the file can grow in place. Objects in a bucket are only replaced as a whole.
    pub(crate) fn can_grow(&self) -> bool {
        matches!(self.source, Source::Local(_))
    }

    /// Fills `buffer` with the bytes at `offset`. Blocks the thread.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files), also if the file ends earlier.
    pub(crate) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match &self.source {
            Source::Local(file) => Ok(file
                .read_exact_at(buffer, offset)
                .map_err(|error| store_error(self.file.store, error))?),
            Source::Bucket(objects, runtime) => {
                let bytes = runtime.block_on(self.request(objects, offset..offset + buffer.len() as u64))?;
                buffer.copy_from_slice(&bytes);
                Ok(())
            }
        }
    }

    /// Reads a range of the file. Blocks the thread.
    ///
    /// # Errors
    /// Those of [`Self::read_at`].
    pub(crate) fn read(&self, range: Range<u64>) -> Result<Bytes> {
        match &self.source {
            Source::Local(_) => {
                let mut buffer = vec![0; (range.end - range.start) as usize];
                self.read_at(range.start, &mut buffer)?;
                Ok(buffer.into())
            }
            Source::Bucket(objects, runtime) => runtime.block_on(self.request(objects, range)),
        }
    }

    async fn request(&self, objects: &Arc<dyn ObjectStore>, range: Range<u64>) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let (file, length) = (&self.file, range.end - range.start);
        let response = objects
            .get_opts(&file.path, GetOptions::new().with_range(Some(range)))
            .await?;
        let is_replaced = response
            .meta
            .e_tag
            .as_ref()
            .is_some_and(|e_tag| *e_tag != file.e_tag);
        let bytes = if is_replaced {
            Bytes::new()
        } else {
            response.bytes().await?
        };
        if bytes.len() as u64 != length {
            let change = if is_replaced { "replaced" } else { "truncated" };
            let source = io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("{} was {change} during the read", file.path),
            );
            return Err(store_error(file.store, source).into());
        }
        Ok(bytes)
    }
}
