//! Health of a regression test on `master`: since when it fails, and whether it is flaky.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use futures::try_join;
use runlens_api_types::{
    TextEnum,
    health::{
        FLAKY_RULE, FLAKY_WINDOW, Failing, FlakyEvidence, FlakyReason, Flip, MIN_FLAKY_FLIPS, PlatformHealth,
        RUNS_EXAMINED, RunResult, TestHealth,
    },
    recent::{RecentRun, RecentStatus},
    run::{OperatingSystem, RunPlatform},
};

use super::SuiteService;
use crate::{
    Caller, Error, Result, access,
    recent::{ClassifiedResult, classify, newest_runs, outcomes_in},
    store::recent::RunsOf,
};

impl SuiteService {
    /// Returns the health of a test, from the newest completed runs of the main repository's `master`. Scope
    /// `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn regression_test_health(&self, caller: &Caller, id: i32) -> Result<TestHealth> {
        caller.require(access::GET_REGRESSION_TEST_HEALTH)?;
        self.store().regression_test(id).await?.ok_or(Error::NotFound {
            resource: "regression_test",
            id,
        })?;
        let of = RunsOf::Master {
            repository: &self.settings().main_repository,
        };
        let newest =
            |platform: RunPlatform| newest_runs(self.store(), platform.as_str(), of, None, RUNS_EXAMINED);
        let (suite, linux, windows) = try_join!(
            self.definition().load(),
            newest(RunPlatform::Linux),
            newest(RunPlatform::Windows)
        )?;
        let runs: Vec<RecentRun> = linux.iter().chain(&windows).cloned().collect();
        let outcomes = outcomes_in(self.store(), &suite, &runs, &[id]).await?;
        let platforms = [
            (OperatingSystem::Linux, linux),
            (OperatingSystem::Windows, windows),
        ]
        .map(|(platform, mut runs)| {
            runs.reverse();
            let classified = classify(runs.iter().map(|run| outcomes.get(&(run.run_id, id))));
            health(
                platform,
                &runs
                    .into_iter()
                    .zip(classified)
                    .map(|(run, result)| Row { run, result })
                    .collect::<Vec<_>>(),
            )
        });
        Ok(TestHealth {
            regression_test_id: id,
            runs_looked_at: RUNS_EXAMINED,
            flaky_rule: FLAKY_RULE.to_owned(),
            platforms: platforms.into(),
        })
    }
}

/// A run with the result of the test in it.
#[derive(Clone, Debug)]
struct Row {
    run: RecentRun,
    result: ClassifiedResult,
}

impl Row {
    fn has_failed(&self) -> bool {
        self.result.status.has_failed()
    }

    fn to_result(&self) -> RunResult {
        RunResult {
            run: self.run.clone(),
            status: self.result.status,
        }
    }
}

/// Derives the health of a test from runs on one platform, oldest first. Runs without a result are ignored.
fn health(platform: OperatingSystem, rows: &[Row]) -> PlatformHealth {
    let results: Vec<&Row> = rows
        .iter()
        .filter(|row| row.result.status != RecentStatus::NoResult)
        .collect();
    let newest = |has_failed: bool| {
        results
            .iter()
            .rfind(|row| row.has_failed() == has_failed)
            .map(|row| row.run.clone())
    };
    let flaky_evidence = flaky_evidence(&results);
    PlatformHealth {
        platform,
        run_count: rows.len() as u64,
        result_count: results.len() as u64,
        oldest_run_id: rows.first().map(|row| row.run.run_id),
        latest: results.last().map(|row| row.to_result()),
        failing: failing(&results),
        last_pass: newest(false),
        last_failure: newest(true),
        flip_count: flips(&results).count() as u64,
        is_flaky: !flaky_evidence.is_empty(),
        flaky_evidence,
    }
}

/// Returns the streak of failures that ends with the newest result, if it is a failure.
fn failing(results: &[&Row]) -> Option<Failing> {
    let last_pass = results.iter().rposition(|row| !row.has_failed());
    let streak = &results[last_pass.map_or(0, |index| index + 1)..];
    let first = streak.first()?;
    let passed_before = last_pass.map(|index| &results[index].run);
    let unchanged = streak
        .iter()
        .rev()
        .find(|row| row.result.is_changed)
        .unwrap_or(first);
    Some(Failing {
        since: first.run.clone(),
        changes_link: passed_before.and_then(|before| changes_link(before, &first.run)),
        passed_before: passed_before.cloned(),
        unchanged_since: unchanged.run.clone(),
    })
}

fn changes_link(from: &RecentRun, to: &RecentRun) -> Option<String> {
    let is_comparable = !from.revision.repository.is_empty()
        && from.revision.repository == to.revision.repository
        && from.revision.commit_sha != to.revision.commit_sha;
    is_comparable.then(|| {
        format!(
            "https://github.com/{}/compare/{}...{}",
            from.revision.repository, from.revision.commit_sha, to.revision.commit_sha
        )
    })
}

fn flip(from: &Row, to: &Row) -> Option<Flip> {
    (from.has_failed() != to.has_failed()).then(|| Flip {
        from: from.to_result(),
        to: to.to_result(),
    })
}

/// Returns the pairs of adjacent results of which one passed and the other failed.
fn flips(results: &[&Row]) -> impl Iterator<Item = Flip> {
    results.windows(2).filter_map(|pair| flip(pair[0], pair[1]))
}

/// Returns which parts of [`FLAKY_RULE`] apply, with the flips as evidence.
fn flaky_evidence(results: &[&Row]) -> Vec<FlakyEvidence> {
    let newest = &results[results.len().saturating_sub(FLAKY_WINDOW)..];
    let by_flips: Vec<Flip> = flips(newest).collect();
    let by_flips = if by_flips.len() >= MIN_FLAKY_FLIPS {
        by_flips
    } else {
        Vec::new()
    };
    let mut last_of_commit: HashMap<&str, &Row> = HashMap::new();
    let on_same_commit = results.iter().filter_map(|row| {
        let before = last_of_commit.insert(&row.run.revision.commit_sha, row)?;
        flip(before, row)
    });
    let evidence = [
        (FlakyReason::Flips, by_flips),
        (FlakyReason::SameCommit, on_same_commit.collect()),
    ];
    evidence
        .into_iter()
        .filter(|(_, flips)| !flips.is_empty())
        .map(|(reason, flips)| FlakyEvidence { reason, flips })
        .collect()
}
