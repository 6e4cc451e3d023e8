//! A run while it goes on: what its stream of events says.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    run::{ProgressStatus, Run, RunStatus, RunSummary},
};

/// How a run stands. One is sent at once, and one whenever something in it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveRun {
    /// Numeric run ID.
    pub run_id: i32,
    /// Normalized status.
    pub status: RunStatus,
    /// Stage that was reported last; null before the first report.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub stage: Option<ProgressStatus>,
    /// First report of progress; null while queued.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
    /// When testing began.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub started_at: Option<Timestamp>,
    /// When the run completed or was canceled.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub completed_at: Option<Timestamp>,
    /// Tests that the run is made of.
    pub total_samples: u64,
    /// Tests with a result.
    pub finished_count: u64,
    /// Tests that failed or left out an output.
    pub failed_count: u64,
    /// Bytes of its build log; null without one, and for whoever may not read logs.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub log_bytes: Option<u64>,
}

impl LiveRun {
    /// How a run stands at a stage, by the counts of its results; without its log.
    pub fn of(run: &Run, summary: &RunSummary, stage: Option<ProgressStatus>) -> Self {
        let failed_count = summary.fail_count + summary.missing_output_count;
        Self {
            run_id: run.run_id,
            status: run.status,
            stage,
            created_at: run.created_at,
            started_at: run.started_at,
            completed_at: run.completed_at,
            total_samples: summary.total_samples,
            finished_count: summary.pass_count + failed_count,
            failed_count,
            log_bytes: None,
        }
    }

    /// Whether the run has come to an end: nothing more is expected of it.
    pub fn is_finished(&self) -> bool {
        !self.status.is_in_progress()
    }
}
