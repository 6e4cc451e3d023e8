//! A version of the database's content that changes with every write. A cached result is valid for one
//! version.

use std::{
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use sea_orm::sqlx::{self, ConnectOptions as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::Mutex;

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

/// Runs a request that reads the data version at most once, so that all its cached results have the same
/// version, which is at least as new as the request.
pub async fn with_pinned_data_version<F: Future>(request: F) -> F::Output {
    PINNED.scope(Cell::new(None), request).await
}

/// A dedicated connection that reads SQLite's `data_version`, which changes with every commit of another
/// connection or process. This connection never writes, so no commit is missed.
///
/// One probe takes 10 to 20 µs, because the connection runs on its own thread. Concurrent requests share
/// probes: a request takes the result of any probe that started after the request did. See
/// `docs/decisions/0001-sql-access.md`.
pub(super) struct DataVersionProbe {
    options: SqliteConnectOptions,
    /// Number of probes that were started.
    started: AtomicU64,
    state: Mutex<ProbeState>,
}

#[derive(Default)]
struct ProbeState {
    connection: Option<SqliteConnection>,
    connection_count: u64,
    /// The last finished probe: its number, from 1, and its result.
    last: (u64, Option<DataVersion>),
}

impl DataVersionProbe {
    /// Returns `None` for an in-memory database, which a second connection cannot see.
    pub(super) fn new(url: &str) -> Option<Self> {
        let options: SqliteConnectOptions = url.parse().ok().filter(|_| !url.contains(":memory:"))?;
        Some(Self {
            options: options
                .create_if_missing(false)
                .busy_timeout(Duration::from_millis(50))
                .disable_statement_logging(),
            started: AtomicU64::new(0),
            state: Mutex::default(),
        })
    }

    async fn version(&self) -> Option<DataVersion> {
        let started_before = self.started.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        let (last_probe, version) = state.last;
        if last_probe > started_before {
            return version;
        }
        let probe = self.started.fetch_add(1, Ordering::AcqRel) + 1;
        let version = match self.read(&mut state).await {
            Ok(version) => Some(version),
            Err(error) => {
                tracing::warn!(%error, "data version probe failed, caching disabled");
                // The next probe opens another connection.
                state.connection = None;
                None
            }
        };
        state.last = (probe, version);
        version
    }

    async fn read(&self, state: &mut ProbeState) -> sqlx::Result<DataVersion> {
        let connection = match &mut state.connection {
            Some(connection) => connection,
            empty => {
                let connection = self.options.connect().await?;
                state.connection_count += 1;
                empty.insert(connection)
            }
        };
        let row = sqlx::query("PRAGMA data_version").fetch_one(connection).await?;
        Ok(DataVersion {
            connection: state.connection_count,
            changes: row.try_get(0)?,
        })
    }
}

impl Store {
    /// Returns the current version, or the one pinned for this request. `None` if the database has none or
    /// the probe fails.
    pub async fn data_version(&self) -> Option<DataVersion> {
        if let Ok(Some(pinned)) = PINNED.try_with(Cell::get) {
            return pinned;
        }
        let version = match &self.data_version_probe {
            Some(probe) => probe.version().await,
            None => None,
        };
        // Outside a request there is nothing to pin to.
        let _ = PINNED.try_with(|pinned| pinned.set(Some(version)));
        version
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::with_pinned_data_version;
    use crate::testing::{Backend, TestPlatform};

    #[tokio::test]
    async fn the_version_changes_only_when_the_database_is_written() {
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

    #[tokio::test]
    async fn concurrent_requests_share_probes() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let store = test.platform.store();
        let version = store.data_version().await;
        let probe = store.data_version_probe.as_ref().expect("a probe");
        let before = probe.started.load(Ordering::Relaxed);
        let versions = futures::future::join_all((0..100).map(|_| store.data_version())).await;
        assert!(versions.iter().all(|other| *other == version));
        let probes = probe.started.load(Ordering::Relaxed) - before;
        assert!((1..=2).contains(&probes), "{probes} probes");
    }

    #[tokio::test]
    async fn a_canceled_request_leaves_the_probe_working() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let store = test.platform.store();
        let version = store.data_version().await;
        for _ in 0..20 {
            // Polled once, then dropped while the probe runs.
            let _ = futures::FutureExt::now_or_never(store.data_version());
        }
        assert_eq!(store.data_version().await, version);
    }
}
