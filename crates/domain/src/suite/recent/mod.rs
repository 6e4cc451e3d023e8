//! What became of some tests in the newest runs.

#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use futures::try_join;
use runlens_api_types::{
    TextEnum, Timestamp,
    auth::Scope,
    recent::{
        PlatformResults, PlatformResultsQuery, RecentResults, RecentRun, RecentStatus, RecentTest, RunChoice,
    },
    run::{OperatingSystem, RunPlatform},
    sample::ResultStatus,
};

use crate::{
    Caller, Result, Services,
    comparison::is_identical,
    results::{self, Outcome, Suite},
    runs::repository,
    store::recent::{RecentRunRow, RunsOf},
};

impl Services {
    /// What became of some tests in the newest runs, on Linux and on Windows. Scope `runs:read`.
    ///
    /// # Errors
    /// [`crate::Error::MissingScope`], [`crate::Error::Database`].
    pub async fn platform_results(
        &self,
        caller: &Caller,
        query: &PlatformResultsQuery,
    ) -> Result<PlatformResults> {
        caller.require(Scope::RunsRead)?;
        let tests = &query.regression_test_ids;
        let of = match query.runs.unwrap_or(RunChoice::Master) {
            RunChoice::Master => RunsOf::Master {
                repository: &self.settings().main_repository,
            },
            RunChoice::All => RunsOf::Tests(tests),
            RunChoice::PullRequests => RunsOf::PullRequests(tests),
        };
        let newest = |platform: RunPlatform| newest_first(self, platform.as_str(), of, None, query.run_count);
        let (suite, linux, windows) = try_join!(
            self.suite(),
            newest(RunPlatform::Linux),
            newest(RunPlatform::Windows)
        )?;
        let runs: Vec<RecentRun> = linux.iter().chain(&windows).cloned().collect();
        let outcomes = outcomes(self, &suite, &runs, tests).await?;
        let data = [
            (OperatingSystem::Linux, linux),
            (OperatingSystem::Windows, windows),
        ]
        .map(|(platform, mut runs)| {
            runs.reverse();
            recent_results(platform, runs, tests, |run, test| outcomes.get(&(run, test)))
        });
        Ok(PlatformResults { data: data.into() })
    }
}

/// The newest runs on a platform; `before` leaves out that one and all after it.
pub(crate) async fn newest_first(
    platform: &Services,
    os: &str,
    of: RunsOf<'_>,
    before: Option<i32>,
    limit: u32,
) -> Result<Vec<RecentRun>> {
    Ok(platform
        .store()
        .newest_runs(os, of, before, limit)
        .await?
        .into_iter()
        .map(to_run)
        .collect())
}

fn to_run(row: RecentRunRow) -> RecentRun {
    RecentRun {
        run_id: row.id,
        repository: repository(row.github.as_deref().unwrap_or_default()),
        branch: (!row.branch.is_empty()).then_some(row.branch),
        commit_sha: row.commit,
        pull_request: (row.pr_nr > 0).then_some(row.pr_nr),
        created_at: row.created_at.map(Timestamp::from_utc),
    }
}

/// What became of some tests in some runs, by run and test: two queries, whatever they are.
pub(crate) async fn outcomes(
    platform: &Services,
    suite: &Arc<Suite>,
    runs: &[RecentRun],
    tests: &[i32],
) -> Result<HashMap<(i32, i32), Outcome>> {
    let ids: Vec<i32> = runs.iter().map(|run| run.run_id).collect();
    let (results, files) = platform.store().results_in(&ids, tests).await?;
    Ok(results::derive_results(suite, results, files))
}

/// Puts together what became of some tests in some runs, oldest first.
pub(crate) fn recent_results<'a>(
    platform: OperatingSystem,
    runs: Vec<RecentRun>,
    tests: &[i32],
    outcome: impl Fn(i32, i32) -> Option<&'a Outcome>,
) -> RecentResults {
    let tests = tests.iter().map(|test| {
        let told = tell(runs.iter().map(|run| outcome(run.run_id, *test)));
        RecentTest {
            regression_test_id: *test,
            statuses: told.into_iter().map(|told| told.status).collect(),
        }
    });
    RecentResults {
        platform,
        tests: tests.collect(),
        runs,
    }
}

/// What is told of a test in a run, beside its result before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: RecentStatus,
    /// Whether it fails as it did before, but with another output or exit code.
    pub(crate) is_changed: bool,
}

/// What became of a test, oldest first, each beside the result before it. Runs without a result stand between no two.
pub(crate) fn tell<'a>(outcomes: impl Iterator<Item = Option<&'a Outcome>>) -> Vec<Told> {
    let mut before: Option<&Outcome> = None;
    let told = outcomes.map(|outcome| {
        let nothing = Told {
            status: RecentStatus::NoResult,
            is_changed: false,
        };
        let Some(outcome) = outcome else { return nothing };
        let is_changed = outcome.has_failed()
            && before.is_some_and(|before| before.has_failed() && !is_identical(outcome, before));
        let status = match outcome.status {
            ResultStatus::Pass => RecentStatus::Pass,
            ResultStatus::MissingOutput => RecentStatus::MissingOutput,
            ResultStatus::Fail if is_changed => RecentStatus::FailsDifferently,
            ResultStatus::Fail => RecentStatus::Fail,
            ResultStatus::NotStarted => return nothing,
        };
        before = Some(outcome);
        Told { status, is_changed }
    });
    told.collect()
}
