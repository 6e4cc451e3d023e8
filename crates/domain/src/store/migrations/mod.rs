//! The schema of the embedded SQLite database. The schema of MariaDB belongs to the platform and is never
//! altered.
//!
//! To change the schema, append a script to [`SCRIPTS`]; a script that has been released is never edited. The
//! number of scripts that were run is stored as `PRAGMA user_version`.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

const SCRIPTS: &[&str] = &[include_str!("0001_platform.sql")];

/// Runs the scripts that were not run on the database yet, in one transaction.
pub(super) async fn run(db: &DatabaseConnection) -> Result<(), DbErr> {
    if version(db).await? >= SCRIPTS.len() {
        return Ok(());
    }
    // Locks the database: if several processes start at the same time, only one runs the scripts.
    let immediate = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = db.begin_with_options(immediate).await?;
    let done = match version(&transaction).await? {
        0 if has_sea_orm_migration(&transaction).await? => 1,
        version => version,
    };
    for script in SCRIPTS.iter().skip(done) {
        transaction.execute_unprepared(script).await?;
    }
    transaction
        .execute_unprepared(&format!("PRAGMA user_version = {}", SCRIPTS.len()))
        .await?;
    transaction.commit().await
}

async fn version(db: &impl ConnectionTrait) -> Result<usize, DbErr> {
    let version = query_integer(db, "PRAGMA user_version").await?;
    usize::try_from(version).map_err(|error| DbErr::Migration(error.to_string()))
}

/// Whether the first script was run by a version of Runlens that used sea-orm-migration.
async fn has_sea_orm_migration(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    const HAS_TABLE: &str =
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'";
    const HAS_ROW: &str = "SELECT COUNT(*) FROM seaql_migrations WHERE version = 'm0001_platform'";
    Ok(query_integer(db, HAS_TABLE).await? > 0 && query_integer(db, HAS_ROW).await? > 0)
}

async fn query_integer(db: &impl ConnectionTrait, sql: &str) -> Result<i64, DbErr> {
    let row = db
        .query_one_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    row.ok_or_else(|| DbErr::RecordNotFound(sql.to_owned()))?
        .try_get_by_index(0)
}

#[cfg(test)]
mod tests {
    use sea_orm::ConnectionTrait;

    use super::{SCRIPTS, version};
    use crate::store::{
        Store,
        tables::{CategoryRow, insert_new, select},
    };

    #[tokio::test]
    async fn a_database_created_by_sea_orm_migration_keeps_its_rows() {
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", directory.path().join("old.db").display());
        let store = Store::open(&url).await.expect("a new database");
        let category = CategoryRow {
            name: Some("DVB".to_owned()),
            ..CategoryRow::default()
        };
        insert_new(store.db(), category).await.expect("inserted");
        let old_state = "PRAGMA user_version = 0;
             CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL);
             INSERT INTO seaql_migrations VALUES ('m0001_platform', 1790000000)";
        store.db().execute_unprepared(old_state).await.expect("changed");
        drop(store);

        for _ in 0..2 {
            let store = Store::open(&url).await.expect("the old database");
            assert_eq!(version(store.db()).await.expect("a version"), SCRIPTS.len());
            let categories: Vec<CategoryRow> = select(store.db(), "", Vec::new()).await.expect("rows");
            assert_eq!(categories.len(), 1);
        }
    }

    #[tokio::test]
    async fn concurrent_starts_create_the_schema_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", directory.path().join("new.db").display());
        let opened = futures::future::join_all((0..4).map(|_| Store::open(&url))).await;
        assert!(
            opened.iter().all(Result::is_ok),
            "{:?}",
            opened
                .iter()
                .filter_map(|result| result.as_ref().err())
                .collect::<Vec<_>>()
        );
    }
}
