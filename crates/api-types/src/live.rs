//! Events of a run in progress.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    run::{ProgressStatus, Run, RunStatus, RunSummary},
};

/// State of a run. The first event is sent immediately, further ones whenever it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LiveRun {
    /// Numeric run ID.
    pub run_id: i32,
    /// Normalized status.
    pub status: RunStatus,
    /// Latest reported stage; null before the first report.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub stage: Option<ProgressStatus>,
    /// First report of progress; null while queued.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
    /// Start of testing.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub started_at: Option<Timestamp>,
    /// Time of completion or cancellation.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub completed_at: Option<Timestamp>,
    /// Number of tests of the run.
    pub total_samples: u64,
    /// Number of tests with a result.
    pub finished_count: u64,
    /// Number of tests that failed or lack an output.
    pub failed_count: u64,
    /// Size of the build log in bytes; null if there is none, or if the caller may not read logs.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub log_bytes: Option<u64>,
}

impl LiveRun {
    /// Returns the state of a run without the size of its log.
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

    /// Whether the run has finished.
    pub fn is_finished(&self) -> bool {
        !self.status.is_in_progress()
    }
}
