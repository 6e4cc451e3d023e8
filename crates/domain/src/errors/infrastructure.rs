//! Infrastructure errors, from the messages of `canceled` progress rows.

use runlens_api_types::{
    Timestamp,
    infrastructure::{InfrastructureError, InfrastructureErrorType as Type},
    test_error::Severity,
};

use crate::store::tables::TestProgressRow;

const MAX_STACK_LINES: usize = 50;
const MAX_STACK_LINE_CHARS: usize = 2_000;

/// Whether a progress row is an infrastructure error: a cancellation that no person requested.
pub(crate) fn is_infrastructure_error(progress: &TestProgressRow) -> bool {
    progress.status.trim().eq_ignore_ascii_case("canceled") && !Type::is_by_person(&progress.message)
}

/// Returns the type of the last infrastructure error.
pub(crate) fn last_infrastructure_error(progress: &[TestProgressRow]) -> Option<Type> {
    progress
        .iter()
        .rev()
        .find(|row| is_infrastructure_error(row))
        .map(|row| Type::of_message(&row.message))
}

pub(crate) fn infrastructure_errors(
    run_id: i32,
    progress: &[TestProgressRow],
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
                    .map(|line| line.chars().take(MAX_STACK_LINE_CHARS).collect())
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
