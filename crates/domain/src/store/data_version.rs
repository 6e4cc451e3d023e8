//! Whether the database has changed since it was last asked.

use std::{
    cell::Cell,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;

use super::Store;

/// The state of a database's content: where two are equal, nothing was written in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    connection: u64,
    changes: i64,
}

tokio::task_local! {
    /// What was seen during the request under way; nothing before it was looked for.
    static SEEN: Cell<Option<Option<Version>>>;
}

/// Answers a request that looks at the version at most once: everything it reads is at least as new as the request itself.
pub async fn at_one_version<F: Future>(request: F) -> F::Output {
    SEEN.scope(Cell::new(None), request).await
}

/// A connection that SQLite tells of the commits of all others, those of other processes included. It never writes, so it
/// misses none. SQLite's number means something on one connection only, so the connection has a number too.
///
/// It is asked with every request, and answers from memory that all connections share: on the thread that asks, since handing the
/// question to another would take ten times as long as the answer.
pub(super) struct Watch {
    file: PathBuf,
    connection: Mutex<(u64, Option<Connection>)>,
}

impl Watch {
    /// None for a database that no second connection can see.
    pub(super) fn new(url: &str) -> Option<Self> {
        let options: SqliteConnectOptions = url.parse().ok().filter(|_| !url.contains(":memory:"))?;
        Some(Self {
            file: options.get_filename().to_owned(),
            connection: Mutex::default(),
        })
    }

    fn version(&self) -> rusqlite::Result<Version> {
        let mut guard = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, slot) = &mut *guard;
        let connection = match slot.take() {
            Some(connection) => connection,
            None => {
                *number += 1;
                let connection = Connection::open_with_flags(
                    &self.file,
                    OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
                )?;
                connection.busy_timeout(Duration::from_millis(50))?;
                connection
            }
        };
        // Where this fails, the connection is dropped and the next call has a new one.
        let changes = connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        *slot = Some(connection);
        Ok(Version {
            connection: *number,
            changes,
        })
    }
}

impl Store {
    /// The state of the content; none where the database cannot tell, or does not answer.
    pub fn version(&self) -> Option<Version> {
        let seen = SEEN.try_with(|seen| {
            let version = seen.get().unwrap_or_else(|| self.look());
            seen.set(Some(version));
            version
        });
        seen.unwrap_or_else(|_| self.look())
    }

    fn look(&self) -> Option<Version> {
        let version = self.watch.as_ref()?.version();
        version
            .inspect_err(|error| tracing::warn!(%error, "the database cannot be watched; nothing is kept"))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::at_one_version;
    use crate::testing::{Backend, TestPlatform};

    #[tokio::test]
    async fn a_version_lasts_until_something_is_written() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let store = test.platform.store();
        let before = store.version().expect("a version");
        assert_eq!(store.version(), Some(before));
        test.sql("INSERT INTO category (name, description) VALUES ('DVB', '')")
            .await;
        let after = store.version().expect("a version");
        assert_ne!(after, before);
        assert_eq!(store.version(), Some(after));
    }
    #[tokio::test]
    async fn a_request_stays_at_the_version_it_began_with() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let store = test.platform.store();
        let (before, during) = at_one_version(async {
            let before = store.version();
            test.sql("INSERT INTO category (name, description) VALUES ('DVB', '')")
                .await;
            (before, store.version())
        })
        .await;
        assert!(before.is_some());
        assert_eq!(before, during);
        assert_ne!(store.version(), during);
    }
}
