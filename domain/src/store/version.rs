//! Whether the database has changed since it was last asked.

use std::str::FromStr;

use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::Mutex;

use super::Store;

/// The state of a database's content: where two are equal, nothing was written in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Version {
    connection: u64,
    changes: i64,
}

/// A connection that SQLite tells of the commits of all others, those of other processes included. It never writes, so it
/// misses none. SQLite's number means something on one connection only, so the connection has a number too.
pub(super) struct Watch {
    options: SqliteConnectOptions,
    connection: Mutex<(u64, Option<SqliteConnection>)>,
}

impl Watch {
    /// None for a database that no second connection can see.
    pub(super) fn new(url: &str) -> Option<Self> {
        let options = SqliteConnectOptions::from_str(url).ok().filter(|_| !url.contains(":memory:"))?.disable_statement_logging();
        Some(Self { options, connection: Mutex::new((0, None)) })
    }

    async fn version(&self) -> Result<Version, sqlx::Error> {
        let mut guard = self.connection.lock().await;
        let (number, slot) = &mut *guard;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => {
                *number += 1;
                SqliteConnection::connect_with(&self.options).await?
            }
        };
        // Where this fails, or nobody waits for it any more, the connection is dropped and the next call has a new one.
        let changes = sqlx::query_scalar("PRAGMA data_version").fetch_one(&mut connection).await?;
        *slot = Some(connection);
        Ok(Version { connection: *number, changes })
    }
}

impl Store {
    /// The state of the content; none where the database cannot tell, or does not answer.
    pub(crate) async fn version(&self) -> Option<Version> {
        let version = self.watch.as_ref()?.version().await;
        version.inspect_err(|error| tracing::warn!(%error, "the database cannot be watched; nothing is kept")).ok()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Backend, TestPlatform};

    #[tokio::test]
    async fn a_version_lasts_until_something_is_written() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let store = test.platform.store();
        let before = store.version().await.expect("a version");
        assert_eq!(store.version().await, Some(before));
        test.sql("INSERT INTO category (name, description) VALUES ('DVB', '')").await;
        let after = store.version().await.expect("a version");
        assert_ne!(after, before);
        assert_eq!(store.version().await, Some(after));
    }
}
