//! Queries for runs: one, a page of them, their progress, and their counts.

use std::collections::HashMap;

use runlens_api_types::{
    TextEnum, Timestamp,
    run::{RunQuery, RunSort, RunStatus},
};
use sea_orm::{DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement, Value, prelude::*};

use super::{
    Store,
    comparisons::is_reference,
    entity::test_progress,
    filter::{Filter, escape, limit, places, values},
};

/// A run with what its columns point to.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct RunRow {
    pub(crate) id: i32,
    pub(crate) platform: String,
    pub(crate) test_type: String,
    pub(crate) branch: String,
    pub(crate) commit: String,
    pub(crate) pr_nr: i32,
    pub(crate) github: Option<String>,
    pub(crate) triggered_by: Option<String>,
}

/// Counts of one run's results.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub(crate) struct ResultCounts {
    pub(crate) test_id: i32,
    pub(crate) results: i64,
    pub(crate) chosen_results: i64,
    pub(crate) missing_output: i64,
    pub(crate) failed: i64,
    pub(crate) errors: i64,
    pub(crate) runtime: Option<i64>,
}

/// How many tests were chosen for one run.
#[derive(Clone, Debug, FromQueryResult)]
struct ChosenCount {
    test_id: i32,
    chosen: i64,
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

// Backticks quote a name on MariaDB and on SQLite.
pub(super) const RUN_COLUMNS: &str = "
SELECT t.id, t.platform, t.test_type, t.branch, t.`commit`, t.pr_nr, f.github,
       (SELECT u.name FROM test_fork tf JOIN `user` u ON u.id = tf.user_id WHERE tf.test_id = t.id ORDER BY tf.id LIMIT 1) AS triggered_by
FROM test t LEFT JOIN fork f ON f.id = t.fork_id";

// As `columns::parse_column` reads it: a column compares without regard to case on SQLite, what a subquery answers does not.
pub(super) const LAST_STATUS: &str =
    "(SELECT LOWER(TRIM(p.status)) FROM test_progress p WHERE p.test_id = t.id ORDER BY p.id DESC LIMIT 1)";

pub(super) const HAS_RESULT: &str = "EXISTS (SELECT 1 FROM test_result r WHERE r.test_id = t.id)";

// A DATETIME has no fraction on MariaDB, and on SQLite whatever its writer gave it.
const CREATED: &str =
    "(SELECT SUBSTR(p.timestamp, 1, 19) FROM test_progress p WHERE p.test_id = t.id ORDER BY p.id LIMIT 1)";

// What is wrong with a result `r`, as `results::derive` decides it from rows; `runs::tests` and `suite::tests` hold the two to each
// other. HEX compares bytes: a collation of MariaDB takes texts for equal that are not.
pub(super) const WRONG_EXIT: &str =
    "(r.exit_code <> r.expected_rc OR (r.exit_code IS NULL) <> (r.expected_rc IS NULL))";
pub(super) const MISSING: &str = "FROM regression_test_output o
    WHERE o.regression_id = r.regression_test_id AND o.id > 0 AND COALESCE(o.`ignore`, 0) = 0
      AND NOT EXISTS (SELECT 1 FROM test_result_file f
                      WHERE f.test_id = r.test_id AND f.regression_test_id = r.regression_test_id AND f.regression_test_output_id = o.id)";
macro_rules! differs {
    () => {
        "f.got IS NOT NULL AND HEX(f.got) <> HEX(f.expected) AND (o.correct IS NULL OR HEX(f.got) <> HEX(o.correct))
      AND NOT EXISTS (SELECT 1 FROM regression_test_output_files v
                      WHERE v.regression_test_output_id = o.id AND HEX(v.file_hashes) = HEX(f.got))"
    };
}
pub(super) const DIFFERS: &str = differs!();
pub(super) const DIFFERING: &str = concat!(
    "FROM test_result_file f
    JOIN regression_test_output o ON o.id = f.regression_test_output_id AND o.regression_id = f.regression_test_id
    WHERE f.test_id = r.test_id AND f.regression_test_id = r.regression_test_id AND o.id > 0 AND ",
    differs!()
);

fn has_failure() -> String {
    format!(
        "EXISTS (SELECT 1 FROM test_result r WHERE r.test_id = t.id
                 AND ({WRONG_EXIT} OR EXISTS (SELECT 1 {DIFFERING}) OR EXISTS (SELECT 1 {MISSING})))"
    )
}

