//! A run's status and times, derived from its progress rows. Pure.

use runlens_api_types::{
    Timestamp,
    run::{ProgressStatus, RunStatus},
};

use crate::{
    errors::is_infrastructure_error,
    store::{columns::parse_column, tables::TestProgressRow},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunState {
    pub(crate) status: RunStatus,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) started_at: Option<Timestamp>,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) has_test_errors: bool,
    pub(crate) has_infrastructure_errors: bool,
}

impl RunState {
    /// `progress` holds all rows of one run, by id; their times may be out of order.
    pub(crate) fn of(progress: &[TestProgressRow], has_results: bool, has_test_errors: bool) -> Self {
        let stages: Vec<(ProgressStatus, Timestamp)> = progress
            .iter()
            .map(|row| (stage(row), Timestamp::from_utc(row.timestamp)))
            .collect();
        let status = match stages.last().map(|(stage, _)| stage) {
            None => RunStatus::Queued,
            Some(ProgressStatus::Preparation | ProgressStatus::Testing) => RunStatus::Running,
            Some(ProgressStatus::Canceled) => RunStatus::Canceled,
            Some(ProgressStatus::Completed) if !has_results => RunStatus::Error,
            Some(ProgressStatus::Completed) if has_test_errors => RunStatus::Fail,
            Some(ProgressStatus::Completed) => RunStatus::Pass,
            Some(ProgressStatus::Unknown) => RunStatus::Incomplete,
        };
        let is_end =
            |stage: &ProgressStatus| matches!(stage, ProgressStatus::Completed | ProgressStatus::Canceled);
        Self {
            status,
            created_at: stages.first().map(|(_, at)| *at),
            started_at: stages
                .iter()
                .find(|(stage, _)| *stage == ProgressStatus::Testing)
                .map(|(_, at)| *at),
            completed_at: stages.iter().rfind(|(stage, _)| is_end(stage)).map(|(_, at)| *at),
            has_test_errors,
            has_infrastructure_errors: progress.iter().any(is_infrastructure_error),
        }
    }

    /// Milliseconds from the first `testing` row to the end; negative where the platform's clock went back.
    pub(crate) fn duration_ms(&self) -> Option<i64> {
        Some(self.completed_at?.millis_since(self.started_at?))
    }
}

/// Returns the stage of a progress row.
pub(crate) fn stage(row: &TestProgressRow) -> ProgressStatus {
    parse_column(&row.status).unwrap_or(ProgressStatus::Unknown)
}
