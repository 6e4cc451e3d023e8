//! Queries for runs: one run, a page of runs, their progress and their result counts.

use std::collections::HashMap;

use runlens_api_types::{
    TextEnum, Timestamp,
    run::{RunQuery, RunSort, RunStatus},
};
use sea_orm::{DbErr, FromQueryResult, Value};
use time::macros::format_description;

use super::{
    Store,
    comparisons::is_reference,
    filter::{Filter, escape, limit, placeholders, values},
    result_sql::{DIFFERING, MISSING, WRONG_EXIT, classified_results},
    tables::TestProgressRow,
};

/// A run with its repository and the account that triggered it.
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

/// The number of tests chosen for one run.
#[derive(Clone, Debug, FromQueryResult)]
struct ChosenCount {
    test_id: i32,
    chosen: i64,
}

// Backticks quote a name on MariaDB and on SQLite.
pub(super) const RUN_COLUMNS: &str = "
SELECT t.id, t.platform, t.test_type, t.branch, t.`commit`, t.pr_nr, f.github,
       (SELECT u.name FROM test_fork tf JOIN `user` u ON u.id = tf.user_id WHERE tf.test_id = t.id ORDER BY tf.id LIMIT 1) AS triggered_by
FROM test t LEFT JOIN fork f ON f.id = t.fork_id";

// Normalized as in `columns::parse_column`. The NOCASE collation of SQLite applies to a column, but not to a
// subquery.
pub(super) const LAST_STATUS: &str =
    "(SELECT LOWER(TRIM(p.status)) FROM test_progress p WHERE p.test_id = t.id ORDER BY p.id DESC LIMIT 1)";

pub(super) const HAS_RESULT: &str = "EXISTS (SELECT 1 FROM test_result r WHERE r.test_id = t.id)";

// Truncated to whole seconds: on SQLite, a DATETIME is a text that may have a fraction.
const CREATED: &str =
    "(SELECT SUBSTR(p.timestamp, 1, 19) FROM test_progress p WHERE p.test_id = t.id ORDER BY p.id LIMIT 1)";

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

/// Returns the URL that the platform stores for a repository `OWNER/NAME`.
pub(super) fn github_address(repository: &str) -> String {
    format!("https://github.com/{repository}.git")
}

/// Formats a time like a DATETIME column.
fn datetime_text(at: Timestamp) -> Value {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    at.to_utc().format(format).unwrap_or_default().into()
}

/// Returns the conditions under which a run matches one word of a free-text search, each with its value.
fn text_conditions(word: &str) -> Vec<(&'static str, Value)> {
    // Without the parts that all URLs share, which would match every run.
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
        // `g` sorts after every hexadecimal digit. A range uses the index on every database.
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
    if let Some(is_wanted) = query.is_baseline {
        let condition = is_reference();
        // The condition is NULL for a run without a repository.
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
    pub(crate) async fn run(&self, id: i32) -> Result<Option<RunRow>, DbErr> {
        Ok(self
            .rows(format!("{RUN_COLUMNS} WHERE t.id = ?"), vec![id.into()])
            .await?
            .pop())
    }

    /// Returns a page of runs, and the total count. Baselines are runs of `main_repository`.
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

    /// Returns the progress rows of the given runs, keyed by run, each in order of id. A run without progress
    /// has no entry.
    pub(crate) async fn progress(
        &self,
        run_ids: &[i32],
    ) -> Result<HashMap<i32, Vec<TestProgressRow>>, DbErr> {
        let mut by_run: HashMap<i32, Vec<TestProgressRow>> = HashMap::new();
        if run_ids.is_empty() {
            return Ok(by_run);
        }
        let reports: Vec<TestProgressRow> = self
            .select(
                &format!("WHERE test_id IN ({}) ORDER BY id", placeholders(run_ids.len())),
                values(run_ids),
            )
            .await?;
        for report in reports {
            if let Some(run) = report.test_id {
                by_run.entry(run).or_default().push(report);
            }
        }
        Ok(by_run)
    }

    /// Returns the result counts of the given runs. A run without results has no row.
    pub(crate) async fn result_counts(&self, run_ids: &[i32]) -> Result<Vec<ResultCounts>, DbErr> {
        if run_ids.is_empty() {
            return Ok(Vec::new());
        }
        let placeholders = placeholders(run_ids.len());
        // MariaDB's SUM returns a DECIMAL. SQLite accepts SIGNED as a numeric type.
        let sql = format!(
            "SELECT d.test_id, COUNT(*) AS results,
                CAST(SUM(CASE WHEN a.test_id IS NULL THEN COALESCE(rt.active, 0) = 1 ELSE c.test_id IS NOT NULL END) AS SIGNED) AS chosen_results,
                CAST(SUM(CASE WHEN d.missing > 0 THEN 1 ELSE 0 END) AS SIGNED) AS missing_output,
                CAST(SUM(CASE WHEN d.missing = 0 AND d.wrong_exit + d.differing > 0 THEN 1 ELSE 0 END) AS SIGNED) AS failed,
                CAST(SUM(d.wrong_exit + d.missing + d.differing) AS SIGNED) AS errors,
                CAST(SUM(d.runtime) AS SIGNED) AS runtime
             FROM ({}) d
             LEFT JOIN regression_test rt ON rt.id = d.regression_test_id
             LEFT JOIN (SELECT DISTINCT test_id FROM customized_test WHERE test_id IN ({placeholders}) AND regression_id IS NOT NULL) a
                  ON a.test_id = d.test_id
             LEFT JOIN (SELECT DISTINCT test_id, regression_id FROM customized_test WHERE test_id IN ({placeholders})) c
                  ON c.test_id = d.test_id AND c.regression_id = d.regression_test_id
             GROUP BY d.test_id",
            classified_results(&placeholders)
        );
        let values = run_ids
            .iter()
            .cycle()
            .take(4 * run_ids.len())
            .map(|id| (*id).into());
        self.rows(sql, values.collect()).await
    }

    /// Returns the id of the newest completed run that matches the query.
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

    /// Returns the number of chosen tests of each given run that has any, as pairs of run id and number.
    pub(crate) async fn chosen_counts(&self, run_ids: &[i32]) -> Result<Vec<(i32, u64)>, DbErr> {
        if run_ids.is_empty() {
            return Ok(Vec::new());
        }
        let placeholders = placeholders(run_ids.len());
        let sql = format!(
            "SELECT c.test_id, COUNT(DISTINCT c.regression_id) AS chosen FROM customized_test c
             JOIN regression_test rt ON rt.id = c.regression_id WHERE c.test_id IN ({placeholders}) GROUP BY c.test_id"
        );
        let rows: Vec<ChosenCount> = self.rows(sql, values(run_ids)).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.test_id, row.chosen.unsigned_abs()))
            .collect())
    }

    /// Returns the number of active tests. A run without chosen tests runs all of them.
    pub(crate) async fn active_test_count(&self) -> Result<u64, DbErr> {
        self.total(
            "SELECT COUNT(*) AS total FROM regression_test WHERE active = 1".to_owned(),
            Vec::new(),
        )
        .await
    }
}
