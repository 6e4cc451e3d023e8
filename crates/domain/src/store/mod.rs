//! The platform's database: all SQL is here, one file per resource. The same SQL runs on SQLite, MySQL and
//! MariaDB.

pub(crate) mod accounts;
pub(crate) mod catalog;
pub(crate) mod changes;
pub(crate) mod columns;
mod comparisons;
pub mod data_version;
mod filter;
pub(crate) mod history;
pub(crate) mod live;
mod migrations;
pub(crate) mod queue;
pub(crate) mod recent;
mod result_sql;
pub(crate) mod runs;
pub(crate) mod same_failures;
pub(crate) mod schema;
pub(crate) mod search;
pub(crate) mod suite;
pub(crate) mod tables;

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DbBackend, DbErr, FromQueryResult, Statement, Value,
    sqlx::{
        Executor as _,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

/// A pool of connections to the platform's database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    data_version_probe: Option<Arc<data_version::DataVersionProbe>>,
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

impl Store {
    /// Opens a connection pool. It connects to MariaDB on first use, and again after a lost connection. An
    /// SQLite file is created if it is missing, and its schema is migrated.
    ///
    /// # Errors
    /// An invalid address, or an SQLite file that cannot be opened or migrated.
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
                        // MariaDB 10.11 rewrites EXISTS as IN, which reads whole tables and returns wrong
                        // rows when a prepared statement runs again. It also splits derived tables, which is
                        // slower here. MySQL rejects these switches, so the result is ignored.
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
                // Readers do not wait for a writer, and a power failure loses at most the latest
                // transactions.
                options
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal)
                    .busy_timeout(Duration::from_secs(3))
                    .foreign_keys(false)
            });
        let mut db = Database::connect(options).await?;
        db.set_metric_callback(|info| tracing::trace!(target: "runlens::query", elapsed = ?info.elapsed, "{}", info.statement.sql));
        if is_sqlite {
            migrations::run(&db).await?;
        }
        Ok(Self {
            db,
            data_version_probe,
        })
    }

    /// Returns the connection pool, for the demo and for tests.
    pub(crate) fn db(&self) -> &DatabaseConnection {
        &self.db
    }

    /// Whether this is the embedded SQLite database, whose schema belongs to Runlens.
    pub fn is_embedded(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Sqlite
    }

    /// Calls `observe` with the text of every query from now on.
    pub fn on_query(&mut self, observe: impl Fn(&str) + Send + Sync + 'static) {
        self.db
            .set_metric_callback(move |info| observe(&info.statement.sql));
    }

    /// Runs a query, with a value for each `?` in it.
    async fn rows<R: FromQueryResult>(&self, sql: String, values: Vec<Value>) -> Result<Vec<R>, DbErr> {
        R::find_by_statement(Statement::from_sql_and_values(
            self.db.get_database_backend(),
            sql,
            values,
        ))
        .all(&self.db)
        .await
    }

    /// Runs a query that returns a count named `total`.
    async fn total(&self, sql: String, values: Vec<Value>) -> Result<u64, DbErr> {
        Ok(self
            .rows::<Total>(sql, values)
            .await?
            .pop()
            .map_or(0, |row| row.total.unsigned_abs()))
    }

    /// Reads rows of a table; `clauses` starts with `WHERE` or `ORDER BY`.
    async fn select<T: tables::Table>(&self, clauses: &str, values: Vec<Value>) -> Result<Vec<T>, DbErr> {
        tables::select(&self.db, clauses, values).await
    }
}
