//! Counts of a run's results.

use runlens_api_types::{run::RunSummary, sample::Counts};

use super::LoadedRun;
use crate::{Result, access, errors, results::Outcome};

impl LoadedRun {
    /// Counts the results. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn summary(&self) -> Result<RunSummary> {
        self.caller.require(access::GET_RUN_SUMMARY)?;
        self.count_results().await
    }

    pub(super) async fn count_results(&self) -> Result<RunSummary> {
        let outcomes = self.outcomes().await?;
        let counts = count(outcomes.iter().filter(|outcome| outcome.result.is_some()));
        let expected = outcomes.iter().filter(|outcome| outcome.chosen);
        let runtime_ms: i64 = outcomes
            .iter()
            .filter_map(|outcome| outcome.result.as_ref()?.runtime)
            .map(i64::from)
            .sum();
        Ok(RunSummary {
            run_id: self.id(),
            status: self.state().await?.status,
            total_samples: expected.clone().count() as u64,
            pass_count: counts.pass_count,
            fail_count: counts.fail_count,
            skipped_count: expected.filter(|outcome| outcome.result.is_none()).count() as u64,
            missing_output_count: counts.missing_output_count,
            error_count: errors::test_errors(outcomes, |_| None).count() as u64,
            duration_ms: (runtime_ms != 0).then_some(runtime_ms),
        })
    }
}

fn count<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Counts {
    let mut counts = Counts::default();
    outcomes.for_each(|outcome| counts.add(outcome.status));
    counts
}
