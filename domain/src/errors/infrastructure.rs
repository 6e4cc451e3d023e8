//! Failures of the infrastructure, read from the worker's last words.

use runlens_contract::{
    Timestamp,
    infrastructure::{InfrastructureError, InfrastructureErrorType as Type},
    test_error::Severity,
};

use crate::store::entity::test_progress;

/// What a person's cancellation says of itself.
const CANCELED_BY_PERSON: &str = "via API";

/// Keywords of each type; the first match decides. Those of the second table count only where the first has none.
const KEYWORDS: [&[(Type, &[&str])]; 2] = [
    &[
        (Type::VmProvisioning, &["provisioning", "vm ", "instance"]),
        (Type::Checkout, &["checkout", "git clone", "fetch"]),
        (Type::Merge, &["merge", "conflict"]),
        (Type::Build, &["build", "compile", "make"]),
        (Type::Worker, &["worker", "timeout", "connection"]),
        (Type::Storage, &["storage", "disk", "gcs"]),
    ],
    &[
        (Type::VmProvisioning, &["zone_", "quota", "gcp operation"]),
        (Type::Queue, &["queue"]),
        (Type::WebServer, &["http 5", "502", "503", "504", "web server"]),
    ],
];

const MAX_STACK_LINES: usize = 50;
const MAX_STACK_LINE: usize = 2_000;

/// The part of the infrastructure that a message speaks of.
pub(crate) fn classify(message: &str) -> Type {
    let message = message.to_lowercase();
    KEYWORDS
        .iter()
        .copied()
        .flatten()
        .find(|(_, words)| words.iter().any(|word| message.contains(word)))
        .map_or(Type::Worker, |(kind, _)| *kind)
}

/// Whether a report of progress is a failure of the infrastructure: a cancellation that is not a person's.
pub(crate) fn is_infrastructure_error(progress: &test_progress::Model) -> bool {
    progress.status.trim().eq_ignore_ascii_case("canceled") && !progress.message.contains(CANCELED_BY_PERSON)
}

/// The part of the infrastructure that failed last, of a run's reports.
pub(crate) fn last_infrastructure_error(progress: &[test_progress::Model]) -> Option<Type> {
    progress.iter().rev().find(|row| is_infrastructure_error(row)).map(|row| classify(&row.message))
}

/// The failures among a run's reports, in their order.
pub(crate) fn infrastructure_errors(run_id: i32, progress: &[test_progress::Model], include_stack: bool) -> Vec<InfrastructureError> {
    progress
        .iter()
        .filter(|row| is_infrastructure_error(row))
        .map(|row| {
            let mut lines = row.message.lines();
            let message = lines.next().unwrap_or_default().to_owned();
            let stack =
                include_stack.then(|| lines.take(MAX_STACK_LINES).map(|line| line.chars().take(MAX_STACK_LINE).collect()).collect());
            InfrastructureError {
                error_id: format!("infra_{run_id}_{}", row.id),
                run_id,
                kind: classify(&row.message),
                severity: Severity::Critical,
                message,
                occurred_at: Timestamp::from_utc(row.timestamp),
                location: None,
                stack,
            }
        })
        .collect()
}