fn status_condition(status: RunStatus) -> String {
    match status {
        RunStatus::Queued => "NOT EXISTS (SELECT 1 FROM test_progress p WHERE p.test_id = t.id)".to_owned(),
        RunStatus::Running => format!("{LAST_STATUS} IN ('preparation', 'testing')"),
        RunStatus::Canceled => format!("{LAST_STATUS} = 'canceled'"),
        RunStatus::Error => format!("{LAST_STATUS} = 'completed' AND NOT {HAS_RESULT}"),
        RunStatus::Pass => format!(
            "{LAST_STATUS} = 'completed' AND {HAS_RESULT} AND NOT {}",
            has_failure()
        ),
        RunStatus::Fail => format!("{LAST_STATUS} = 'completed' AND {}", has_failure()),
        RunStatus::Incomplete => {
            format!("{LAST_STATUS} NOT IN ('preparation', 'testing', 'completed', 'canceled')")
        }
    }
}

/// A repository as the platform names it.
pub(super) fn github_address(repository: &str) -> String {
    format!("https://github.com/{repository}.git")
}

fn datetime_text(at: Timestamp) -> Value {
    // The API's form without its `T` and `Z` is the database's.
    at.to_string().replace('T', " ").trim_end_matches('Z').into()
}

/// Where a word of a free text may be found, each a condition with its value.
fn text_conditions(word: &str) -> Vec<(&'static str, Value)> {
    // What every address of a repository has in common says nothing of it.
    const REPOSITORY: &str =
        "REPLACE(REPLACE(f.github, 'https://github.com/', ''), '.git', '') LIKE ? ESCAPE '!'";
    let escaped = escape(word);
    let within = format!("%{escaped}%");
    let mut conditions = vec![
        ("t.branch LIKE ? ESCAPE '!'", within.clone().into()),
        (REPOSITORY, within.into()),
        ("t.`commit` LIKE ? ESCAPE '!'", format!("{escaped}%").into()),
    ];
    let number = word
        .trim_start_matches('#')
        .parse::<i32>()
        .ok()
        .filter(|number| *number > 0);
    conditions.extend(number.map(|number| ("t.pr_nr = ?", number.into())));
    conditions
}

fn filter(query: &RunQuery, main_repository: &str) -> Filter {
    let mut filter = Filter::default();
    filter.equals("t.platform", query.platform.map(TextEnum::as_str));
    filter.equals("t.test_type", query.test_type.map(TextEnum::as_str));
    filter.equals("t.branch", query.branch.clone());
    filter.equals("t.`commit`", query.commit_sha.clone());
    if let Some(prefix) = query.commit.as_deref().map(str::to_lowercase) {
        // No hexadecimal digit sorts behind `f`: a range, for which an index is good on every database.
        filter.add(
            "(t.`commit` >= ? AND t.`commit` < ?)",
            [prefix.clone().into(), format!("{prefix}g").into()],
        );
    }
    filter.equals("t.pr_nr", query.pull_request);
    filter.equals("f.github", query.repository.as_deref().map(github_address));
    query
        .q
        .iter()
        .flat_map(|text| text.split_whitespace())
        .for_each(|word| filter.any(&text_conditions(word)));
    if let Some(is_wanted) = query.reference {
        let condition = is_reference();
        // A run without a repository is none.
        let condition = if is_wanted {
            condition
        } else {
            format!("NOT COALESCE({condition}, 0)")
        };
        filter.add(condition, [github_address(main_repository).into()]);
    }
    for (operator, at) in [(">", query.created_after), ("<", query.created_before)] {
        if let Some(at) = at {
            filter.add(format!("{CREATED} {operator} ?"), [datetime_text(at)]);
        }
    }
    if let Some(status) = query.status {
        filter.add(status_condition(status), []);
    }
    filter
}

