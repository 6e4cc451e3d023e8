//! Summary of one output: its status in the run and in the baseline, and its neighbours among the differing
//! outputs. Pure.

use runlens_api_types::{
    comparison::BaselineRun,
    output::{OutputInfo, OutputRef},
    sample::OutputStatus,
};

use super::{OutputIds, find, sha256};
use crate::{
    comparison::{counterpart, verdict},
    error::{Error, Result},
    results::{self, Outcome},
};

/// Summarizes an output. `baseline_run` is the baseline with its results, if there is one.
///
/// # Errors
/// [`Error::NotFound`] if the test, sample or output does not belong to the run, checked in this order.
pub(crate) fn info(
    run_id: i32,
    outcomes: &[Outcome],
    baseline_run: Option<(BaselineRun, &[Outcome])>,
    ids: OutputIds,
) -> Result<OutputInfo> {
    let output = find(run_id, outcomes, ids)?.output;
    let outcome = results::find(outcomes, ids.regression_test_id).ok_or(Error::NotFound {
        resource: "regression_test",
        id: ids.regression_test_id,
    })?;
    let baseline = baseline_run
        .as_ref()
        .and_then(|(_, outcomes)| counterpart(outcome, outcomes));
    let baseline_output =
        baseline.and_then(|baseline| baseline.outputs.iter().find(|other| other.id == output.id));
    let differing: Vec<OutputRef> = outcomes.iter().flat_map(differing_outputs).collect();
    let is_before = |other: &OutputRef| {
        (other.regression_test_id, other.output_id) < (ids.regression_test_id, ids.output_id)
    };
    let index = differing.partition_point(is_before);
    let is_differing = differing.get(index).is_some_and(|other| {
        other.output_id == ids.output_id && other.regression_test_id == ids.regression_test_id
    });
    let next_index = index + usize::from(is_differing);
    let differs = output.actual.is_some() && output.actual != output.expected;
    Ok(OutputInfo {
        run_id,
        sample_id: ids.sample_id,
        regression_test_id: ids.regression_test_id,
        output_id: ids.output_id,
        filename: output.filename.clone(),
        status: output.status,
        is_accepted_variant: differs && output.status == OutputStatus::Pass,
        expected_sha256: output.expected.as_deref().and_then(sha256),
        actual_sha256: output.actual.as_deref().and_then(sha256),
        verdict: baseline_run.as_ref().and_then(|_| verdict(outcome, baseline)),
        baseline_status: baseline_output.map(|output| output.status),
        is_same_as_baseline: baseline_output.map(|baseline| baseline.actual == output.actual),
        baseline: baseline_run.map(|(run, _)| run),
        differing_count: differing.len() as u64,
        differing_position: is_differing.then_some(index as u64 + 1),
        previous: index
            .checked_sub(1)
            .and_then(|previous| differing.get(previous))
            .cloned(),
        next: differing.get(next_index).cloned(),
    })
}

/// Returns the outputs of a test that differ or are missing. Without a sample, they have no URL and are
/// omitted.
fn differing_outputs(outcome: &Outcome) -> impl Iterator<Item = OutputRef> {
    let sample_id = outcome.test.sample_id;
    let outputs = outcome
        .outputs
        .iter()
        .filter(|output| output.status != OutputStatus::Pass);
    outputs.filter_map(move |output| {
        Some(OutputRef {
            sample_id: sample_id?,
            regression_test_id: outcome.test.id,
            output_id: output.id,
            filename: output.filename.clone(),
        })
    })
}
