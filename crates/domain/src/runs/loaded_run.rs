//! One run, loaded for a caller.

use std::sync::Arc;

use runlens_api_types::{
    auth::Scope,
    comparison::BaselineRun,
    run::{OperatingSystem, Run},
};

use super::{RunService, RunState, run_row::to_run, snapshot::RunSnapshot};
use crate::{Caller, Result, access, results::Outcome, store::columns::parse_column};

/// One run, loaded for a caller. Each use case checks its own scope and reads what it needs once, in a fixed number of queries.
pub struct LoadedRun {
    pub(super) runs: RunService,
    pub(super) caller: Caller,
    pub(super) snapshot: Arc<RunSnapshot>,
}

impl LoadedRun {
    pub(super) fn new(runs: RunService, caller: Caller, snapshot: Arc<RunSnapshot>) -> Self {
        Self {
            runs,
            caller,
            snapshot,
        }
    }

    pub(crate) fn id(&self) -> i32 {
        self.snapshot.row.id
    }

    /// Returns the platform as the database names it.
    pub(crate) fn platform_column(&self) -> &str {
        &self.snapshot.row.platform
    }

    pub(crate) fn platform(&self) -> OperatingSystem {
        parse_column(self.platform_column()).unwrap_or(OperatingSystem::Unknown)
    }

    pub(crate) fn require(&self, scope: Scope) -> Result<()> {
        self.caller.require(scope)
    }

    pub(crate) async fn outcomes(&self) -> Result<&[Outcome]> {
        self.snapshot.outcomes(&self.runs).await
    }

    pub(crate) async fn state(&self) -> Result<RunState> {
        self.snapshot.state(&self.runs).await
    }

    /// Returns the run itself. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn run(&self) -> Result<Run> {
        self.caller.require(access::GET_RUN)?;
        self.read_run().await
    }

    pub(super) async fn read_run(&self) -> Result<Run> {
        Ok(to_run(
            self.snapshot.row.clone(),
            &self.state().await?,
            None,
            self.runs.settings(),
        ))
    }

    /// Returns the outcomes of the run and those of its baseline, if it has one.
    pub(super) async fn outcomes_with_baseline(&self) -> Result<(&[Outcome], Option<&[Outcome]>)> {
        let outcomes = self.outcomes().await?;
        let baseline = match self.snapshot.load_baseline(&self.runs).await? {
            Some(baseline) => Some(baseline.outcomes(&self.runs).await?),
            None => None,
        };
        Ok((outcomes, baseline))
    }

    /// Returns the baseline and its outcomes, if there is one.
    pub(crate) async fn baseline(&self) -> Result<Option<(BaselineRun, &[Outcome])>> {
        Ok(match self.snapshot.load_baseline(&self.runs).await? {
            Some(baseline) => Some((
                self.to_baseline(baseline).await?,
                baseline.outcomes(&self.runs).await?,
            )),
            None => None,
        })
    }

    pub(super) async fn to_baseline(&self, snapshot: &RunSnapshot) -> Result<BaselineRun> {
        let run = to_run(
            snapshot.row.clone(),
            &snapshot.state(&self.runs).await?,
            None,
            self.runs.settings(),
        );
        Ok(BaselineRun {
            run_id: run.run_id,
            status: run.status,
            platform: run.platform,
            repository: run.revision.repository,
            branch: run.revision.branch,
            commit_sha: run.revision.commit_sha,
            commit_short: run.commit_short,
            completed_at: run.completed_at,
        })
    }
}
