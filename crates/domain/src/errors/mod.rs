//! Lists and groups the test errors of a run, and lists its infrastructure errors. Pure.

mod infrastructure;
#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use runlens_api_types::{
    TextEnum, Timestamp,
    comparison::Verdict,
    sample::OutputStatus,
    test_error::{BucketSort, ErrorBucket, ErrorQuery, GroupBy, Severity, TestError, TestErrorType},
};

pub(crate) use infrastructure::{infrastructure_errors, is_infrastructure_error, last_infrastructure_error};

use crate::results::{Outcome, Output};

/// An error with the test that raised it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RaisedError<'a> {
    kind: TestErrorType,
    /// The failing output; `None` for a wrong exit code.
    output: Option<&'a Output>,
    outcome: &'a Outcome,
    /// The verdict of the test against the baseline; `None` without a baseline.
    verdict: Option<Verdict>,
}

/// Returns the errors of all tests, by test, type and output. One result can raise several. `verdict` compares a test with the
/// baseline.
pub(crate) fn test_errors<'a>(
    outcomes: &'a [Outcome],
    verdict: impl Fn(&Outcome) -> Option<Verdict> + Copy,
) -> impl Iterator<Item = RaisedError<'a>> {
    outcomes
        .iter()
        .filter(|outcome| outcome.has_failed())
        .flat_map(move |outcome| {
            let verdict = verdict(outcome);
            let raise = move |kind, output| RaisedError {
                kind,
                output,
                outcome,
                verdict,
            };
            let output_errors = move |status, kind| {
                outcome
                    .outputs
                    .iter()
                    .filter(move |output| output.status == status)
                    .map(move |output| raise(kind, Some(output)))
            };
            let exit = outcome
                .has_wrong_exit()
                .then(|| raise(TestErrorType::ExitCodeMismatch, None));
            exit.into_iter()
                .chain(output_errors(
                    OutputStatus::MissingOutput,
                    TestErrorType::MissingOutput,
                ))
                .chain(output_errors(OutputStatus::Fail, TestErrorType::DiffMismatch))
        })
}

impl RaisedError<'_> {
    pub(crate) fn severity(&self) -> Severity {
        match self.kind {
            TestErrorType::ExitCodeMismatch | TestErrorType::MissingOutput => Severity::Error,
            TestErrorType::DiffMismatch => Severity::Warning,
        }
    }

    pub(crate) fn matches(&self, query: &ErrorQuery) -> bool {
        let test = &self.outcome.test;
        query.kind.is_none_or(|kind| self.kind == kind)
            && query.severity.is_none_or(|severity| self.severity() == severity)
            && query
                .sample_id
                .is_none_or(|sample| test.sample_id == Some(sample))
            && query.regression_test_id.is_none_or(|id| test.id == id)
            && query
                .category
                .as_deref()
                .is_none_or(|category| test.is_in(category))
            && query
                .verdict
                .is_none_or(|verdict| self.verdict_or_no_reference() == verdict)
            && query
                .new
                .is_none_or(|is_new| self.verdict.and_then(Verdict::is_new) == Some(is_new))
    }

    fn verdict_or_no_reference(&self) -> Verdict {
        self.verdict.unwrap_or(Verdict::NoBaseline)
    }

    pub(crate) fn to_error(self, run_id: i32, occurred_at: Option<Timestamp>) -> TestError {
        let test = &self.outcome.test;
        let suffix = self
            .output
            .map(|output| format!("_{}", output.id))
            .unwrap_or_default();
        TestError {
            error_id: format!("{}_{run_id}_{}{suffix}", self.kind, test.id),
            run_id,
            sample_id: test.sample_id,
            sample_name: test.sample_name.clone(),
            regression_test_id: test.id,
            command: test.command.clone(),
            kind: self.kind,
            severity: self.severity(),
            message: self.message(),
            output_id: self.output.map(|output| output.id),
            filename: self.output.map(|output| output.filename.clone()),
            exit_code: self.outcome.result.as_ref().and_then(|result| result.exit_code),
            expected_rc: self.outcome.result.as_ref().and_then(|result| result.expected_rc),
            occurred_at,
            verdict: self.verdict,
            is_new: self.verdict.and_then(Verdict::is_new),
        }
    }

    fn message(&self) -> String {
        let code = |code: Option<i32>| code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        match (self.kind, self.output, &self.outcome.result) {
            (TestErrorType::MissingOutput, Some(output), _) => {
                format!("Output {} was not produced.", output.filename)
            }
            (_, Some(output), _) => format!("Output {} differs from what is expected.", output.filename),
            (_, None, Some(result)) => format!(
                "Exit code {}, expected {}.",
                code(result.exit_code),
                code(result.expected_rc)
            ),
            (_, None, None) => "There is no result.".to_owned(),
        }
    }
}

/// The key of the bucket for errors without a sample.
const NO_SAMPLE_KEY: &str = "unknown";

