//! Reads a file at many places: opened once, by threads that may wait.

use std::{fs::File, io, ops::Range, os::unix::fs::FileExt as _};

use bytes::Bytes;
use object_store::{GetOptions, GetResultPayload};
use tokio::runtime::Handle;

use super::{FoundFile, failed};
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
    Requests(Handle),
}

impl FoundFile {
    /// Opens the file as it is now.
    ///
    /// # Errors
    /// [`Error::Files`](crate::Error::Files), also where it has gone.
    pub(crate) async fn reader(&self) -> Result<FileReader> {
        // Local files are opened for this too; others answer what they are, and no byte of what they hold.
        let opened = self.objects.get_opts(&self.path, GetOptions { head: true, ..GetOptions::default() }).await?;
        let source = match opened.payload {
            GetResultPayload::File(file, _) => Source::Local(file),
            GetResultPayload::Stream(_) => Source::Requests(Handle::current()),
        };
        Ok(FileReader { file: Self::new(self.store, self.objects.clone(), self.signer.clone(), opened.meta), source })
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
            Source::Local(file) => Ok(file.read_exact_at(buffer, offset).map_err(|error| failed(self.file.store, error))?),
            Source::Requests(runtime) => {
                let bytes = runtime.block_on(self.request(offset..offset + buffer.len() as u64))?;
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
            Source::Requests(runtime) => runtime.block_on(self.request(range)),
        }
    }

    async fn request(&self, range: Range<u64>) -> Result<Bytes> {
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let (file, length) = (&self.file, range.end - range.start);
        let answer = file.objects.get_opts(&file.path, GetOptions::new().with_range(Some(range))).await?;
        let is_other = answer.meta.e_tag.as_ref().is_some_and(|e_tag| *e_tag != file.e_tag);
        let bytes = if is_other { Bytes::new() } else { answer.bytes().await? };
        if bytes.len() as u64 != length {
            let what = if is_other { "replaced" } else { "cut" };
            let source = io::Error::new(io::ErrorKind::UnexpectedEof, format!("{} was {what} while it was read", file.path));
            return Err(failed(file.store, source).into());
        }
        Ok(bytes)
    }
}
