//! The local files that a response was made from, and whether they are unchanged.

use std::{
    cell::RefCell,
    fs::{self, Metadata},
    io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use runlens_api_types::Timestamp;

/// Maximum number of files that a cacheable response depends on: every cache hit stats all of them.
const MAX_RECORDS: usize = 64;

/// Minimum age at which a file's stamp identifies its content. The clock of a file system may have ticks of
/// this length, and a second change within one tick would not change the stamp.
const MIN_AGE_SECS: i64 = 2;

tokio::task_local! {
    /// The stats taken for the current response. `None` once it must not be cached.
    static RECORDS: RefCell<Option<Vec<StatRecord>>>;
}

/// The state of each local file and directory that a response depends on, including paths where nothing
/// exists.
#[derive(Clone, Debug)]
pub struct FileDependencies(Vec<StatRecord>);

#[derive(Clone, Debug)]
struct StatRecord {
    path: Box<Path>,
    /// `None` if nothing existed at the path.
    stamp: Option<FileStamp>,
}

impl FileDependencies {
    /// Runs `f` and records the files it stats. `None` if the result must not be cached: it read a bucket,
    /// more than [`MAX_RECORDS`] files or a file modified in the last [`MIN_AGE_SECS`], or called
    /// [`mark_uncacheable`].
    ///
    /// Files found or listed in a task spawned by `f` are not recorded.
    pub async fn collect<F: Future>(requested_at: Timestamp, f: F) -> (F::Output, Option<Self>) {
        let recorded = async { (f.await, RECORDS.with(RefCell::take)) };
        let (output, records) = RECORDS.scope(RefCell::new(Some(Vec::new())), recorded).await;
        // Compared with the time of the request, because every stat happens later.
        let is_old_enough = |record: &StatRecord| {
            record
                .stamp
                .is_none_or(|stamp| stamp.last_change_secs() < requested_at.unix() - MIN_AGE_SECS)
        };
        (
            output,
            records
                .filter(|records| records.iter().all(is_old_enough))
                .map(Self),
        )
    }

    /// Stats all files again and returns whether none has changed. Runs on the calling thread: a few stats of
    /// a microsecond each are cheaper than switching to another thread.
    pub fn is_fresh(&self) -> bool {
        self.0.iter().all(|record| match FileStamp::at(&record.path) {
            Ok(found) => found.map(|(stamp, _)| stamp) == record.stamp,
            Err(_) => false,
        })
    }

    /// Returns the approximate memory use in bytes.
    pub fn memory_bytes(&self) -> usize {
        self.0
            .iter()
            .map(|record| size_of::<StatRecord>() + record.path.as_os_str().len())
            .sum()
    }
}

/// Excludes the current response from caching, because it depends on something other than the database and
/// local files, such as the time or a job in progress. Does nothing outside [`FileDependencies::collect`].
pub fn mark_uncacheable() {
    update_records(|records| *records = None);
}

/// Records the stamp of a path, taken before anything was read there, so that a later change is detected.
pub(super) fn record(path: &Path, stamp: Option<FileStamp>) {
    update_records(|records| match records {
        Some(list) if list.len() < MAX_RECORDS => list.push(StatRecord {
            path: path.into(),
            stamp,
        }),
        _ => *records = None,
    });
}

fn update_records(update: impl FnOnce(&mut Option<Vec<StatRecord>>)) {
    // Fails outside `FileDependencies::collect`, where nothing is recorded.
    let _ = RECORDS.try_with(|records| update(&mut records.borrow_mut()));
}

/// Metadata that changes whenever a file or directory changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileStamp {
    size_bytes: u64,
    modified: Option<SystemTime>,
    inode: Inode,
}

impl FileStamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size_bytes: metadata.len(),
            modified: metadata.modified().ok(),
            inode: Inode::of(metadata),
        }
    }

    /// Stats a path, following links. `None` if nothing exists there.
    pub(super) fn at(path: &Path) -> io::Result<Option<(Self, Metadata)>> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some((Self::of(&metadata), metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// Returns the modification time in seconds since 1970, 0 for anything earlier. `None` if the file system
    /// has none.
    pub(super) fn modified_secs(&self) -> Option<i64> {
        let since = self.modified?.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).ok()
    }

    /// Returns the device and inode numbers.
    pub(super) fn inode(&self) -> (u64, u64) {
        (self.inode.device, self.inode.number)
    }

    /// Returns the time of the last change in seconds since 1970. Without a modification time, the file
    /// always counts as just changed.
    fn last_change_secs(&self) -> i64 {
        self.modified_secs().unwrap_or(i64::MAX).max(self.inode.changed.0)
    }
}

/// Formats an entity tag that is unique to this state of the file.
impl std::fmt::Display for FileStamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let modified = self
            .modified
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .unwrap_or_default()
            .as_nanos();
        let Inode {
            device,
            number,
            changed: (seconds, nanoseconds),
        } = self.inode;
        write!(
            f,
            "{device:x}-{number:x}-{seconds:x}.{nanoseconds:x}-{modified:x}-{:x}",
            self.size_bytes
        )
    }
}

/// Detects a file that was replaced by another with the same size and modification time. Unlike the
/// modification time, a program cannot set the change time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Inode {
    device: u64,
    number: u64,
    /// Change time: seconds and nanoseconds since 1970.
    changed: (i64, i64),
}

impl Inode {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            device: metadata.dev(),
            number: metadata.ino(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self::default()
    }
}
