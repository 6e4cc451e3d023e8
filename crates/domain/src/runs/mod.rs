//! Runs: pages of them, and one opened.

mod caches;
#[cfg(test)]
mod consistency_tests;
mod facts;
mod newest;
mod open;
mod report;
mod same_failures;
mod state;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use runlens_api_types::{
    Page, TextEnum,
    auth::Scope,
    run::{
        OperatingSystem, Run, RunComparison, RunErrors, RunInclude, RunLinks, RunQuery, RunStatus,
        RunSummary, TestType,
    },
};

pub(crate) use caches::RunCaches;
pub(crate) use facts::RunFacts;
pub use open::OpenRun;
pub(crate) use same_failures::Fingerprints;
pub(crate) use state::RunState;

use crate::{
    Caller, Result, Services, Settings, errors,
    results::Suite,
    store::runs::{ResultCounts, RunRow},
};

impl Services {
    /// A page of runs, newest first unless asked otherwise, in a fixed number of queries. Scope `runs:read`, and `results:read` for what
    /// they say beside their reference runs.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn runs(&self, caller: &Caller, query: &RunQuery) -> Result<Page<Run>> {
        caller.require(Scope::RunsRead)?;
        if query.include.contains(&RunInclude::Verdict) {
            caller.require(Scope::ResultsRead)?;
        }
        let page = self.run_caches().pages.get(self.store(), query.clone(), async {
            Ok(Arc::new(self.list_runs(query).await?))
        });
        Ok(Arc::unwrap_or_clone(page.await?))
    }

    async fn list_runs(&self, query: &RunQuery) -> Result<Page<Run>> {
        let store = self.store();
        let (rows, total) = store.runs(query, &self.settings().main_repository).await?;
        let ids: Vec<i32> = rows.iter().map(|row| row.id).collect();
        let mut progress = store.progress(&ids).await?;
        let mut counts: HashMap<i32, ResultCounts> = store
            .result_counts(&ids)
            .await?
            .into_iter()
            .map(|counts| (counts.test_id, counts))
            .collect();
        let sizes = if query.include.contains(&RunInclude::Summary) {
            let chosen: HashMap<i32, u64> = store.chosen_counts(&ids).await?.into_iter().collect();
            Some((chosen, store.active_test_count().await?))
        } else {
            None
        };
        let mut comparisons = match query.include.contains(&RunInclude::Verdict) {
            true => Some(self.comparisons(&rows).await?),
            false => None,
        };
        let runs = rows.into_iter().map(|row| {
            let counts = counts.remove(&row.id).unwrap_or_default();
            let progress = progress.remove(&row.id).unwrap_or_default();
            let state = RunState::of(&progress, counts.results > 0, counts.errors > 0);
            let summary = sizes.as_ref().map(|(chosen, active)| {
                let total = chosen.get(&row.id).copied().unwrap_or(*active);
                summary_of_counts(row.id, state.status, total, &counts)
            });
            let comparison = comparisons
                .as_mut()
                .and_then(|comparisons| comparisons.remove(&row.id));
            let infrastructure_error_type =
                comparison.and_then(|_| errors::last_infrastructure_error(&progress));
            Run {
                comparison,
                infrastructure_error_type,
                ..to_run(row, &state, summary, self.settings())
            }
        });
        Ok(Page::new(runs.collect(), query.page, total))
    }

    /// Each run of a page beside its reference run.
    async fn comparisons(&self, runs: &[RunRow]) -> Result<HashMap<i32, RunComparison>> {
        let store = self.store();
        let references = store
            .reference_runs(runs, &self.settings().main_repository)
            .await?;
        let pairs: Vec<(i32, Option<i32>)> = runs
            .iter()
            .map(|run| (run.id, references.get(&run.id).copied()))
            .collect();
        let counts = store.verdict_counts(&pairs).await?;
        let comparisons = pairs.into_iter().map(|(run, reference_run_id)| {
            (
                run,
                RunComparison {
                    reference_run_id,
                    counts: counts.get(&run).copied().unwrap_or_default(),
                },
            )
        });
        Ok(comparisons.collect())
    }

    /// Opens a run: what is asked of it afterwards shares what has been read already, and checks its own scope.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Database`].
    pub async fn open_run(&self, caller: &Caller, id: i32) -> Result<OpenRun> {
        Ok(OpenRun::new(
            self.clone(),
            caller.clone(),
            self.run_facts(id).await?,
        ))
    }

    /// The suite as it is defined today.
    pub(crate) async fn suite(&self) -> Result<Arc<Suite>> {
        let read = async { Ok(Arc::new(Suite::of(self.store().suite_rows().await?))) };
        self.run_caches().suite.get(self.store(), (), read).await
    }
}

