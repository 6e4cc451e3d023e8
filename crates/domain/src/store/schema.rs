//! What the database really has: for telling that it is of another version.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Iterable, Statement, sea_query::Iden};

use super::{Store, entity};

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
    /// Asks the database for nothing but an answer.
    pub(crate) async fn ping(&self) -> Result<(), DbErr> {
        self.db.execute_unprepared("SELECT 1").await.map(|_| ())
    }

    /// The columns of each table there is.
    pub(crate) async fn columns(&self) -> Result<HashMap<String, HashSet<String>>, DbErr> {
        let sql = if self.is_embedded() {
            "SELECT m.name AS table_name, c.name AS column_name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        } else {
            // Cast: the names come as VARCHAR or as VARBINARY, by version.
            "SELECT CAST(TABLE_NAME AS CHAR) AS table_name, CAST(COLUMN_NAME AS CHAR) AS column_name
             FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
        };
        let rows = ColumnRow::find_by_statement(Statement::from_string(self.db.get_database_backend(), sql))
            .all(&self.db)
            .await?;
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

/// The tables that Runlens reads.
pub(crate) fn tables() -> Vec<Table> {
    macro_rules! tables {
        ($($module:ident),+ $(,)?) => { vec![$(table::<entity::$module::Entity>()),+] };
    }
    tables![
        api_token,
        category,
        customized_test,
        fork,
        general_data,
        regression_test,
        regression_test_category,
        regression_test_output,
        regression_test_output_files,
        sample,
        test,
        test_fork,
        test_progress,
        test_result,
        test_result_file,
        user,
    ]
}

fn table<E: EntityTrait>() -> Table {
    Table {
        name: E::default().table_name().to_owned(),
        columns: E::Column::iter()
            .map(|column| column.unquoted().to_owned())
            .collect(),
    }
}
