//! A local file that grows and is replaced while it is read.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use futures::future::{BoxFuture, FutureExt as _, ready};
use tempfile::TempDir;

use crate::{FileVersion, LogFile, ReadError, ReadRange};

pub(super) struct GrowingFile {
    directory: TempDir,
    file: File,
}

impl GrowingFile {
    pub(super) fn new(content: &[u8]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("log");
        fs::write(&path, content).expect("written");
        let file = OpenOptions::new().append(true).open(path).expect("a file");
        Self { directory, file }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    pub(super) fn append(&mut self, content: &[u8]) {
        self.file.write_all(content).expect("written");
    }

    pub(super) fn truncate(&self, size: u64) {
        self.file.set_len(size).expect("truncated");
    }

    /// Replaces the file with another one.
    pub(super) fn replace(&self, content: &[u8]) {
        let new = self.directory.path().join("new");
        fs::write(&new, content).expect("written");
        fs::rename(new, self.path()).expect("replaced");
    }

    pub(super) fn delete(&self) {
        fs::remove_file(self.path()).expect("deleted");
    }

    pub(super) fn found(&self) -> Arc<dyn LogFile> {
        let path = self.path();
        Arc::new(FoundFile {
            version: version(&path, &File::open(&path).expect("a file")).expect("metadata"),
            path,
        })
    }
}

#[derive(Debug)]
struct FoundFile {
    path: PathBuf,
    version: FileVersion,
}

fn version(path: &Path, file: &File) -> std::io::Result<FileVersion> {
    let metadata = file.metadata()?;
    let (device, inode, size) = (metadata.dev(), metadata.ino(), metadata.size());
    let changed = (metadata.ctime(), metadata.ctime_nsec());
    Ok(FileVersion {
        location: path.display().to_string(),
        version: format!("{device} {inode} {size} {changed:?}"),
        size,
        inode: Some((device, inode)),
    })
}

impl LogFile for FoundFile {
    fn version(&self) -> &FileVersion {
        &self.version
    }

    fn open(&self) -> BoxFuture<'_, Result<Arc<dyn ReadRange>, ReadError>> {
        let open = || -> Result<Arc<dyn ReadRange>, ReadError> {
            let file = File::open(&self.path)?;
            let version = version(&self.path, &file)?;
            Ok(Arc::new(OpenFile { file, version }))
        };
        ready(open()).boxed()
    }
}

#[derive(Debug)]
struct OpenFile {
    file: File,
    version: FileVersion,
}

impl ReadRange for OpenFile {
    fn version(&self) -> &FileVersion {
        &self.version
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
        Ok(self.file.read_exact_at(buffer, offset)?)
    }
}
