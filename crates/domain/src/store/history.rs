//! Queries for the results of a regression test, or of all tests of a sample, over all runs.

use runlens_api_types::{TextEnum, suite::HistoryQuery};
use sea_orm::{DbErr, FromQueryResult, prelude::TimeDateTime};

use super::{
    Store,
    filter::{Filter, limit},
    result_sql::{DIFFERING, MISSING, WRONG_EXIT},
};

/// The tests whose history is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HistoryOf {
    /// All regression tests of a sample, or one of them.
    Sample { id: i32, regression_test: Option<i32> },
    /// A regression test.
    RegressionTest(i32),
}

/// A result with its run. The run's columns are `None` if it was deleted.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct HistoryRow {
    pub(crate) test_id: i32,
    pub(crate) regression_test_id: i32,
    pub(crate) platform: Option<String>,
    pub(crate) test_type: Option<String>,
    pub(crate) github: Option<String>,
    pub(crate) branch: Option<String>,
    pub(crate) commit: Option<String>,
    pub(crate) pr_nr: Option<i32>,
    pub(crate) created_at: Option<TimeDateTime>,
    pub(crate) status: String,
    pub(crate) runtime: Option<i32>,
    pub(crate) exit_code: Option<i32>,
    pub(crate) expected_rc: Option<i32>,
    /// Number of results on all pages.
    total: i64,
}

/// Returns the SQL expression for the API's status of a result `r`. Missing output takes precedence.
fn status() -> String {
    format!(
        "CASE WHEN EXISTS (SELECT 1 {MISSING}) THEN 'missing_output' WHEN {WRONG_EXIT} OR EXISTS (SELECT 1 {DIFFERING}) THEN 'fail' \
         ELSE 'pass' END"
    )
}

fn filter(of: HistoryOf, query: &HistoryQuery) -> Filter {
    let mut filter = Filter::default();
    match of {
        HistoryOf::Sample { id, regression_test } => {
            filter.add(
                "r.regression_test_id IN (SELECT rt.id FROM regression_test rt WHERE rt.sample_id = ?)",
                [id.into()],
            );
            filter.equals("r.regression_test_id", regression_test);
        }
        HistoryOf::RegressionTest(id) => filter.equals("r.regression_test_id", Some(id)),
    }
    filter.equals("t.platform", query.platform.map(TextEnum::as_str));
    filter.equals("t.branch", query.branch.clone());
    filter.equals(&status(), query.status.map(TextEnum::as_str));
    filter
}

impl Store {
    /// Returns a page of results, newest run first, then by regression test, and the total count.
    ///
    /// The subquery selects the page first: without a status filter, statuses are computed only for the
    /// results on the page. With one, the status of every result is computed, so the subquery also counts the
    /// matches.
    pub(crate) async fn history(
        &self,
        of: HistoryOf,
        query: &HistoryQuery,
    ) -> Result<(Vec<HistoryRow>, u64), DbErr> {
        const ORDER: &str = "ORDER BY r.test_id DESC, r.regression_test_id";
        let filter = filter(of, query);
        let from = format!(
            "FROM test_result r LEFT JOIN test t ON t.id = r.test_id{}",
            filter.sql()
        );
        let sql = format!(
            "SELECT r.test_id, r.regression_test_id, t.platform, t.test_type, f.github, t.branch, t.`commit`, t.pr_nr,
                (SELECT p.timestamp FROM test_progress p WHERE p.test_id = r.test_id ORDER BY p.id LIMIT 1) AS created_at,
                {} AS status, r.runtime, r.exit_code, r.expected_rc, page.total
             FROM (SELECT r.test_id, r.regression_test_id, COUNT(*) OVER () AS total {from} {ORDER} {}) page
             JOIN test_result r ON r.test_id = page.test_id AND r.regression_test_id = page.regression_test_id
             LEFT JOIN test t ON t.id = r.test_id LEFT JOIN fork f ON f.id = t.fork_id {ORDER}",
            status(),
            limit(query.page)
        );
        let rows: Vec<HistoryRow> = self.rows(sql, filter.values()).await?;
        let total = match rows.first() {
            Some(row) => row.total.unsigned_abs(),
            None if query.page.offset == 0 => 0,
            // A page past the end has no row with the total.
            None => {
                self.total(format!("SELECT COUNT(*) AS total {from}"), filter.values())
                    .await?
            }
        };
        Ok((rows, total))
    }
}
