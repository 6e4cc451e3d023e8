//! Reads a file at many places: opened once, by threads that may wait.

use std::{fs::File, io, ops::Range, os::unix::fs::FileExt as _, sync::Arc};

use bytes::Bytes;
use object_store::{GetOptions, ObjectStore, ObjectStoreExt as _};
use tokio::runtime::Handle;

use super::{Content, FoundFile, failed, local};
use crate::error::Result;

/// An open file. What is put in the place of a local file meanwhile is not seen, and of any other it is an error; what is appended to a
/// local file is seen.
#[derive(Debug)]
pub(crate) struct FileReader {
    file: FoundFile,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Local(File),
    /// Read by requests, which the runtime makes while the thread waits.
    Requests(Arc<dyn ObjectStore>, Handle),
}

impl FoundFile {
    /// Opens the file as it is now.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files), also where it has gone.
    pub(crate) async fn reader(&self) -> Result<FileReader> {
        Ok(match &self.content {
            Content::Local(path, _) => {
                let (file, seen) = local::open(path.clone())
                    .await
                    .map_err(|error| match error.kind() {
                        io::ErrorKind::NotFound => object_store::Error::NotFound {
                            path: self.path.to_string(),
                            source: error.into(),
                        },
                        _ => failed(self.store, error),
                    })?;
                FileReader {
                    file: Self::local(self.store, self.path.clone(), seen),
                    source: Source::Local(file),
                }
            }
            Content::Object { objects, signer } => {
                let meta = objects.head(&self.path).await?;
                let file = Self::object(self.store, objects.clone(), signer.clone(), meta);
                FileReader {
                    file,
                    source: Source::Requests(objects.clone(), Handle::current()),
                }
            }
        })
    }

    /// Names this file, whatever is in it, among all files of all stores.
    pub(crate) fn place(&self) -> String {
        format!("{}/{}", self.store, self.path)
    }
}

impl FileReader {
    /// The file as it was when it was opened.
    pub(crate) fn file(&self) -> &FoundFile {
        &self.file
    }

    /// Whether a file that has grown is still the same one: objects in a bucket are replaced as a whole.
    pub(crate) fn can_grow(&self) -> bool {
        matches!(self.source, Source::Local(_))
    }

    /// Fills a buffer with what lies at `offset`. It waits: on a thread for that only.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files), also where the file ends earlier.
    pub(crate) fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match &self.source {
            Source::Local(file) => Ok(file
                .read_exact_at(buffer, offset)
                .map_err(|error| failed(self.file.store, error))?),
            Source::Requests(objects, runtime) => {
                let bytes = runtime.block_on(self.request(objects, offset..offset + buffer.len() as u64))?;
                buffer.copy_from_slice(&bytes);
                Ok(())
            }
        }
    }

    /// Reads a part of the file. It waits: on a thread for that only.
    ///
    /// # Errors
    /// As [`Self::read_at`].
    pub(crate) fn read(&self, range: Range<u64>) -> Result<Bytes> {
        match &self.source {
            Source::Local(_) => {
                let mut buffer = vec![0; (range.end - range.start) as usize];
                self.read_at(range.start, &mut buffer)?;
                Ok(buffer.into())
            }
            Source::Requests(objects, runtime) => runtime.block_on(self.request(objects, range)),
        }
    }

    async fn request(&self, objects: &Arc<dyn ObjectStore>, range: Range<u64>) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let (file, length) = (&self.file, range.end - range.start);
        let answer = objects
            .get_opts(&file.path, GetOptions::new().with_range(Some(range)))
            .await?;
        let is_other = answer
            .meta
            .e_tag
            .as_ref()
            .is_some_and(|e_tag| *e_tag != file.e_tag);
        let bytes = if is_other {
            Bytes::new()
        } else {
            answer.bytes().await?
        };
        if bytes.len() as u64 != length {
            let what = if is_other { "replaced" } else { "cut" };
            let source = io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("{} was {what} while it was read", file.path),
            );
            return Err(failed(file.store, source).into());
        }
        Ok(bytes)
    }
}
