//! A pull request or a commit, with its runs.

use std::collections::BTreeMap;

use futures::future::{join_all, try_join_all};
use runlens_api_types::{
    Page,
    change::{
        ChangeSincePrevious, Commit, LatestRun, MAX_NEW_FAILURES, NewFailure, PlatformVerdict, PullRequest,
    },
    comparison::Verdict,
    page::PageQuery,
    run::{OperatingSystem, Run, RunInclude, RunQuery, RunStatus},
};

use super::{LoadedRun, RunService};
use crate::{
    Caller, Error, Result, access,
    comparison::compare,
    store::{changes::RunsOfChange, columns::parse_column, runs::RunRow},
};

/// The newest runs of a change, and what is new in them.
struct LatestRuns {
    runs: Vec<LatestRun>,
    new_failures: Option<Vec<NewFailure>>,
}

impl RunService {
    /// Returns a pull request with a page of its runs. Scope `runs:read`; verdicts and new failures need `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`] if it has no run, [`Error::Database`].
    pub async fn pull_request(&self, caller: &Caller, number: i32, page: PageQuery) -> Result<PullRequest> {
        caller.require(access::GET_PULL_REQUEST)?;
        let query = RunQuery {
            page,
            pull_request: Some(number),
            ..RunQuery::default()
        };
        let runs = self.list_with_verdicts(caller, query).await?;
        if runs.pagination.total == 0 {
            return Err(Error::NotFound {
                resource: "pull_request",
                id: number,
            });
        }
        let latest = self
            .latest_runs(caller, RunsOfChange::PullRequest(number))
            .await?;
        let (new_failure_count, new_failures) = first_failures(latest.new_failures);
        Ok(PullRequest {
            number,
            latest_runs: latest.runs,
            new_failure_count,
            new_failures,
            runs: runs.data,
            pagination: runs.pagination,
        })
    }

    /// Returns the commit that begins with these hexadecimal digits, with a page of its runs; the runs of all such commits if
    /// there are several. Scope `runs:read`; verdicts and new failures need `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::CommitNotFound`] if no run tested such a commit, [`Error::Database`].
    pub async fn commit(&self, caller: &Caller, prefix: &str, page: PageQuery) -> Result<Commit> {
        caller.require(access::GET_COMMIT)?;
        let commits = self.store().commits_with_prefix(prefix).await?;
        let commit_sha = match commits.as_slice() {
            [] => return Err(Error::CommitNotFound(prefix.to_owned())),
            [one] => Some(one.clone()),
            _ => None,
        };
        let query = RunQuery {
            page,
            commit: Some(prefix.to_owned()),
            ..RunQuery::default()
        };
        let runs = self.list_with_verdicts(caller, query).await?;
        let latest = match &commit_sha {
            Some(sha) => self.latest_runs(caller, RunsOfChange::Commit(sha)).await?,
            None => LatestRuns {
                runs: Vec::new(),
                new_failures: caller.may(access::READ_VERDICTS).then(Vec::new),
            },
        };
        let (new_failure_count, new_failures) = first_failures(latest.new_failures);
        Ok(Commit {
            commit_sha,
            latest_runs: latest.runs,
            new_failure_count,
            new_failures,
            runs: runs.data,
            pagination: runs.pagination,
        })
    }

