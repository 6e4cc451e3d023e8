//! Recent results of a run's tests.

use runlens_api_types::recent::{RUNS_BEFORE, RecentResults, RecentResultsQuery, RecentRun};

use super::LoadedRun;
use crate::{
    Result, access,
    recent::{newest_runs, outcomes_in, to_recent_results},
    results,
    store::recent::RunsOf,
};

impl LoadedRun {
    /// Returns the results of the given tests in the newest runs of `master` before this run on its platform, then in this run. Scope
    /// `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn recent_results(&self, query: &RecentResultsQuery) -> Result<RecentResults> {
        self.caller.require(access::GET_RUN_RECENT_RESULTS)?;
        let tests = &query.regression_test_ids;
        let key = (self.id(), tests.clone());
        let read = self.read_recent_results(tests);
        self.runs.caches().recent.get(self.runs.store(), key, read).await
    }

    async fn read_recent_results(&self, tests: &[i32]) -> Result<RecentResults> {
        let run = self.read_run().await?;
        let store = self.runs.store();
        let of = RunsOf::Master {
            repository: &self.runs.settings().main_repository,
        };
        let before = newest_runs(store, self.platform_column(), of, Some(self.id()), RUNS_BEFORE).await?;
        let suite = self.snapshot.suite(&self.runs).await?;
        let outcomes = outcomes_in(store, suite, &before, tests).await?;
        let here = self.outcomes().await?;
        let this = RecentRun {
            run_id: run.run_id,
            revision: run.revision,
            created_at: run.created_at,
        };
        let runs = before.into_iter().rev().chain([this]).collect();
        Ok(to_recent_results(run.platform, runs, tests, |run, test| {
            if run == self.id() {
                results::find(here, test)
            } else {
                outcomes.get(&(run, test))
            }
        }))
    }
}
