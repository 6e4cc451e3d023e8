//! Queries for the newest runs, and for the results of some regression tests in them.

use futures::try_join;
use sea_orm::{DbErr, EntityTrait, FromQueryResult, QueryFilter, prelude::*};

use super::{
    Store,
    entity::{test_result, test_result_file},
    filter::{Filter, places, values},
    runs::{HAS_RESULT, LAST_STATUS, github_address},
};

/// A run that results are of.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct RecentRunRow {
    pub(crate) id: i32,
    pub(crate) github: Option<String>,
    pub(crate) branch: String,
    pub(crate) commit: String,
    pub(crate) pr_nr: i32,
    pub(crate) created_at: Option<TimeDateTime>,
}

/// Which of the runs on a platform.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RunsOf<'a> {
    /// Those of a commit of a repository's `master` that completed and have results: what a run is compared with.
    Master { repository: &'a str },
    /// Those with a result of one of some tests.
    Tests(&'a [i32]),
    /// Those of a pull request with a result of one of some tests.
    PullRequests(&'a [i32]),
}

impl Store {
    /// The newest runs on a platform, newest first, at most `limit`; `before` leaves out that one and all after it.
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
                // Asked of each run, from the newest on: nearly all runs are of this repository, and a few of them are wanted.
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
                    places(tests.len())
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

    /// The results of some tests in some runs, and their files, in any order.
    pub(crate) async fn results_in(
        &self,
        run_ids: &[i32],
        test_ids: &[i32],
    ) -> Result<(Vec<test_result::Model>, Vec<test_result_file::Model>), DbErr> {
        if run_ids.is_empty() || test_ids.is_empty() {
            return Ok(Default::default());
        }
        let results = test_result::Entity::find()
            .filter(test_result::Column::TestId.is_in(run_ids.iter().copied()))
            .filter(test_result::Column::RegressionTestId.is_in(test_ids.iter().copied()))
            .all(&self.db);
        let files = test_result_file::Entity::find()
            .filter(test_result_file::Column::TestId.is_in(run_ids.iter().copied()))
            .filter(test_result_file::Column::RegressionTestId.is_in(test_ids.iter().copied()))
            .filter(test_result_file::Column::RegressionTestOutputId.gt(0))
            .all(&self.db);
        try_join!(results, files)
    }
}
