//! A page of runs.

use std::{collections::HashMap, sync::Arc};

use runlens_api_types::{
    Page,
    run::{Run, RunComparison, RunInclude, RunQuery},
};

use super::{
    RunService, RunState,
    run_row::{summary_of_counts, to_run},
};
use crate::{
    Caller, Result, access, errors,
    store::runs::{ResultCounts, RunRow},
};

impl RunService {
    /// Returns a page of runs, newest first by default, in a fixed number of queries. Scope `runs:read`, and `results:read` for
    /// `include=verdict`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn list(&self, caller: &Caller, query: &RunQuery) -> Result<Page<Run>> {
        caller.require(access::LIST_RUNS)?;
        if query.include.contains(&RunInclude::Verdict) {
            caller.require(access::READ_VERDICTS)?;
        }
        let page = self.caches().pages.get(self.store(), query.clone(), async {
            Ok(Arc::new(self.read_page(query).await?))
        });
        Ok(Arc::unwrap_or_clone(page.await?))
    }

    async fn read_page(&self, query: &RunQuery) -> Result<Page<Run>> {
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

    /// Compares each run of a page with its baseline.
    async fn comparisons(&self, runs: &[RunRow]) -> Result<HashMap<i32, RunComparison>> {
        let store = self.store();
        let baselines = store
            .reference_runs(runs, &self.settings().main_repository)
            .await?;
        let pairs: Vec<(i32, Option<i32>)> = runs
            .iter()
            .map(|run| (run.id, baselines.get(&run.id).copied()))
            .collect();
        let counts = store.verdict_counts(&pairs).await?;
        let comparisons = pairs.into_iter().map(|(run, baseline_run_id)| {
            (
                run,
                RunComparison {
                    baseline_run_id,
                    counts: counts.get(&run).copied().unwrap_or_default(),
                },
            )
        });
        Ok(comparisons.collect())
    }
}