/// Groups errors. An error of a test in two categories counts in both.
pub(crate) fn summarize<'a>(
    raised: impl Iterator<Item = RaisedError<'a>>,
    group_by: GroupBy,
    sort: BucketSort,
    has_baseline: bool,
    occurred_at: Option<Timestamp>,
) -> Vec<ErrorBucket> {
    #[derive(Default)]
    struct Group<'a> {
        errors: Vec<RaisedError<'a>>,
        label: String,
    }
    let mut groups: BTreeMap<String, Group<'a>> = BTreeMap::new();
    for error in raised {
        for key in bucket_keys(&error, group_by) {
            let group = groups.entry(key).or_default();
            if group.errors.is_empty() {
                group.label = label(&error, group_by);
            }
            group.errors.push(error);
        }
    }
    let mut buckets: Vec<ErrorBucket> = groups
        .into_iter()
        .map(|(key, Group { errors, label })| {
            let count_by_newness = |is_new| {
                errors
                    .iter()
                    .filter(|error| error.verdict.and_then(Verdict::is_new) == Some(is_new))
                    .count() as u64
            };
            let samples: BTreeSet<i32> = errors
                .iter()
                .filter_map(|error| error.outcome.test.sample_id)
                .collect();
            let tests: BTreeSet<i32> = errors.iter().map(|error| error.outcome.test.id).collect();
            ErrorBucket {
                group_by,
                label: if group_by == GroupBy::Category {
                    key.clone()
                } else {
                    label
                },
                key,
                count: errors.len() as u64,
                new_count: has_baseline.then(|| count_by_newness(true)),
                known_count: has_baseline.then(|| count_by_newness(false)),
                severity: errors
                    .iter()
                    .map(RaisedError::severity)
                    .max()
                    .unwrap_or(Severity::Info),
                sample_ids: samples.into_iter().collect(),
                regression_test_ids: tests.into_iter().collect(),
                first_seen_at: occurred_at,
                last_seen_at: occurred_at,
            }
        })
        .collect();
    sort_buckets(&mut buckets, sort);
    buckets
}

/// Sorts buckets that are already ordered by the text of their keys.
fn sort_buckets(buckets: &mut [ErrorBucket], sort: BucketSort) {
    use BucketSort as Sort;
    // Stable sorts: equal buckets stay ordered by key.
    match sort {
        Sort::CountDescending => buckets.sort_by_key(|bucket| Reverse(bucket.count)),
        Sort::CountAscending => buckets.sort_by_key(|bucket| bucket.count),
        // Ids sort as numbers and before every word.
        Sort::KeyAscending => buckets.sort_by_key(|bucket| bucket.key.parse().unwrap_or(i32::MAX)),
        Sort::KeyDescending => {
            buckets.sort_by_key(|bucket| bucket.key.parse().unwrap_or(i32::MAX));
            buckets.reverse();
        }
        Sort::NewDescending => buckets.sort_by_key(|bucket| Reverse(bucket.new_count)),
        Sort::NewAscending => buckets.sort_by_key(|bucket| bucket.new_count),
        Sort::KnownDescending => buckets.sort_by_key(|bucket| Reverse(bucket.known_count)),
        Sort::KnownAscending => buckets.sort_by_key(|bucket| bucket.known_count),
        Sort::SeverityDescending => buckets.sort_by_key(|bucket| Reverse(bucket.severity)),
        Sort::SeverityAscending => buckets.sort_by_key(|bucket| bucket.severity),
        Sort::SamplesDescending => buckets.sort_by_key(|bucket| Reverse(bucket.sample_ids.len())),
        Sort::SamplesAscending => buckets.sort_by_key(|bucket| bucket.sample_ids.len()),
        Sort::TestsDescending => buckets.sort_by_key(|bucket| Reverse(bucket.regression_test_ids.len())),
        Sort::TestsAscending => buckets.sort_by_key(|bucket| bucket.regression_test_ids.len()),
    }
}

/// Returns the keys of the buckets that an error belongs to.
pub(crate) fn bucket_keys(error: &RaisedError<'_>, group_by: GroupBy) -> Vec<String> {
    let test = &error.outcome.test;
    match group_by {
        GroupBy::Type => vec![error.kind.to_string()],
        GroupBy::Severity => vec![error.severity().to_string()],
        GroupBy::SampleId => vec![
            test.sample_id
                .map_or_else(|| NO_SAMPLE_KEY.to_owned(), |id| id.to_string()),
        ],
        GroupBy::RegressionId => vec![test.id.to_string()],
        GroupBy::Category => test.counted_categories().map(str::to_owned).collect(),
        GroupBy::Verdict => vec![error.verdict_or_no_reference().to_string()],
    }
}

/// Returns the label of an error's bucket; a category is labelled by its key.
fn label(error: &RaisedError<'_>, group_by: GroupBy) -> String {
    let test = &error.outcome.test;
    match group_by {
        GroupBy::Type => sentence_case(error.kind.as_str()),
        GroupBy::Severity => sentence_case(error.severity().as_str()),
        GroupBy::SampleId => match (test.sample_id, &test.sample_name) {
            (Some(_), Some(name)) => name.clone(),
            (Some(id), None) => format!("Sample {id}"),
            (None, _) => "No sample".to_owned(),
        },
        GroupBy::RegressionId => test.label(),
        GroupBy::Category => String::new(),
        GroupBy::Verdict => sentence_case(error.verdict_or_no_reference().as_str()),
    }
}

/// Formats `missing_output` as `Missing output`.
fn sentence_case(word: &str) -> String {
    let mut words = word.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}
