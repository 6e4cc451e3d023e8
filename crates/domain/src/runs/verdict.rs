//! A run's verdict in one sentence: the only place that combines its inputs.

use runlens_api_types::{
    comparison::{BaselineRun, VerdictCounts},
    run::{ProgressStatus, Run, RunSummary},
    verdict::{self, Baseline, RunVerdict, Stop},
};

use super::{LoadedRun, RunService, state::stage};
use crate::{Result, access, comparison::compare, store::tables::TestProgressRow};

/// A run with its verdict and the inputs of the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct RunHeadline {
    pub run: Run,
    pub summary: RunSummary,
    /// None for a caller without `results:read`.
    pub comparison: Option<BaselineComparison>,
    pub verdict: RunVerdict,
}

/// A run compared with its baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct BaselineComparison {
    /// None for a run without a baseline.
    pub baseline: Option<BaselineRun>,
    pub counts: VerdictCounts,
}

impl RunHeadline {
    /// Derives the verdict. `comparison` is none where the caller may not see it; `cancellation` is the message of the run's last
    /// cancellation.
    pub fn new(
        run: Run,
        summary: RunSummary,
        comparison: Option<BaselineComparison>,
        cancellation: Option<&str>,
    ) -> Self {
        let baseline = match &comparison {
            None => Baseline::Forbidden,
            Some(BaselineComparison { baseline: None, .. }) => Baseline::Missing,
            Some(BaselineComparison {
                baseline: Some(baseline),
                counts,
            }) => Baseline::Run(baseline, counts),
        };
        let verdict = verdict::verdict(
            &run,
            &summary,
            baseline,
            cancellation.map(|message| Stop { message }),
        );
        Self {
            run,
            summary,
            comparison,
            verdict,
        }
    }
}

impl RunService {
    /// Returns the verdict on a listed run in a few words; empty for a run that was listed without its counts.
    pub fn short_verdict(&self, run: &Run) -> String {
        let compared = run.comparison.and_then(|comparison| {
            // The default baseline is a run of the main repository's `master`.
            let repository = &self.settings().main_repository;
            let name =
                verdict::baseline_name_of(run, comparison.baseline_run_id?, repository, Some("master"));
            Some((comparison.counts, name))
        });
        let compared = compared.as_ref().map(|(counts, name)| (counts, name.as_str()));
        let summary = run.summary.as_ref();
        summary
            .map(|summary| verdict::short(summary, compared))
            .unwrap_or_default()
    }
}

impl LoadedRun {
    /// Returns the verdict. Scope `runs:read`; without `results:read` it says nothing about the baseline.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn verdict(&self) -> Result<RunVerdict> {
        Ok(self.headline().await?.verdict)
    }

    /// Returns the run with its verdict and the inputs of the verdict. Scope `runs:read`; compared with the baseline for
    /// `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::verdict`].
    pub async fn headline(&self) -> Result<RunHeadline> {
        self.caller.require(access::GET_RUN)?;
        self.read_headline().await
    }

    pub(super) async fn read_headline(&self) -> Result<RunHeadline> {
        let (run, summary) = (self.read_run().await?, self.count_results().await?);
        let comparison = match self.caller.may(access::READ_VERDICTS) {
            true => Some(self.compare_with_baseline().await?),
            false => None,
        };
        Ok(RunHeadline::new(
            run,
            summary,
            comparison,
            self.last_cancellation(),
        ))
    }

    async fn compare_with_baseline(&self) -> Result<BaselineComparison> {
        let outcomes = self.outcomes().await?;
        let (baseline, there) = self.baseline().await?.unzip();
        let mut counts = VerdictCounts::default();
        compare(outcomes, there.unwrap_or_default())
            .iter()
            .for_each(|test| counts.add(test.verdict));
        Ok(BaselineComparison { baseline, counts })
    }

    /// Returns the message of the last cancellation. Unlike [`Self::progress`] it is not limited to a page.
    pub(super) fn last_cancellation(&self) -> Option<&str> {
        let is_canceled = |row: &&TestProgressRow| stage(row) == ProgressStatus::Canceled;
        let last = self.snapshot.progress.iter().rfind(is_canceled);
        last.map(|row| row.message.as_str())
    }
}
