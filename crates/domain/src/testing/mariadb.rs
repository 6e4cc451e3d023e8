//! One MariaDB database per test, dropped when the test ends.

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbErr};

use super::TestServer;
use crate::store::Store;

/// How long dropping a database waits for transactions that a test left open.
const DROP_LOCK_WAIT_SECS: u64 = 5;

/// A database with the platform's tables on the server that `RUNLENS_TEST_MARIADB_URL` names.
pub(super) struct MariaDbDatabase {
    server_url: String,
    name: String,
}

impl MariaDbDatabase {
    /// Returns `None` if no server is configured.
    ///
    /// # Panics
    /// If the server cannot be reached or refuses a statement.
    pub(super) async fn create() -> Option<Self> {
        let server_url = TestServer::MariaDb.locate()?;
        let database = Self {
            server_url,
            name: format!("runlens_{}", hex::encode(crate::clock::random_bytes::<8>())),
        };
        database
            .execute(&[&format!(
                "CREATE DATABASE {} CHARACTER SET utf8mb4",
                database.name
            )])
            .await
            .expect("the test's MariaDB creates a database");
        let store = Store::open(&database.url()).await.expect("a MariaDB address");
        store
            .db()
            .execute_unprepared(include_str!("platform-schema.sql"))
            .await
            .expect("MariaDB accepts the platform's schema");
        Some(database)
    }

    pub(super) fn url(&self) -> String {
        format!("{}/{}", self.server_url, self.name)
    }

    /// Executes statements on one connection outside the test's database.
    async fn execute(&self, statements: &[&str]) -> Result<(), DbErr> {
        let mut options = ConnectOptions::new(format!("{}/mysql", self.server_url));
        options.max_connections(1).sqlx_logging(false);
        let connection = Database::connect(options).await?;
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }
        connection.close().await
    }
}

impl Drop for MariaDbDatabase {
    fn drop(&mut self) {
        let lock_wait = format!("SET SESSION lock_wait_timeout = {DROP_LOCK_WAIT_SECS}");
        let drop_database = format!("DROP DATABASE {}", self.name);
        // A thread with a runtime of its own, because the test's runtime cannot be waited on from here.
        let dropped = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .expect("a runtime");
                    runtime.block_on(self.execute(&[&lock_wait, &drop_database]))
                })
                .join()
        });
        // A failing test must keep its own message.
        if !std::thread::panicking() {
            dropped
                .expect("the thread that drops the test's database")
                .unwrap_or_else(|error| panic!("{drop_database}: {error}"));
        }
    }
}