impl Store {
    pub(super) async fn rows<R: FromQueryResult>(
        &self,
        sql: String,
        values: Vec<Value>,
    ) -> Result<Vec<R>, DbErr> {
        R::find_by_statement(Statement::from_sql_and_values(
            self.db.get_database_backend(),
            sql,
            values,
        ))
        .all(&self.db)
        .await
    }

    /// What a query counts as `total`.
    pub(super) async fn total(&self, sql: String, values: Vec<Value>) -> Result<u64, DbErr> {
        Ok(self
            .rows::<Total>(sql, values)
            .await?
            .pop()
            .map_or(0, |row| row.total.unsigned_abs()))
    }

    /// One run.
    pub(crate) async fn run(&self, id: i32) -> Result<Option<RunRow>, DbErr> {
        Ok(self
            .rows(format!("{RUN_COLUMNS} WHERE t.id = ?"), vec![id.into()])
            .await?
            .pop())
    }

    /// A page of runs, and how many there are in all. `main_repository` is where runs that others are compared with come from.
    pub(crate) async fn runs(
        &self,
        query: &RunQuery,
        main_repository: &str,
    ) -> Result<(Vec<RunRow>, u64), DbErr> {
        let filter = filter(query, main_repository);
        let conditions = filter.sql();
        let total =
            format!("SELECT COUNT(*) AS total FROM test t LEFT JOIN fork f ON f.id = t.fork_id{conditions}");
        let total = self.total(total, filter.values()).await?;
        let order = match query.sort.unwrap_or(RunSort::CreatedDescending) {
            RunSort::CreatedDescending | RunSort::IdDescending => "DESC",
            RunSort::CreatedAscending | RunSort::IdAscending => "ASC",
        };
        let page = limit(query.page);
        let rows = self
            .rows(
                format!("{RUN_COLUMNS}{conditions} ORDER BY t.id {order} {page}"),
                filter.values(),
            )
            .await?;
        Ok((rows, total))
    }

    /// The progress of some runs, each run's by id. A run without progress has no entry.
    pub(crate) async fn progress(
        &self,
        run_ids: &[i32],
    ) -> Result<HashMap<i32, Vec<test_progress::Model>>, DbErr> {
        let mut by_run: HashMap<i32, Vec<test_progress::Model>> = HashMap::new();
        if run_ids.is_empty() {
            return Ok(by_run);
        }
        let reports = test_progress::Entity::find()
            .filter(test_progress::Column::TestId.is_in(run_ids.iter().copied()))
            .order_by_asc(test_progress::Column::Id)
            .all(&self.db)
            .await?;
        for report in reports {
            if let Some(run) = report.test_id {
                by_run.entry(run).or_default().push(report);
            }
        }
        Ok(by_run)
    }

