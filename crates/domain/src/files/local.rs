//! Files below a local directory: one trip to a thread that may wait for the disk for each question.

use std::{
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;

use super::{
    Extent, MAX_LISTED,
    file_deps::{self, Stamp},
};

/// A file as it looked.
pub(super) struct Seen {
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
}

/// What is at a path, links followed; none where there is no file.
pub(super) async fn find(path: PathBuf) -> io::Result<Option<Seen>> {
    let looked = away(move || Stamp::at(&path).map(|found| (path, found))).await;
    let (path, found) = looked.inspect_err(|_| file_deps::not_to_be_kept())?;
    file_deps::note(&path, found.as_ref().map(|(stamp, _)| *stamp));
    Ok(found
        .filter(|(_, metadata)| metadata.is_file())
        .map(|(stamp, _)| Seen { path, stamp }))
}

/// What lies right in a directory, which may be missing: the files whose names are text, links followed.
pub(super) async fn list(directory: PathBuf) -> io::Result<(Vec<(String, Seen)>, Extent)> {
    let walked = away(move || walk(&directory)).await;
    let walk = walked.inspect_err(|_| file_deps::not_to_be_kept())?;
    walk.looks
        .iter()
        .for_each(|(path, stamp)| file_deps::note(path, *stamp));
    Ok((walk.files, walk.extent))
}

struct Walk {
    files: Vec<(String, Seen)>,
    extent: Extent,
    /// The directory's first: it tells of names that come and go, the others' of what is behind the names.
    looks: Vec<(PathBuf, Option<Stamp>)>,
}

fn walk(directory: &Path) -> io::Result<Walk> {
    let found = Stamp::at(directory)?;
    let looks = vec![(directory.to_owned(), found.as_ref().map(|(stamp, _)| *stamp))];
    let mut walk = Walk {
        files: Vec::new(),
        extent: Extent::Whole,
        looks,
    };
    if !found.is_some_and(|(_, metadata)| metadata.is_dir()) {
        return Ok(walk);
    }
    for (count, entry) in fs::read_dir(directory)?.enumerate() {
        let entry = entry?;
        if count == MAX_LISTED {
            walk.extent = Extent::Part;
            break;
        }
        let (path, name) = (entry.path(), entry.file_name().into_string());
        let (Ok(name), false) = (name, entry.file_type()?.is_dir()) else {
            continue;
        };
        let found = Stamp::at(&path).unwrap_or_else(|_| {
            // Such as a link that leads to itself. Its look never holds.
            walk.extent = Extent::Part;
            None
        });
        walk.looks
            .push((path.clone(), found.as_ref().map(|(stamp, _)| *stamp)));
        if let Some((stamp, _)) = found.filter(|(_, metadata)| metadata.is_file()) {
            walk.files.push((name, Seen { path, stamp }));
        }
    }
    Ok(walk)
}

/// Opens a file, to be read at many places.
pub(super) async fn open(path: Arc<Path>) -> io::Result<(File, Seen)> {
    away(move || {
        let file = File::open(&path)?;
        let stamp = Stamp::of(&file.metadata()?);
        Ok((
            file,
            Seen {
                path: path.to_path_buf(),
                stamp,
            },
        ))
    })
    .await
}

/// Reads `length` bytes from `start` on; fewer where the file ends.
pub(super) async fn read(path: Arc<Path>, start: u64, length: u64) -> io::Result<Bytes> {
    away(move || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
        file.take(length).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    })
    .await
}

async fn away<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}
