//! What local files looked like while an answer was made, and whether they still do.

use std::{
    cell::RefCell,
    fs::{self, Metadata},
    io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use runlens_api_types::Timestamp;

/// How many looks an answer that is kept may rest on: each is taken again with every request.
const MAX_LOOKS: usize = 64;

/// Seconds without a change after which a file's stamp tells its content. A file system's clock may tick no oftener than this, and
/// of two changes within one tick the second leaves the stamp as the first did.
const SETTLED_AFTER: i64 = 2;

tokio::task_local! {
    /// What the answer under way rests on; nothing where it is not to be kept.
    static LOOKS: RefCell<Option<Vec<Look>>>;
}

/// What an answer rests on besides the database: how each local file and directory looked that was asked for, those included that
/// were not there.
#[derive(Clone, Debug)]
pub struct Evidence(Vec<Look>);

#[derive(Clone, Debug)]
struct Look {
    path: Box<Path>,
    /// None where there was nothing.
    stamp: Option<Stamp>,
}

impl Evidence {
    /// Makes an answer to what was asked at `asked_at`, with what it rests on; without, where it is not to be kept: it has asked a store
    /// that is not local, it has looked at too much, or at what has changed a moment ago, or [`not_to_be_kept`] was called.
    ///
    /// Looks that a task or thread of its own takes go unnoticed: whatever finds or lists files for the answer has to do so in
    /// `answer` itself.
    pub async fn of<F: Future>(asked_at: Timestamp, answer: F) -> (F::Output, Option<Self>) {
        let observed = async { (answer.await, LOOKS.with(RefCell::take)) };
        let (output, looks) = LOOKS.scope(RefCell::new(Some(Vec::new())), observed).await;
        // All looks are later than the question: what had settled by then has settled.
        let is_settled = |look: &Look| {
            look.stamp
                .is_none_or(|stamp| stamp.last_change() < asked_at.unix() - SETTLED_AFTER)
        };
        (
            output,
            looks.filter(|looks| looks.iter().all(is_settled)).map(Self),
        )
    }

    /// Looks again, at the latest state of each: whether all are as they were. Asked on the thread that waits for it, since handing
    /// some few questions that take a microsecond each to another thread would take longer than they do.
    pub fn still_holds(&self) -> bool {
        self.0.iter().all(|look| match Stamp::at(&look.path) {
            Ok(stamp) => stamp.map(|(stamp, _)| stamp) == look.stamp,
            Err(_) => false,
        })
    }

    /// About how many bytes of memory it takes.
    pub fn weight(&self) -> usize {
        self.0
            .iter()
            .map(|look| size_of::<Look>() + look.path.as_os_str().len())
            .sum()
    }
}

/// Says that the answer under way rests on what no look at local files tells, such as the time, or work that goes on. Outside
/// [`Evidence::of`] it means nothing.
pub fn not_to_be_kept() {
    change(|looks| *looks = None);
}

/// Notes how a path looked, before anything was read there: what changes after that is seen by the next look.
pub(super) fn note(path: &Path, stamp: Option<Stamp>) {
    change(|looks| match looks {
        Some(noted) if noted.len() < MAX_LOOKS => noted.push(Look {
            path: path.into(),
            stamp,
        }),
        _ => *looks = None,
    });
}

fn change(change: impl FnOnce(&mut Option<Vec<Look>>)) {
    // Outside an answer that may be kept there is nobody to tell.
    let _ = LOOKS.try_with(|looks| change(&mut looks.borrow_mut()));
}

/// What tells one state of a file or directory from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    identity: Identity,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            identity: Identity::of(metadata),
        }
    }

    /// What is at a path, links followed; none where nothing is.
    pub(super) fn at(path: &Path) -> io::Result<Option<(Self, Metadata)>> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Some((Self::of(&metadata), metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Seconds since 1970, before which there is nothing; none where the file system does not tell.
    pub(super) fn modified(&self) -> Option<i64> {
        let since = self.modified?.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).ok()
    }

    /// Whether both are of one file, in different states perhaps.
    pub(super) fn is_of_same_file(&self, other: &Self) -> bool {
        (self.identity.device, self.identity.inode) == (other.identity.device, other.identity.inode)
    }

    /// Seconds since 1970: a moment ago for ever, where the file system does not tell.
    fn last_change(&self) -> i64 {
        self.modified().unwrap_or(i64::MAX).max(self.identity.changed.0)
    }
}

/// Writes it so that no other state of the file is written alike.
impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let modified = self
            .modified
            .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
            .unwrap_or_default()
            .as_nanos();
        let Identity {
            device,
            inode,
            changed: (seconds, nanoseconds),
        } = self.identity;
        write!(
            f,
            "{device:x}-{inode:x}-{seconds:x}.{nanoseconds:x}-{modified:x}-{:x}",
            self.size
        )
    }
}

/// What a file has that is put in the place of another, and that no program can set as it can the time of modification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
    /// Seconds and nanoseconds.
    changed: (i64, i64),
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self::default()
    }
}