    /// Counts of the results of some runs. A run without results has no row.
    pub(crate) async fn result_counts(&self, run_ids: &[i32]) -> Result<Vec<ResultCounts>, DbErr> {
        if run_ids.is_empty() {
            return Ok(Vec::new());
        }
        let places = places(run_ids.len());
        // What is missing is what an output must be there for, less what is there: one scan of each table, where a look for every
        // result would take more than twice as long. MariaDB's SUM is a DECIMAL; SQLite takes SIGNED for a number.
        let sql = format!(
            "SELECT test_id, COUNT(*) AS results,
                CAST(SUM(chosen) AS SIGNED) AS chosen_results,
                CAST(SUM(CASE WHEN missing > 0 THEN 1 ELSE 0 END) AS SIGNED) AS missing_output,
                CAST(SUM(CASE WHEN missing = 0 AND wrong_exit + differing > 0 THEN 1 ELSE 0 END) AS SIGNED) AS failed,
                CAST(SUM(wrong_exit + missing + differing) AS SIGNED) AS errors,
                CAST(SUM(runtime) AS SIGNED) AS runtime
             FROM (SELECT r.test_id, r.runtime,
                CASE WHEN a.test_id IS NULL THEN COALESCE(rt.active, 0) = 1 ELSE c.test_id IS NOT NULL END AS chosen,
                CASE WHEN {WRONG_EXIT} THEN 1 ELSE 0 END AS wrong_exit,
                COALESCE(o.required, 0) - COALESCE(f.required, 0) AS missing,
                COALESCE(f.differing, 0) AS differing
                FROM test_result r
                LEFT JOIN regression_test rt ON rt.id = r.regression_test_id
                LEFT JOIN (SELECT DISTINCT test_id FROM customized_test WHERE test_id IN ({places}) AND regression_id IS NOT NULL) a
                     ON a.test_id = r.test_id
                LEFT JOIN (SELECT DISTINCT test_id, regression_id FROM customized_test WHERE test_id IN ({places})) c
                     ON c.test_id = r.test_id AND c.regression_id = r.regression_test_id
                LEFT JOIN (SELECT o.regression_id, COUNT(*) AS required FROM regression_test_output o
                           WHERE o.id > 0 AND COALESCE(o.`ignore`, 0) = 0 GROUP BY o.regression_id) o
                     ON o.regression_id = r.regression_test_id
                LEFT JOIN (SELECT f.test_id, f.regression_test_id,
                                  SUM(CASE WHEN COALESCE(o.`ignore`, 0) = 0 THEN 1 ELSE 0 END) AS required,
                                  SUM(CASE WHEN {DIFFERS} THEN 1 ELSE 0 END) AS differing
                           FROM test_result_file f
                           JOIN regression_test_output o ON o.id = f.regression_test_output_id AND o.regression_id = f.regression_test_id
                           WHERE f.test_id IN ({places}) AND o.id > 0 GROUP BY f.test_id, f.regression_test_id) f
                     ON f.test_id = r.test_id AND f.regression_test_id = r.regression_test_id
                WHERE r.test_id IN ({places})) d
             GROUP BY test_id"
        );
        let values = run_ids
            .iter()
            .cycle()
            .take(4 * run_ids.len())
            .map(|id| (*id).into());
        self.rows(sql, values.collect()).await
    }

    /// The newest run that is as asked for and has completed.
    pub(crate) async fn newest_completed_run(
        &self,
        query: &RunQuery,
        main_repository: &str,
    ) -> Result<Option<i32>, DbErr> {
        let mut filter = filter(query, main_repository);
        filter.add(format!("{LAST_STATUS} = 'completed'"), []);
        let sql = format!("{RUN_COLUMNS}{} ORDER BY t.id DESC LIMIT 1", filter.sql());
        Ok(self
            .rows::<RunRow>(sql, filter.values())
            .await?
            .pop()
            .map(|row| row.id))
    }

    /// For each of some runs with tests chosen for it, how many.
    pub(crate) async fn chosen_counts(&self, run_ids: &[i32]) -> Result<Vec<(i32, u64)>, DbErr> {
        if run_ids.is_empty() {
            return Ok(Vec::new());
        }
        let places = places(run_ids.len());
        let sql = format!(
            "SELECT c.test_id, COUNT(DISTINCT c.regression_id) AS chosen FROM customized_test c
             JOIN regression_test rt ON rt.id = c.regression_id WHERE c.test_id IN ({places}) GROUP BY c.test_id"
        );
        let rows: Vec<ChosenCount> = self.rows(sql, values(run_ids)).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.test_id, row.chosen.unsigned_abs()))
            .collect())
    }

    /// How many tests a run without a choice is made of.
    pub(crate) async fn active_test_count(&self) -> Result<u64, DbErr> {
        self.total(
            "SELECT COUNT(*) AS total FROM regression_test WHERE active = 1".to_owned(),
            Vec::new(),
        )
        .await
    }
}
