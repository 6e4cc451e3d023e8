//! Results of given tests in the newest runs.

use std::{collections::HashMap, sync::Arc};

use runlens_api_types::{
    Timestamp,
    recent::{RecentResults, RecentRun, RecentStatus, RecentTest},
    run::OperatingSystem,
    sample::ResultStatus,
};

use crate::{
    Result,
    comparison::is_identical,
    results::{self, Outcome, Suite},
    store::{
        Store,
        columns::revision,
        recent::{RecentRunRow, RunsOf},
    },
};

/// Returns the newest runs on a platform, newest first. With `before`, only runs older than that one.
pub(crate) async fn newest_runs(
    store: &Store,
    platform: &str,
    of: RunsOf<'_>,
    before: Option<i32>,
    limit: u32,
) -> Result<Vec<RecentRun>> {
    Ok(store
        .newest_runs(platform, of, before, limit)
        .await?
        .into_iter()
        .map(to_run)
        .collect())
}

fn to_run(row: RecentRunRow) -> RecentRun {
    RecentRun {
        run_id: row.id,
        revision: revision(row.github, row.branch, row.commit, row.pr_nr),
        created_at: row.created_at.map(Timestamp::from_utc),
    }
}

/// Returns the outcomes of the given tests in the given runs, keyed by run and test, in two queries.
pub(crate) async fn outcomes_in(
    store: &Store,
    suite: &Arc<Suite>,
    runs: &[RecentRun],
    tests: &[i32],
) -> Result<HashMap<(i32, i32), Outcome>> {
    let ids: Vec<i32> = runs.iter().map(|run| run.run_id).collect();
    let (results, files) = store.results_in(&ids, tests).await?;
    Ok(results::derive_results(suite, results, files))
}

/// Builds the results of the given tests in the given runs, which must be oldest first.
pub(crate) fn to_recent_results<'a>(
    platform: OperatingSystem,
    runs: Vec<RecentRun>,
    tests: &[i32],
    outcome: impl Fn(i32, i32) -> Option<&'a Outcome>,
) -> RecentResults {
    let tests = tests.iter().map(|test| {
        let classified = classify(runs.iter().map(|run| outcome(run.run_id, *test)));
        RecentTest {
            regression_test_id: *test,
            statuses: classified.into_iter().map(|result| result.status).collect(),
        }
    });
    RecentResults {
        platform,
        tests: tests.collect(),
        runs,
    }
}

/// A test's result in a run, classified against its previous result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassifiedResult {
    pub(crate) status: RecentStatus,
    /// Whether it fails like the previous result, but with another output or exit code.
    pub(crate) is_changed: bool,
}

/// Classifies a test's results, oldest first, each against the previous one. Runs without a result are
/// skipped.
pub(crate) fn classify<'a>(outcomes: impl Iterator<Item = Option<&'a Outcome>>) -> Vec<ClassifiedResult> {
    let mut previous: Option<&Outcome> = None;
    let classified = outcomes.map(|outcome| {
        let no_result = ClassifiedResult {
            status: RecentStatus::NoResult,
            is_changed: false,
        };
        let Some(outcome) = outcome else { return no_result };
        let is_changed = outcome.has_failed()
            && previous.is_some_and(|previous| previous.has_failed() && !is_identical(outcome, previous));
        let status = match outcome.status {
            ResultStatus::Pass => RecentStatus::Pass,
            ResultStatus::MissingOutput => RecentStatus::MissingOutput,
            ResultStatus::Fail if is_changed => RecentStatus::FailsDifferently,
            ResultStatus::Fail => RecentStatus::Fail,
            ResultStatus::NotStarted => return no_result,
        };
        previous = Some(outcome);
        ClassifiedResult { status, is_changed }
    });
    classified.collect()
}
