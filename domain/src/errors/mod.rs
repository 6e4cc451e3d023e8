//! What is wrong with a run: errors of its tests, groups of them, and failures of the infrastructure. Pure.

mod infrastructure;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use runlens_contract::{
    TextEnum, Timestamp,
    sample::OutputStatus,
    test_error::{ErrorBucket, ErrorQuery, GroupBy, Severity, TestError, TestErrorType},
};

pub(crate) use infrastructure::{infrastructure_errors, is_infrastructure_error};

use crate::results::Outcome;

/// An error with the test that raised it.
#[derive(Clone, Debug)]
pub(crate) struct RaisedError<'a> {
    pub(crate) error: TestError,
    pub(crate) outcome: &'a Outcome,
}

/// All errors that a run's tests raise: by test, then by type, then by output. One result can raise several.
pub(crate) fn test_errors(run_id: i32, outcomes: &[Outcome], occurred_at: Option<Timestamp>) -> Vec<RaisedError<'_>> {
    let mut raised = Vec::new();
    for outcome in outcomes {
        let test = &outcome.test;
        let mut raise = |kind: TestErrorType, output: Option<i32>, message: String| {
            let suffix = output.map(|id| format!("_{id}")).unwrap_or_default();
            raised.push(RaisedError {
                error: TestError {
                    error_id: format!("{kind}_{run_id}_{}{suffix}", test.id),
                    run_id,
                    sample_id: test.sample_id,
                    sample_name: test.sample_name.clone(),
                    regression_id: test.id,
                    command: test.command.clone(),
                    kind,
                    severity: severity(kind),
                    message,
                    occurred_at,
                },
                outcome,
            });
        };
        if let Some(result) = outcome.result.as_ref().filter(|_| outcome.has_wrong_exit()) {
            raise(
                TestErrorType::ExitCodeMismatch,
                None,
                format!("Exit code {}, expected {}.", code(result.exit_code), code(result.expected_rc)),
            );
        }
        for (status, kind, what) in [
            (OutputStatus::MissingOutput, TestErrorType::MissingOutput, "was not produced"),
            (OutputStatus::Fail, TestErrorType::DiffMismatch, "differs from what is expected"),
        ] {
            for output in outcome.outputs.iter().filter(|output| output.status == status) {
                raise(kind, Some(output.id), format!("Output {} {what}.", output.filename));
            }
        }
    }
    raised
}

fn code(code: Option<i32>) -> String {
    code.map_or_else(|| "none".to_owned(), |code| code.to_string())
}

/// How bad an error of a type is.
fn severity(kind: TestErrorType) -> Severity {
    match kind {
        TestErrorType::ExitCodeMismatch | TestErrorType::MissingOutput => Severity::Error,
        TestErrorType::DiffMismatch => Severity::Warning,
    }
}

/// Whether an error is among those asked for.
pub(crate) fn matches(raised: &RaisedError<'_>, query: &ErrorQuery) -> bool {
    let error = &raised.error;
    query.kind.is_none_or(|kind| error.kind == kind)
        && query.severity.is_none_or(|severity| error.severity == severity)
        && query.sample_id.is_none_or(|sample| error.sample_id == Some(sample))
        && query.regression_id.is_none_or(|test| error.regression_id == test)
        && query.category.as_deref().is_none_or(|category| raised.outcome.is_in(category))
}

/// The key of the bucket for errors whose sample is not known.
const UNKNOWN_SAMPLE: &str = "unknown";

/// Groups errors: most errors first, then by key. An error of a test in two categories counts in both.
pub(crate) fn summarize(raised: &[RaisedError<'_>], group_by: GroupBy) -> Vec<ErrorBucket> {
    struct Group {
        label: String,
        count: u64,
        severity: Severity,
        samples: BTreeSet<i32>,
        tests: BTreeSet<i32>,
        first: Option<Timestamp>,
        last: Option<Timestamp>,
    }
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for raised in raised {
        for (key, label) in keys(raised, group_by) {
            let error = &raised.error;
            let group = groups.entry(key).or_insert_with(|| Group {
                label,
                count: 0,
                severity: error.severity,
                samples: BTreeSet::new(),
                tests: BTreeSet::new(),
                first: error.occurred_at,
                last: error.occurred_at,
            });
            group.count += 1;
            group.severity = group.severity.max(error.severity);
            group.samples.extend(error.sample_id);
            group.tests.insert(error.regression_id);
            // `None` is less than any time, so the earliest one known is looked for by hand.
            group.first = [group.first, error.occurred_at].into_iter().flatten().min();
            group.last = group.last.max(error.occurred_at);
        }
    }
    let mut buckets: Vec<ErrorBucket> = groups
        .into_iter()
        .map(|(key, group)| ErrorBucket {
            group_by,
            key,
            label: group.label,
            count: group.count,
            severity: group.severity,
            sample_ids: group.samples.into_iter().collect(),
            regression_ids: group.tests.into_iter().collect(),
            first_seen_at: group.first,
            last_seen_at: group.last,
        })
        .collect();
    // Stable: equal counts stay in the order of their keys.
    buckets.sort_by_key(|bucket| std::cmp::Reverse(bucket.count));
    buckets
}

/// Keys and labels of the buckets that an error belongs to.
fn keys(raised: &RaisedError<'_>, group_by: GroupBy) -> Vec<(String, String)> {
    let (error, test) = (&raised.error, &raised.outcome.test);
    match group_by {
        GroupBy::Type => vec![(error.kind.to_string(), words(error.kind.as_str()))],
        GroupBy::Severity => vec![(error.severity.to_string(), words(error.severity.as_str()))],
        GroupBy::SampleId => vec![match error.sample_id {
            Some(id) => (id.to_string(), test.sample_name.clone().unwrap_or_else(|| format!("Sample {id}"))),
            None => (UNKNOWN_SAMPLE.to_owned(), "No sample".to_owned()),
        }],
        GroupBy::RegressionId => vec![(test.id.to_string(), format!("#{} {}", test.id, test.command).trim_end().to_owned())],
        GroupBy::Category => raised.outcome.counted_categories().map(|name| (name.to_owned(), name.to_owned())).collect(),
    }
}

/// `missing_output` as `Missing output`.
fn words(word: &str) -> String {
    let mut words = word.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}
