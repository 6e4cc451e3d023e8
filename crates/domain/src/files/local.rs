//! Files below a local directory. Each operation is one job on a blocking thread.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;

use super::{
    Extent, MAX_LISTED,
    file_deps::{self, FileStamp},
};

/// An existing file with its state at the time of the stat.
pub(super) struct LocalFile {
    pub(super) path: PathBuf,
    pub(super) stamp: FileStamp,
}

/// Finds a file, following links. `None` if there is no file at the path.
pub(super) async fn find(path: PathBuf) -> io::Result<Option<LocalFile>> {
    let result = spawn_blocking(move || FileStamp::at(&path).map(|found| (path, found))).await;
    let (path, found) = result.inspect_err(|_| file_deps::mark_uncacheable())?;
    file_deps::record(&path, found.as_ref().map(|(stamp, _)| *stamp));
    Ok(found
        .filter(|(_, metadata)| metadata.is_file())
        .map(|(stamp, _)| LocalFile { path, stamp }))
}

/// Lists the files directly in a directory, following links. A missing directory is empty; names that are not
/// UTF-8 are skipped.
pub(super) async fn list(directory: PathBuf) -> io::Result<(Vec<(String, LocalFile)>, Extent)> {
    let result = spawn_blocking(move || read_directory(&directory)).await;
    let listing = result.inspect_err(|_| file_deps::mark_uncacheable())?;
    listing
        .stats
        .iter()
        .for_each(|(path, stamp)| file_deps::record(path, *stamp));
    Ok((listing.files, listing.extent))
}

struct DirectoryListing {
    files: Vec<(String, LocalFile)>,
    extent: Extent,
    /// Stamps of the directory, which change when an entry is added or removed, and of each entry.
    stats: Vec<(PathBuf, Option<FileStamp>)>,
}

fn read_directory(directory: &Path) -> io::Result<DirectoryListing> {
    let found = FileStamp::at(directory)?;
    let mut listing = DirectoryListing {
        files: Vec::new(),
        extent: Extent::Whole,
        stats: vec![(directory.to_owned(), found.as_ref().map(|(stamp, _)| *stamp))],
    };
    if !found.is_some_and(|(_, metadata)| metadata.is_dir()) {
        return Ok(listing);
    }
    for (count, entry) in fs::read_dir(directory)?.enumerate() {
        let entry = entry?;
        if count == MAX_LISTED {
            listing.extent = Extent::Part;
            break;
        }
        let (path, name) = (entry.path(), entry.file_name().into_string());
        let (Ok(name), false) = (name, entry.file_type()?.is_dir()) else {
            continue;
        };
        let found = FileStamp::at(&path).unwrap_or_else(|_| {
            // For example a link to itself. Recorded as missing, so the listing is never fresh while the stat
            // fails.
            listing.extent = Extent::Part;
            None
        });
        listing
            .stats
            .push((path.clone(), found.as_ref().map(|(stamp, _)| *stamp)));
        if let Some((stamp, _)) = found.filter(|(_, metadata)| metadata.is_file()) {
            listing.files.push((name, LocalFile { path, stamp }));
        }
    }
    Ok(listing)
}

/// Opens a file for reads at several offsets.
pub(super) async fn open(path: Arc<Path>) -> io::Result<(File, LocalFile)> {
    spawn_blocking(move || {
        let file = File::open(&path)?;
        let stamp = FileStamp::of(&file.metadata()?);
        Ok((
            file,
            LocalFile {
                path: path.to_path_buf(),
                stamp,
            },
        ))
    })
    .await
}

/// Reads `length` bytes from offset `start`, fewer if the file ends earlier.
pub(super) async fn read(path: Arc<Path>, start: u64, length: u64) -> io::Result<Bytes> {
    spawn_blocking(move || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    })
    .await
}

async fn spawn_blocking<T: Send + 'static>(
    job: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(job).await.map_err(io::Error::other)?
}
