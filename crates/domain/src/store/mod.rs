//! The database: the only SQL there is. One file a resource; the same queries on SQLite and MariaDB.

pub(crate) mod accounts;
pub(crate) mod catalog;
pub(crate) mod columns;
mod comparisons;
pub mod data_version;
pub mod entity;
mod filter;
pub(crate) mod history;
pub(crate) mod live;
pub mod migration;
pub(crate) mod queue;
pub(crate) mod recent;
pub(crate) mod runs;
pub(crate) mod same_failures;
pub(crate) mod schema;
pub(crate) mod search;
pub(crate) mod suite;

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, sqlx::Executor as _};
use sea_orm_migration::MigratorTrait;

/// A pool of connections to the platform's database.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    data_version_probe: Option<Arc<data_version::DataVersionProbe>>,
}

impl Store {
    /// Prepares a pool. MariaDB is connected to when it is first asked, and again after it was lost; an SQLite file is
    /// made where there is none, and brought to the newest schema.
    ///
    /// # Errors
    /// An address that is none, or an SQLite file that cannot be opened or migrated.
    pub async fn open(url: &str) -> Result<Self, DbErr> {
        let is_sqlite = url.starts_with("sqlite:");
        let url = if is_sqlite && !url.contains('?') && !url.contains(":memory:") {
            format!("{url}?mode=rwc")
        } else {
            url.to_owned()
        };
        let data_version_probe = if is_sqlite {
            data_version::DataVersionProbe::new(&url).map(Arc::new)
        } else {
            None
        };
        let mut options = ConnectOptions::new(url);
        options
            .max_connections(if is_sqlite { 4 } else { 10 })
            .acquire_timeout(Duration::from_secs(3))
            .connect_timeout(Duration::from_secs(3))
            .connect_lazy(!is_sqlite)
            .sqlx_logging(false)
            .map_sqlx_mysql_pool_opts(|pool| {
                pool.after_connect(|connection, _| {
                    Box::pin(async move {
                        // MariaDB rewrites EXISTS as IN: that reads whole tables, and answers wrongly when a prepared statement is
                        // run again (seen with 10.11). It reads a derived table row by row where it could read it once. MySQL has no
                        // such switches and says so.
                        let _ = connection
                            .execute(
                                "SET SESSION optimizer_switch = 'exists_to_in=off,split_materialized=off'",
                            )
                            .await;
                        Ok(())
                    })
                })
            })
            .map_sqlx_sqlite_opts(|options| {
                // Readers do not wait for a writer, and a power cut costs at most the last transaction.
                options
                    .journal_mode(sea_orm::sqlx::sqlite::SqliteJournalMode::Wal)
                    .synchronous(sea_orm::sqlx::sqlite::SqliteSynchronous::Normal)
                    .busy_timeout(Duration::from_secs(3))
                    .foreign_keys(false)
            });
        let mut db = Database::connect(options).await?;
        db.set_metric_callback(|info| tracing::trace!(target: "runlens::query", elapsed = ?info.elapsed, "{}", info.statement.sql));
        if is_sqlite {
            migration::Migrator::up(&db, None).await?;
        }
        Ok(Self {
            db,
            data_version_probe,
        })
    }

    /// The pool.
    pub fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Whether this is the embedded SQLite, whose schema is ours.
    pub fn is_embedded(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Sqlite
    }

    /// Calls `observe` with the text of every query from now on.
    pub fn on_query(&mut self, observe: impl Fn(&str) + Send + Sync + 'static) {
        self.db
            .set_metric_callback(move |info| observe(&info.statement.sql));
    }
}