    /// Lists runs with their counts, and with their verdicts where the caller may see them. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn list_with_verdicts(&self, caller: &Caller, query: RunQuery) -> Result<Page<Run>> {
        let mut include = vec![RunInclude::Summary];
        if caller.may(access::READ_VERDICTS) {
            include.push(RunInclude::Verdict);
        }
        self.list(caller, &RunQuery { include, ..query }).await
    }

    /// Reads the newest run on each platform. The number of queries depends on the number of platforms alone.
    async fn latest_runs(&self, caller: &Caller, change: RunsOfChange<'_>) -> Result<LatestRuns> {
        let rows = one_per_platform(self.store().latest_runs(change).await?);
        let loaded = try_join_all(rows.iter().map(|row| self.load(caller, access::GET_RUN, row.id))).await?;
        let runs: Result<Vec<LatestRun>> = join_all(
            loaded
                .iter()
                .zip(&rows)
                .map(|(run, row)| self.latest_run(run, row)),
        )
        .await
        .into_iter()
        .collect();
        let new_failures = match caller.may(access::READ_VERDICTS) {
            true => Some(new_failures(&loaded).await?),
            false => None,
        };
        Ok(LatestRuns {
            runs: runs?,
            new_failures,
        })
    }

    async fn latest_run(&self, run: &LoadedRun, row: &RunRow) -> Result<LatestRun> {
        let headline = run.headline().await?;
        let may_compare = run.require(access::READ_VERDICTS).is_ok();
        let has_results = matches!(headline.run.status, RunStatus::Pass | RunStatus::Fail);
        let since_previous = match may_compare && has_results {
            true => match self.store().previous_run(row).await? {
                Some(previous) => Some(ChangeSincePrevious {
                    run_id: previous.id,
                    counts: run.verdicts_against(previous.id).await?,
                    commit_sha: previous.commit,
                }),
                None => None,
            },
            false => None,
        };
        let baseline = headline
            .comparison
            .as_ref()
            .and_then(|comparison| comparison.baseline.as_ref());
        Ok(LatestRun {
            run_id: headline.run.run_id,
            platform: headline.run.platform,
            status: headline.run.status,
            commit_sha: headline.run.revision.commit_sha,
            headline: headline.verdict.headline,
            detail: headline.verdict.detail,
            baseline_run_id: baseline.map(|baseline| baseline.run_id),
            counts: headline.comparison.map(|comparison| comparison.counts),
            since_previous,
        })
    }
}

/// Returns one run for Linux, Windows and all unknown platforms, in that order. `rows` are newest first.
fn one_per_platform(mut rows: Vec<RunRow>) -> Vec<RunRow> {
    let platforms = [
        OperatingSystem::Linux,
        OperatingSystem::Windows,
        OperatingSystem::Unknown,
    ];
    let newest = platforms.into_iter().filter_map(|platform| {
        let is_on = |row: &RunRow| {
            parse_column::<OperatingSystem>(&row.platform).unwrap_or(OperatingSystem::Unknown) == platform
        };
        let place = rows.iter().position(is_on)?;
        Some(rows.remove(place))
    });
    newest.collect()
}

/// Returns the tests whose failure is new in any of the runs, by test id, with their verdicts in each run.
async fn new_failures(runs: &[LoadedRun]) -> Result<Vec<NewFailure>> {
    let mut failures = BTreeMap::<i32, NewFailure>::new();
    let mut verdicts = Vec::new();
    for run in runs {
        let (outcomes, baseline) = run.outcomes_with_baseline().await?;
        let mut of_run = BTreeMap::<i32, Verdict>::new();
        for compared in compare(outcomes, baseline.unwrap_or_default()) {
            let test = compared.test();
            of_run.insert(test.id, compared.verdict);
            if compared.verdict.is_new() == Some(true) {
                failures.entry(test.id).or_insert_with(|| NewFailure {
                    regression_test_id: test.id,
                    sample_id: test.sample_id,
                    sample_name: test.sample_name.clone(),
                    command: test.command.clone(),
                    platforms: Vec::new(),
                });
            }
        }
        verdicts.push((run.id(), run.platform(), of_run));
    }
    for failure in failures.values_mut() {
        let platforms = verdicts.iter().map(|(run_id, platform, of_run)| PlatformVerdict {
            platform: *platform,
            run_id: *run_id,
            verdict: of_run.get(&failure.regression_test_id).copied(),
        });
        failure.platforms = platforms.collect();
    }
    Ok(failures.into_values().collect())
}

/// Counts the failures and keeps as many as a response lists.
fn first_failures(failures: Option<Vec<NewFailure>>) -> (Option<u64>, Option<Vec<NewFailure>>) {
    let count = failures.as_ref().map(|failures| failures.len() as u64);
    let first = failures.map(|mut failures| {
        failures.truncate(MAX_NEW_FAILURES);
        failures
    });
    (count, first)
}
