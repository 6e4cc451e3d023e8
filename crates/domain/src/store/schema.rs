//! The actual schema of the database, for `runlens check`.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};

use super::{Store, tables};

/// A table as Runlens reads it.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
}

#[derive(FromQueryResult)]
struct ColumnRow {
    table_name: String,
    column_name: String,
}

impl Store {
    /// Checks that the database responds.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        self.db.execute_unprepared("SELECT 1").await.map(|_| ())
    }

    /// Returns the row counts of the main tables, each with a label in the plural.
    pub(crate) async fn row_counts(&self) -> Result<Vec<(&'static str, u64)>, DbErr> {
        let mut counts = Vec::new();
        for (label, table) in [
            ("runs", "test"),
            ("regression tests", "regression_test"),
            ("samples", "sample"),
            ("categories", "category"),
            ("accounts", "user"),
        ] {
            let sql = format!("SELECT COUNT(*) AS total FROM `{table}`");
            counts.push((label, self.total(sql, Vec::new()).await?));
        }
        Ok(counts)
    }

    /// Returns the column names of every table, in lower case.
    pub(crate) async fn columns(&self) -> Result<HashMap<String, HashSet<String>>, DbErr> {
        let sql = if self.is_embedded() {
            "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        } else {
            // Without CAST, some versions return the names as VARBINARY.
            "SELECT CAST(TABLE_NAME AS CHAR) AS table_name, CAST(COLUMN_NAME AS CHAR) AS column_name
             FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
        };
        let rows: Vec<ColumnRow> = self.rows(sql.to_owned(), Vec::new()).await?;
        let mut tables: HashMap<String, HashSet<String>> = HashMap::new();
        for row in rows {
            tables
                .entry(row.table_name.to_lowercase())
                .or_default()
                .insert(row.column_name.to_lowercase());
        }
        Ok(tables)
    }
}

/// Returns the tables and columns that Runlens reads.
pub(crate) fn tables() -> Vec<Table> {
    tables::ALL
        .iter()
        .map(|(name, columns)| Table {
            name: (*name).to_owned(),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        })
        .collect()
}
