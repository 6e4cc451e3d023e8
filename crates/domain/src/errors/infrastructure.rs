//! Failures of the infrastructure, read from the worker's last words.

use runlens_api_types::{
    Timestamp,
    infrastructure::{InfrastructureError, InfrastructureErrorType as Type},
    test_error::Severity,
};

use crate::store::entity::test_progress;

const MAX_STACK_LINES: usize = 50;
const MAX_STACK_LINE: usize = 2_000;

/// Whether a report of progress is a failure of the infrastructure: a cancellation that is not a person's.
pub(crate) fn is_infrastructure_error(progress: &test_progress::Model) -> bool {
    progress.status.trim().eq_ignore_ascii_case("canceled") && !Type::is_by_person(&progress.message)
}

/// The part of the infrastructure that failed last, of a run's reports.
pub(crate) fn last_infrastructure_error(progress: &[test_progress::Model]) -> Option<Type> {
    progress
        .iter()
        .rev()
        .find(|row| is_infrastructure_error(row))
        .map(|row| Type::of_message(&row.message))
}

/// The failures among a run's reports, in their order.
pub(crate) fn infrastructure_errors(
    run_id: i32,
    progress: &[test_progress::Model],
    include_stack: bool,
) -> Vec<InfrastructureError> {
    progress
        .iter()
        .filter(|row| is_infrastructure_error(row))
        .map(|row| {
            let mut lines = row.message.lines();
            let message = lines.next().unwrap_or_default().to_owned();
            let stack = include_stack.then(|| {
                lines
                    .take(MAX_STACK_LINES)
                    .map(|line| line.chars().take(MAX_STACK_LINE).collect())
                    .collect()
            });
            InfrastructureError {
                error_id: format!("infra_{run_id}_{}", row.id),
                run_id,
                kind: Type::of_message(&row.message),
                severity: Severity::Critical,
                message,
                occurred_at: Timestamp::from_utc(row.timestamp),
                location: None,
                stack,
            }
        })
        .collect()
}
