//! Queries for the newest runs, and for the results of given regression tests in them.

use futures::try_join;
use sea_orm::{DbErr, FromQueryResult, prelude::TimeDateTime};

use super::{
    Store,
    filter::{Filter, placeholders, values},
    runs::{HAS_RESULT, LAST_STATUS, github_address},
    tables::{TestResultFileRow, TestResultRow},
};

/// A recent run.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct RecentRunRow {
    pub(crate) id: i32,
    pub(crate) github: Option<String>,
    pub(crate) branch: String,
    pub(crate) commit: String,
    pub(crate) pr_nr: i32,
    pub(crate) created_at: Option<TimeDateTime>,
}

/// Selects runs on a platform.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RunsOf<'a> {
    /// Completed runs with results of commits on a repository's `master`: the candidates for a baseline.
    Master { repository: &'a str },
    /// Runs with a result of at least one of the given tests.
    Tests(&'a [i32]),
    /// Runs of pull requests with a result of at least one of the given tests.
    PullRequests(&'a [i32]),
}

impl Store {
    /// Returns the newest runs on a platform, newest first, at most `limit`. With `before`, only runs older
    /// than that one.
    pub(crate) async fn newest_runs(
        &self,
        platform: &str,
        of: RunsOf<'_>,
        before: Option<i32>,
        limit: u32,
    ) -> Result<Vec<RecentRunRow>, DbErr> {
        let mut filter = Filter::default();
        if let Some(before) = before {
            filter.add("t.id < ?", [before.into()]);
        }
        filter.equals("t.platform", Some(platform));
        match of {
            RunsOf::Master { repository } => {
                filter.equals("t.test_type", Some("commit"));
                filter.equals("t.branch", Some("master"));
                // EXISTS is checked run by run from the newest: nearly all runs are of this repository, and
                // only a few are needed.
                filter.add(
                    "EXISTS (SELECT 1 FROM fork m WHERE m.id = t.fork_id AND m.github = ?)",
                    [github_address(repository).into()],
                );
                filter.add(format!("{LAST_STATUS} = 'completed'"), []);
                filter.add(HAS_RESULT, []);
            }
            RunsOf::Tests(tests) | RunsOf::PullRequests(tests) => {
                if matches!(of, RunsOf::PullRequests(_)) {
                    filter.add("t.pr_nr > 0", []);
                }
                let has_result = format!(
                    "EXISTS (SELECT 1 FROM test_result r WHERE r.test_id = t.id AND r.regression_test_id IN ({}))",
                    placeholders(tests.len())
                );
                filter.add(has_result, values(tests));
            }
        }
        let sql = format!(
            "SELECT t.id, f.github, t.branch, t.`commit`, t.pr_nr,
                (SELECT p.timestamp FROM test_progress p WHERE p.test_id = t.id ORDER BY p.id LIMIT 1) AS created_at
             FROM test t LEFT JOIN fork f ON f.id = t.fork_id{} ORDER BY t.id DESC LIMIT {limit}",
            filter.sql()
        );
        self.rows(sql, filter.values()).await
    }

    /// Returns the results of the given tests in the given runs, and their files, in any order.
    pub(crate) async fn results_in(
        &self,
        run_ids: &[i32],
        test_ids: &[i32],
    ) -> Result<(Vec<TestResultRow>, Vec<TestResultFileRow>), DbErr> {
        if run_ids.is_empty() || test_ids.is_empty() {
            return Ok(Default::default());
        }
        let condition = format!(
            "WHERE test_id IN ({}) AND regression_test_id IN ({})",
            placeholders(run_ids.len()),
            placeholders(test_ids.len())
        );
        let condition_values = || [values(run_ids), values(test_ids)].concat();
        let files = format!("{condition} AND regression_test_output_id > 0");
        try_join!(
            self.select(&condition, condition_values()),
            self.select(&files, condition_values())
        )
    }
}
