//! A number that changes with every write to the database: what cached results are valid for.

use std::{
    cell::Cell,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};
use sea_orm::sqlx::sqlite::SqliteConnectOptions;

use super::Store;

/// The state of the database's content: nothing was written between two equal versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataVersion {
    /// SQLite's numbers are only comparable within one connection.
    connection: u64,
    changes: i64,
}

tokio::task_local! {
    /// The version that the current request works with, once it has been read.
    static PINNED: Cell<Option<Option<DataVersion>>>;
}

/// Runs a request that reads the data version at most once: everything it returns is at least as new as the request.
pub async fn with_pinned_data_version<F: Future>(request: F) -> F::Output {
    PINNED.scope(Cell::new(None), request).await
}

/// A connection of its own that reads SQLite's `data_version`, which counts commits of all other connections and processes.
/// It never writes, so it misses none.
///
/// It answers from shared memory, on the calling thread: handing the question to another thread would take ten times as long.
pub(super) struct DataVersionProbe {
    file: PathBuf,
    connection: Mutex<(u64, Option<Connection>)>,
}

impl DataVersionProbe {
    /// Returns `None` for an in-memory database, which a second connection cannot see.
    pub(super) fn new(url: &str) -> Option<Self> {
        let options: SqliteConnectOptions = url.parse().ok().filter(|_| !url.contains(":memory:"))?;
        Some(Self {
            file: options.get_filename().to_owned(),
            connection: Mutex::default(),
        })
    }

    fn read(&self) -> rusqlite::Result<DataVersion> {
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
        // If this fails, the connection is dropped and the next call opens another.
        let changes = connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        *slot = Some(connection);
        Ok(DataVersion {
            connection: *number,
            changes,
        })
    }
}

impl Store {
    /// Returns the current version, or the one pinned for this request. `None` if the database has none or the probe fails.
    pub async fn data_version(&self) -> Option<DataVersion> {
        if let Ok(Some(pinned)) = PINNED.try_with(Cell::get) {
            return pinned;
        }
        let version = self.probe_data_version().await;
        // Outside a request there is nothing to pin to.
        let _ = PINNED.try_with(|pinned| pinned.set(Some(version)));
        version
    }

    async fn probe_data_version(&self) -> Option<DataVersion> {
        let version = self.data_version_probe.as_ref()?.read();
        version
            .inspect_err(|error| tracing::warn!(%error, "data version probe failed, caching disabled"))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::with_pinned_data_version;
    use crate::testing::{Backend, TestPlatform};

    #[tokio::test]
    async fn a_version_changes_with_every_write_only() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let store = test.platform.store();
        let before = store.data_version().await.expect("a version");
        assert_eq!(store.data_version().await, Some(before));
        test.sql("INSERT INTO category (name, description) VALUES ('DVB', '')")
            .await;
        let after = store.data_version().await.expect("a version");
        assert_ne!(after, before);
        assert_eq!(store.data_version().await, Some(after));
    }

    #[tokio::test]
    async fn a_request_keeps_the_version_it_started_with() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let store = test.platform.store();
        let (before, during) = with_pinned_data_version(async {
            let before = store.data_version().await;
            test.sql("INSERT INTO category (name, description) VALUES ('DVB', '')")
                .await;
            (before, store.data_version().await)
        })
        .await;
        assert!(before.is_some());
        assert_eq!(before, during);
        assert_ne!(store.data_version().await, during);
    }
}
