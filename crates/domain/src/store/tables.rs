//! The platform's tables, column by column, and how rows of them are read and inserted.
//!
//! A column that is added to a struct here is selected, inserted, and expected by `runlens check`. Enumerated
//! columns are text, because some installations have real ENUM columns.

use sea_orm::{ConnectionTrait, DbErr, ExecResult, FromQueryResult, Statement, Value, prelude::TimeDateTime};

/// Rows per INSERT statement. SQLite accepts up to 32,766 values, and no table has more than ten columns.
const INSERT_BATCH_ROWS: usize = 1_000;

/// A row of one of the platform's tables.
pub(crate) trait Table: FromQueryResult {
    const NAME: &'static str;
    /// In the order of [`Table::values`].
    const COLUMNS: &'static [&'static str];

    fn values(self) -> Vec<Value>;
}

macro_rules! tables {
    ($($(#[$attribute:meta])* $row:ident of $table:literal { $($column:ident: $type:ty,)+ })+) => {
        $(
            $(#[$attribute])*
            #[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
            pub(crate) struct $row {
                $(pub(crate) $column: $type,)+
            }

            impl Table for $row {
                const NAME: &'static str = $table;
                const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

                fn values(self) -> Vec<Value> {
                    vec![$(self.$column.into()),+]
                }
            }
        )+

        /// Name and columns of every table that Runlens reads.
        pub(super) const ALL: &[(&str, &[&str])] = &[$(($row::NAME, $row::COLUMNS)),+];
    };
}

tables! {
    /// A bearer token.
    ApiTokenRow of "api_token" {
        id: i32,
        user_id: i32,
        token_name: String,
        token_hash: String,
        token_prefix: String,
        scopes_json: String,
        created_at: TimeDateTime,
        expires_at: TimeDateTime,
        revoked_at: Option<TimeDateTime>,
    }

    /// A category of regression tests.
    #[derive(Default)]
    CategoryRow of "category" {
        id: i32,
        name: Option<String>,
        description: String,
    }

    /// A test chosen for a run. A run without chosen tests runs all active tests.
    #[derive(Default)]
    CustomizedTestRow of "customized_test" {
        id: i32,
        test_id: Option<i32>,
        regression_id: Option<i32>,
    }

    /// A repository.
    #[derive(Default)]
    ForkRow of "fork" {
        id: i32,
        github: Option<String>,
    }

    /// A setting of the platform: a key and its value.
    #[derive(Default)]
    GeneralDataRow of "general_data" {
        id: i32,
        key: Option<String>,
        value: String,
    }

    /// A regression test.
    #[derive(Default)]
    RegressionTestRow of "regression_test" {
        id: i32,
        sample_id: Option<i32>,
        command: String,
        input_type: Option<String>,
        output_type: Option<String>,
        expected_rc: Option<i32>,
        active: Option<bool>,
        last_passed_on_windows: Option<i32>,
        last_passed_on_linux: Option<i32>,
        description: Option<String>,
    }

    /// A regression test's membership in a category.
    RegressionTestCategoryRow of "regression_test_category" {
        regression_id: i32,
        category_id: i32,
    }

    /// An expected output of a regression test.
    #[derive(Default)]
    RegressionTestOutputRow of "regression_test_output" {
        id: i32,
        regression_id: Option<i32>,
        correct: Option<String>,
        correct_extension: String,
        expected_filename: Option<String>,
        ignore: Option<bool>,
    }

    /// Another accepted output, by hash.
    #[derive(Default)]
    RegressionTestOutputFileRow of "regression_test_output_files" {
        id: i32,
        file_hashes: Option<String>,
        regression_test_output_id: Option<i32>,
    }

    /// A media sample.
    #[derive(Default)]
    SampleRow of "sample" {
        id: i32,
        sha: Option<String>,
        extension: String,
        original_name: String,
    }

    /// A run: one commit on one platform.
    #[derive(Default)]
    TestRow of "test" {
        id: i32,
        platform: String,
        test_type: String,
        token: Option<String>,
        fork_id: Option<i32>,
        branch: String,
        commit: String,
        pr_nr: i32,
    }

    /// The account that triggered a custom run.
    #[derive(Default)]
    TestForkRow of "test_fork" {
        id: i32,
        user_id: Option<i32>,
        test_id: Option<i32>,
    }

    /// A progress report of a worker, ordered by id.
    TestProgressRow of "test_progress" {
        id: i32,
        test_id: Option<i32>,
        status: String,
        timestamp: TimeDateTime,
        message: String,
    }

    /// The result of one regression test in a run.
    TestResultRow of "test_result" {
        test_id: i32,
        regression_test_id: i32,
        runtime: Option<i32>,
        exit_code: Option<i32>,
        expected_rc: Option<i32>,
    }

    /// One output file of a result.
    TestResultFileRow of "test_result_file" {
        test_id: i32,
        regression_test_id: i32,
        regression_test_output_id: i32,
        expected: String,
        got: Option<String>,
    }

    /// An account.
    #[derive(Default)]
    UserRow of "user" {
        id: i32,
        name: Option<String>,
        email: Option<String>,
        github_token: Option<String>,
        github_login: Option<String>,
        password: String,
        role: Option<String>,
    }
}

/// Reads rows of a table; `clauses` starts with `WHERE` or `ORDER BY`, or is empty.
pub(crate) async fn select<T: Table>(
    db: &impl ConnectionTrait,
    clauses: &str,
    values: Vec<Value>,
) -> Result<Vec<T>, DbErr> {
    let sql = format!(
        "SELECT {} FROM {} {clauses}",
        quoted(T::COLUMNS),
        quoted(&[T::NAME])
    );
    T::find_by_statement(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .all(db)
    .await
}

/// Runs a statement that returns no rows.
pub(crate) async fn execute(
    db: &impl ConnectionTrait,
    sql: String,
    values: Vec<Value>,
) -> Result<ExecResult, DbErr> {
    db.execute_raw(Statement::from_sql_and_values(
        db.get_database_backend(),
        sql,
        values,
    ))
    .await
}

/// Inserts rows with their ids, in batches of [`INSERT_BATCH_ROWS`].
pub(crate) async fn insert<T: Table>(db: &impl ConnectionTrait, rows: Vec<T>) -> Result<(), DbErr> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let batch = rows.by_ref().take(INSERT_BATCH_ROWS);
        let values: Vec<Value> = batch.flat_map(Table::values).collect();
        let row_count = values.len() / T::COLUMNS.len();
        execute(db, insert_sql::<T>(T::COLUMNS, row_count), values).await?;
    }
    Ok(())
}

/// Inserts a row with the next free id, ignoring the row's `id`, and returns the new id.
pub(crate) async fn insert_new<T: Table>(db: &impl ConnectionTrait, row: T) -> Result<i32, DbErr> {
    let (columns, values): (Vec<&str>, Vec<Value>) = T::COLUMNS
        .iter()
        .zip(row.values())
        .filter(|(column, _)| **column != "id")
        .unzip();
    let id = execute(db, insert_sql::<T>(&columns, 1), values)
        .await?
        .last_insert_id();
    i32::try_from(id).map_err(|error| DbErr::Type(error.to_string()))
}

fn insert_sql<T: Table>(columns: &[&str], row_count: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    format!(
        "INSERT INTO {} ({}) VALUES {}",
        quoted(&[T::NAME]),
        quoted(columns),
        vec![row; row_count].join(", ")
    )
}

/// Quotes names with backticks, which MariaDB, MySQL and SQLite all accept.
fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{CategoryRow, insert, insert_new, select};
    use crate::each_backend;

    each_backend! {
        async fn rows_are_inserted_in_batches_and_read_back(test) {
            let db = test.platform.store().db();
            let rows: Vec<CategoryRow> = (1..=2_500)
                .map(|id| CategoryRow { id, name: Some(format!("category {id}")), description: "`?`".to_owned() })
                .collect();
            insert(db, rows.clone()).await.expect("inserted");
            let read: Vec<CategoryRow> = select(db, "ORDER BY id", Vec::new()).await.expect("rows");
            assert_eq!(read, rows);
            let id = insert_new(db, CategoryRow::default()).await.expect("inserted");
            assert_eq!(id, 2_501);
            let read: Vec<CategoryRow> = select(db, "WHERE id > ?", vec![2_500.into()]).await.expect("rows");
            assert_eq!(read, [CategoryRow { id, ..CategoryRow::default() }]);
        }
    }
}