fn summary_of_counts(run_id: i32, status: RunStatus, total: u64, counts: &ResultCounts) -> RunSummary {
    let count = |value: i64| value.unsigned_abs();
    RunSummary {
        run_id,
        status,
        total_samples: total,
        pass_count: count(counts.results - counts.missing_output - counts.failed),
        fail_count: count(counts.failed),
        skipped_count: total.saturating_sub(count(counts.chosen_results)),
        missing_output_count: count(counts.missing_output),
        error_count: count(counts.errors),
        duration_ms: counts.runtime.filter(|runtime| *runtime != 0),
    }
}

fn to_run(row: RunRow, state: &RunState, summary: Option<RunSummary>, settings: &Settings) -> Run {
    let repository = repository(row.github.as_deref().unwrap_or_default());
    let pull_request = (row.pr_nr > 0).then_some(row.pr_nr);
    let github_link = (!repository.is_empty()).then(|| match pull_request {
        Some(number) => format!("https://github.com/{repository}/pull/{number}"),
        None => format!("https://github.com/{repository}/commit/{}", row.commit),
    });
    Run {
        run_id: row.id,
        status: state.status,
        branch: (!row.branch.is_empty()).then_some(row.branch),
        commit_short: row.commit.chars().take(7).collect(),
        commit_sha: row.commit,
        pull_request,
        pr_number: pull_request,
        platform: parse_column(&row.platform).unwrap_or(OperatingSystem::Unknown),
        test_type: parse_column(&row.test_type).unwrap_or(TestType::Unknown),
        run_errors: run_errors(state),
        triggered_by: row.triggered_by,
        created_at: state.created_at,
        queued_at: state.created_at,
        started_at: state.started_at,
        completed_at: state.completed_at,
        duration_ms: state.duration_ms(),
        links: links(row.id, github_link.clone(), settings),
        github_link,
        repository,
        summary,
        comparison: None,
        infrastructure_error_type: None,
    }
}

fn run_errors(state: &RunState) -> RunErrors {
    match (state.has_test_errors, state.has_infrastructure_errors) {
        (false, false) => RunErrors::None,
        (true, false) => RunErrors::Test,
        (false, true) => RunErrors::Infrastructure,
        (true, true) => RunErrors::Both,
    }
}

/// An enumerated column as it is read: some installations pad it, some write it in capitals.
pub(crate) fn parse_column<E: TextEnum>(text: &str) -> Option<E> {
    text.trim().to_ascii_lowercase().parse().ok()
}

/// `OWNER/NAME` of an address such as `https://github.com/OWNER/NAME.git`; empty where it has none.
pub(crate) fn repository(github: &str) -> String {
    let address = github.trim().trim_end_matches('/').trim_end_matches(".git");
    // The host of `git@github.com:OWNER/NAME` ends in a colon, every other in a slash.
    let path = address.split_once("://").map_or(address, |(_, rest)| rest);
    let mut parts = path.split(['/', ':']).skip(1).filter(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some(owner), Some(name)) => format!("{owner}/{name}"),
        _ => String::new(),
    }
}

fn links(id: i32, github: Option<String>, settings: &Settings) -> RunLinks {
    let html = format!("{}/runs/{id}", settings.public_url);
    let this = format!("{}/api/v1/runs/{id}", settings.public_url);
    let below = |name: &str| format!("{this}/{name}");
    RunLinks {
        html,
        github,
        summary: below("summary"),
        progress: below("progress"),
        samples: below("samples"),
        errors: below("errors"),
        error_summary: below("error-summary"),
        infrastructure_errors: below("infrastructure-errors"),
        logs: below("logs"),
        artifacts: below("artifacts"),
        this,
    }
}
