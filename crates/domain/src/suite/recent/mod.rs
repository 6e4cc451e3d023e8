//! Results of given tests in the newest runs on each platform.

#[cfg(test)]
mod tests;

use futures::try_join;
use runlens_api_types::{
    TextEnum,
    recent::{PlatformResults, PlatformResultsQuery, RecentRun, RunChoice},
    run::{OperatingSystem, RunPlatform},
};

use super::SuiteService;
use crate::{
    Caller, Result, access,
    recent::{newest_runs, outcomes_in, to_recent_results},
    store::recent::RunsOf,
};

impl SuiteService {
    /// Returns the results of the given tests in the newest runs, on Linux and on Windows. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn recent_results(
        &self,
        caller: &Caller,
        query: &PlatformResultsQuery,
    ) -> Result<PlatformResults> {
        caller.require(access::GET_RECENT_RESULTS)?;
        let tests = &query.regression_test_ids;
        let of = match query.runs.unwrap_or(RunChoice::Master) {
            RunChoice::Master => RunsOf::Master {
                repository: &self.settings().main_repository,
            },
            RunChoice::All => RunsOf::Tests(tests),
            RunChoice::PullRequests => RunsOf::PullRequests(tests),
        };
        let newest =
            |platform: RunPlatform| newest_runs(self.store(), platform.as_str(), of, None, query.run_count);
        let (suite, linux, windows) = try_join!(
            self.definition().load(),
            newest(RunPlatform::Linux),
            newest(RunPlatform::Windows)
        )?;
        let runs: Vec<RecentRun> = linux.iter().chain(&windows).cloned().collect();
        let outcomes = outcomes_in(self.store(), &suite, &runs, tests).await?;
        let data = [
            (OperatingSystem::Linux, linux),
            (OperatingSystem::Windows, windows),
        ]
        .map(|(platform, mut runs)| {
            runs.reverse();
            to_recent_results(platform, runs, tests, |run, test| outcomes.get(&(run, test)))
        });
        Ok(PlatformResults { data: data.into() })
    }
}
