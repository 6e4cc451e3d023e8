//! What was read of one run: shared by all who ask while the database stays as it is.

use std::sync::Arc;

use runlens_api_types::Timestamp;
use tokio::sync::OnceCell;

use super::RunState;
use crate::{
    Error, Result, Services,
    results::{self, Outcome, Suite},
    store::{entity::test_progress, runs::RunRow},
};

/// What was read of one run. Its results, and the run it is compared with, are read when they are first asked for.
pub(crate) struct RunFacts {
    pub(super) row: RunRow,
    pub(super) progress: Vec<test_progress::Model>,
    /// Shared with the runs it is compared with.
    suite: Arc<OnceCell<Arc<Suite>>>,
    outcomes: OnceCell<Vec<Outcome>>,
    reference: OnceCell<Option<Arc<RunFacts>>>,
}

impl Services {
    /// A run, as it is now.
    pub(super) async fn run_facts(&self, id: i32) -> Result<Arc<RunFacts>> {
        self.run_facts_in(id, Arc::default()).await
    }

    /// A run, as it is now, of a suite that may have been read already.
    async fn run_facts_in(&self, id: i32, suite: Arc<OnceCell<Arc<Suite>>>) -> Result<Arc<RunFacts>> {
        let read = async {
            let ids = [id];
            let (row, mut progress) = tokio::try_join!(self.store().run(id), self.store().progress(&ids))?;
            let row = row.ok_or(Error::NotFound { resource: "run", id })?;
            let progress = progress.remove(&id).unwrap_or_default();
            Ok(Arc::new(RunFacts {
                row,
                progress,
                suite,
                outcomes: OnceCell::new(),
                reference: OnceCell::new(),
            }))
        };
        self.run_caches().runs.get(self.store(), id, read).await
    }
}

impl RunFacts {
    /// What became of its tests, by test id.
    pub(super) async fn outcomes(&self, platform: &Services) -> Result<&[Outcome]> {
        let read = async || {
            let suite = self.suite(platform);
            let rows = async { platform.store().run_rows(self.row.id).await.map_err(Error::from) };
            let (suite, rows) = tokio::try_join!(suite, rows)?;
            Ok::<_, Error>(results::derive(suite, rows))
        };
        Ok(self.outcomes.get_or_try_init(read).await?)
    }

    /// The suite that its results are of.
    pub(super) async fn suite(&self, platform: &Services) -> Result<&Arc<Suite>> {
        self.suite.get_or_try_init(|| platform.suite()).await
    }

    /// Another run, to be compared with this one.
    pub(super) async fn beside(&self, id: i32, platform: &Services) -> Result<Arc<RunFacts>> {
        platform.run_facts_in(id, self.suite.clone()).await
    }

    /// The run that this one is compared with unless another is named: the newest earlier run on the same platform that tested
    /// a commit of the main repository's `master`, completed, and has results.
    pub(super) async fn reference(&self, platform: &Services) -> Result<Option<&Arc<RunFacts>>> {
        let read = async || {
            let repository = &platform.settings().main_repository;
            let id = platform.store().reference_run(&self.row, repository).await?;
            // Boxed: a run's facts hold another's.
            Ok::<_, Error>(match id {
                Some(id) => Some(Box::pin(self.beside(id, platform)).await?),
                None => None,
            })
        };
        Ok(self.reference.get_or_try_init(read).await?.as_ref())
    }

    /// Its status and times.
    pub(super) async fn state(&self, platform: &Services) -> Result<RunState> {
        let outcomes = self.outcomes(platform).await?;
        let has_results = outcomes.iter().any(|outcome| outcome.result.is_some());
        Ok(RunState::of(
            &self.progress,
            has_results,
            outcomes.iter().any(Outcome::has_failed),
        ))
    }

    /// The last report, which is when its errors are said to have occurred.
    pub(super) fn last_report_at(&self) -> Option<Timestamp> {
        self.progress.last().map(|row| Timestamp::from_utc(row.timestamp))
    }
}
