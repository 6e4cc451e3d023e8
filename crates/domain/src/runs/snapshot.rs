//! Cached data of one run, shared by all requests until the database changes.

use std::sync::Arc;

use runlens_api_types::Timestamp;
use tokio::sync::OnceCell;

use super::{RunService, RunState};
use crate::{
    Error, Result,
    results::{self, Outcome, Suite},
    store::{runs::RunRow, tables::TestProgressRow},
};

/// Cached data of one run. Its results and its baseline are read on first use.
pub(super) struct RunSnapshot {
    pub(super) row: RunRow,
    pub(super) progress: Vec<TestProgressRow>,
    /// Shared with the runs it is compared with.
    suite: Arc<OnceCell<Arc<Suite>>>,
    outcomes: OnceCell<Vec<Outcome>>,
    baseline: OnceCell<Option<Arc<RunSnapshot>>>,
}

impl RunService {
    pub(super) async fn load_snapshot(&self, id: i32) -> Result<Arc<RunSnapshot>> {
        self.load_snapshot_of_suite(id, Arc::default()).await
    }

    async fn load_snapshot_of_suite(
        &self,
        id: i32,
        suite: Arc<OnceCell<Arc<Suite>>>,
    ) -> Result<Arc<RunSnapshot>> {
        let read = async {
            let ids = [id];
            let (row, mut progress) = tokio::try_join!(self.store().run(id), self.store().progress(&ids))?;
            let row = row.ok_or(Error::NotFound { resource: "run", id })?;
            let progress = progress.remove(&id).unwrap_or_default();
            Ok(Arc::new(RunSnapshot {
                row,
                progress,
                suite,
                outcomes: OnceCell::new(),
                baseline: OnceCell::new(),
            }))
        };
        self.caches().runs.get(self.store(), id, read).await
    }
}

impl RunSnapshot {
    /// Returns the outcome of each test, by test id.
    pub(super) async fn outcomes(&self, runs: &RunService) -> Result<&[Outcome]> {
        let read = async || {
            let suite = self.suite(runs);
            let rows = async { runs.store().run_rows(self.row.id).await.map_err(Error::from) };
            let (suite, rows) = tokio::try_join!(suite, rows)?;
            Ok::<_, Error>(results::derive(suite, rows))
        };
        Ok(self.outcomes.get_or_try_init(read).await?)
    }

    pub(super) async fn suite(&self, runs: &RunService) -> Result<&Arc<Suite>> {
        self.suite.get_or_try_init(|| runs.definition().load()).await
    }

    /// Loads a run to compare this one with.
    pub(super) async fn load_other(&self, id: i32, runs: &RunService) -> Result<Arc<RunSnapshot>> {
        runs.load_snapshot_of_suite(id, self.suite.clone()).await
    }

    /// Loads the default baseline: the newest earlier completed run of the main repository's `master` on the same platform that
    /// has results.
    pub(super) async fn load_baseline(&self, runs: &RunService) -> Result<Option<&Arc<RunSnapshot>>> {
        let read = async || {
            let repository = &runs.settings().main_repository;
            let id = runs.store().reference_run(&self.row, repository).await?;
            // Boxed: a snapshot contains another.
            Ok::<_, Error>(match id {
                Some(id) => Some(Box::pin(self.load_other(id, runs)).await?),
                None => None,
            })
        };
        Ok(self.baseline.get_or_try_init(read).await?.as_ref())
    }

    pub(super) async fn state(&self, runs: &RunService) -> Result<RunState> {
        let outcomes = self.outcomes(runs).await?;
        let has_results = outcomes.iter().any(|outcome| outcome.result.is_some());
        Ok(RunState::of(
            &self.progress,
            has_results,
            outcomes.iter().any(Outcome::has_failed),
        ))
    }

    /// Returns the time of the last progress row, which stands for the time of the run's errors.
    pub(super) fn last_report_at(&self) -> Option<Timestamp> {
        self.progress.last().map(|row| Timestamp::from_utc(row.timestamp))
    }
}
