//! One output of a run: what became of it here and in the reference run, and its neighbours among those that differ. Pure.

use runlens_api_types::{
    comparison::ReferenceRun,
    output::{OutputInfo, OutputRef},
    sample::OutputStatus,
};

use super::{OutputIds, find, sha256};
use crate::{
    comparison::{counterpart, verdict},
    error::{Error, Result},
    results::{self, Outcome},
};

/// What became of an output. `there` are what became of the reference run's tests, where there is one.
///
/// # Errors
/// [`Error::NotFound`] for the first of test, sample and output that is no part of the run.
pub(crate) fn info(
    run_id: i32,
    here: &[Outcome],
    reference: Option<(ReferenceRun, &[Outcome])>,
    ids: OutputIds,
) -> Result<OutputInfo> {
    let output = find(run_id, here, ids)?.output;
    let outcome = results::find(here, ids.regression_test_id).ok_or(Error::NotFound {
        resource: "regression_test",
        id: ids.regression_test_id,
    })?;
    let there = reference
        .as_ref()
        .and_then(|(_, outcomes)| counterpart(outcome, outcomes));
    let output_there = there.and_then(|there| there.outputs.iter().find(|other| other.id == output.id));
    let differing: Vec<OutputRef> = here.iter().flat_map(differing).collect();
    let is_before = |other: &OutputRef| {
        (other.regression_test_id, other.output_id) < (ids.regression_test_id, ids.output_id)
    };
    let before = differing.partition_point(is_before);
    let is_among = differing.get(before).is_some_and(|other| {
        other.output_id == ids.output_id && other.regression_test_id == ids.regression_test_id
    });
    let behind = before + usize::from(is_among);
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
        verdict: reference.as_ref().and_then(|_| verdict(outcome, there)),
        reference_status: output_there.map(|output| output.status),
        is_same_as_reference: output_there.map(|there| there.actual == output.actual),
        reference: reference.map(|(reference, _)| reference),
        differing_count: differing.len() as u64,
        differing_place: is_among.then_some(before as u64 + 1),
        previous: before.checked_sub(1).and_then(|at| differing.get(at)).cloned(),
        next: differing.get(behind).cloned(),
    })
}

/// The outputs of a test that differ or are missing. Those of a test without a sample have no address.
fn differing(outcome: &Outcome) -> impl Iterator<Item = OutputRef> {
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
