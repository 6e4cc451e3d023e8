//! A run compared with its baseline. Pure: outcomes in, verdicts out.

#[cfg(test)]
mod tests;

use runlens_api_types::{
    comparison::{ComparedOutput, ComparedResult, ComparedTest, Verdict},
    sample::ResultStatus,
};

use crate::results::{self, Outcome, SuiteTest};

/// One test in both runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared<'a> {
    pub(crate) verdict: Verdict,
    here: &'a Outcome,
    there: Option<&'a Outcome>,
}

/// Compares the tests of two runs, both ordered by test id. Returns the tests with a verdict, by verdict and test.
pub(crate) fn compare<'a>(here: &'a [Outcome], there: &'a [Outcome]) -> Vec<Compared<'a>> {
    let compared = here.iter().filter_map(|here| {
        let there = counterpart(here, there);
        Some(Compared {
            verdict: verdict(here, there)?,
            here,
            there,
        })
    });
    let mut compared: Vec<_> = compared.collect();
    // A stable sort: tests of one verdict stay ordered by id.
    compared.sort_by_key(|compared| compared.verdict);
    compared
}

/// Returns the same test's result in another run, whose outcomes are ordered by test id.
pub(crate) fn counterpart<'a>(here: &Outcome, there: &'a [Outcome]) -> Option<&'a Outcome> {
    results::find(there, here.test.id).filter(|outcome| outcome.result.is_some())
}

/// Returns the verdict on a result; none if it passes in both runs, or if there is no result here.
pub(crate) fn verdict(here: &Outcome, there: Option<&Outcome>) -> Option<Verdict> {
    here.result.as_ref()?;
    let Some(there) = there else {
        return Some(Verdict::NoBaseline);
    };
    match (
        here.status == ResultStatus::Pass,
        there.status == ResultStatus::Pass,
    ) {
        (true, true) => None,
        (true, false) => Some(Verdict::FixedHere),
        (false, true) => Some(Verdict::BrokenHere),
        (false, false) if is_identical(here, there) => Some(Verdict::FailingIdentically),
        (false, false) => Some(Verdict::FailingDifferently),
    }
}

/// Whether two results have the same exit code and byte-identical outputs. Expectations are not compared: they may have changed.
pub(crate) fn is_identical(here: &Outcome, there: &Outcome) -> bool {
    let exit = |outcome: &Outcome| outcome.result.as_ref().map(|result| result.exit_code);
    let produced = |outcome: &Outcome| {
        outcome
            .outputs
            .iter()
            .map(|output| (output.id, output.actual.clone()))
            .collect::<Vec<_>>()
    };
    exit(here) == exit(there) && produced(here) == produced(there)
}

impl Compared<'_> {
    pub(crate) fn test(&self) -> &SuiteTest {
        &self.here.test
    }

    pub(crate) fn to_test(self) -> ComparedTest {
        ComparedTest {
            regression_test_id: self.here.test.id,
            sample_id: self.here.test.sample_id,
            sample_name: self.here.test.sample_name.clone(),
            label: self.here.test.label(),
            command: self.here.test.command.clone(),
            verdict: self.verdict,
            here: to_result(self.here),
            there: self.there.map(to_result),
        }
    }
}

fn to_result(outcome: &Outcome) -> ComparedResult {
    let result = outcome.result.as_ref();
    let outputs = outcome.outputs.iter().map(|output| ComparedOutput {
        output_id: output.id,
        filename: output.filename.clone(),
        status: output.status,
        sha256: output.actual.clone(),
    });
    ComparedResult {
        status: outcome.status,
        exit_code: result.and_then(|result| result.exit_code),
        expected_rc: result.and_then(|result| result.expected_rc),
        outputs: outputs.collect(),
    }
}
