//! Classifies the result of each regression test of a run. Pure: rows in, outcomes out.

mod suite;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use runlens_api_types::sample::{OutputStatus, ResultStatus, RunOutput, TestResult};

pub(crate) use suite::{Suite, SuiteTest, file_name};

use crate::store::{
    suite::RunRows,
    tables::{TestResultFileRow, TestResultRow},
};

/// The classified result of one regression test.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) test: Arc<SuiteTest>,
    /// Whether the run is expected to have a result for it.
    pub(crate) chosen: bool,
    pub(crate) result: Option<TestResultRow>,
    pub(crate) status: ResultStatus,
    /// Ordered by id; empty without a result.
    pub(crate) outputs: Vec<Output>,
}

/// The classified result of one output of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) id: i32,
    pub(crate) filename: String,
    /// Includes the dot. Stored file names end with it.
    pub(crate) extension: String,
    pub(crate) status: OutputStatus,
    /// Hash of the file that was expected when the test ran. If no file was produced, of the currently expected file.
    pub(crate) expected: Option<String>,
    /// Hash of the produced file, if any.
    pub(crate) actual: Option<String>,
}

impl Outcome {
    /// Whether the exit code differs from the expected one. NULL equals NULL.
    pub(crate) fn has_wrong_exit(&self) -> bool {
        self.result
            .as_ref()
            .is_some_and(|result| result.exit_code != result.expected_rc)
    }

    /// Whether the test ran and did not pass.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.status, ResultStatus::Fail | ResultStatus::MissingOutput)
    }

    pub(crate) fn to_test_result(&self) -> TestResult {
        let result = self.result.as_ref();
        TestResult {
            regression_test_id: self.test.id,
            sample_id: self.test.sample_id,
            sample_name: self.test.sample_name.clone(),
            categories: self.test.categories.clone(),
            command: self.test.command.clone(),
            status: self.status,
            runtime_ms: result.and_then(|result| result.runtime),
            exit_code: result.and_then(|result| result.exit_code),
            expected_rc: result.and_then(|result| result.expected_rc),
            outputs: self
                .outputs
                .iter()
                .map(|output| RunOutput {
                    output_id: output.id,
                    filename: output.filename.clone(),
                    status: output.status,
                })
                .collect(),
        }
    }
}

/// Finds a test among outcomes ordered by test id.
pub(crate) fn find(outcomes: &[Outcome], test_id: i32) -> Option<&Outcome> {
    outcomes.get(
        outcomes
            .binary_search_by_key(&test_id, |outcome| outcome.test.id)
            .ok()?,
    )
}

/// Classifies every test that a run is expected to have or has a result for, by test id.
///
/// Uses the current definition of the outputs, and ignores file rows of undefined ones. An output with `ignore` cannot be
/// missing, but it can differ.
pub(crate) fn derive(suite: &Suite, rows: RunRows) -> Vec<Outcome> {
    let chosen: HashSet<i32> = rows.chosen.into_iter().collect();
    let mut results: HashMap<i32, TestResultRow> = rows
        .results
        .into_iter()
        .map(|result| (result.regression_test_id, result))
        .collect();
    let files: Files = rows.files.into_iter().map(by_output).collect();
    let is_chosen = |test: &SuiteTest| {
        if chosen.is_empty() {
            test.is_active
        } else {
            chosen.contains(&test.id)
        }
    };
    let mut tests: BTreeMap<i32, Arc<SuiteTest>> = suite
        .tests
        .values()
        .filter(|test| is_chosen(test) || results.contains_key(&test.id))
        .map(|test| (test.id, test.clone()))
        .collect();
    // A result whose test was deleted still counts.
    for id in results.keys() {
        tests.entry(*id).or_insert_with(|| Arc::new(SuiteTest::gone(*id)));
    }
    tests
        .into_iter()
        .map(|(id, test)| outcome(is_chosen(&test), test, results.remove(&id), &files))
        .collect()
}

/// Classifies results of any runs, by run and test.
pub(crate) fn derive_results(
    suite: &Suite,
    results: Vec<TestResultRow>,
    files: Vec<TestResultFileRow>,
) -> HashMap<(i32, i32), Outcome> {
    let mut files_of_runs: HashMap<i32, Files> = HashMap::new();
    for file in files {
        files_of_runs
            .entry(file.test_id)
            .or_default()
            .extend([by_output(file)]);
    }
    let none = Files::new();
    let outcomes = results.into_iter().map(|result| {
        let (run, id) = (result.test_id, result.regression_test_id);
        let test = suite
            .tests
            .get(&id)
            .cloned()
            .unwrap_or_else(|| Arc::new(SuiteTest::gone(id)));
        (
            (run, id),
            outcome(true, test, Some(result), files_of_runs.get(&run).unwrap_or(&none)),
        )
    });
    outcomes.collect()
}

/// A run's output files, by test and output: the expected hash, and the produced one if it differs.
type Files = HashMap<(i32, i32), (String, Option<String>)>;

fn by_output(file: TestResultFileRow) -> ((i32, i32), (String, Option<String>)) {
    (
        (file.regression_test_id, file.regression_test_output_id),
        (file.expected, file.got),
    )
}

fn outcome(chosen: bool, test: Arc<SuiteTest>, result: Option<TestResultRow>, files: &Files) -> Outcome {
    let outputs = if result.is_some() {
        outputs(&test, files)
    } else {
        Vec::new()
    };
    let mut outcome = Outcome {
        test,
        chosen,
        result,
        status: ResultStatus::NotStarted,
        outputs,
    };
    outcome.status = status(&outcome);
    outcome
}

fn outputs(test: &SuiteTest, files: &Files) -> Vec<Output> {
    let outputs = test.outputs.iter().filter_map(|output| {
        let file = files.get(&(test.id, output.id));
        let status = match file {
            None if output.is_ignored => return None,
            None => OutputStatus::MissingOutput,
            Some((expected, Some(got))) if got != expected && !output.accepts(got) => OutputStatus::Fail,
            Some(_) => OutputStatus::Pass,
        };
        Some(Output {
            id: output.id,
            filename: output.filename.clone(),
            extension: output.extension.clone(),
            status,
            expected: file
                .map(|(expected, _)| expected.clone())
                .or_else(|| output.correct.clone()),
            actual: file.map(|(expected, got)| got.as_ref().unwrap_or(expected).clone()),
        })
    });
    outputs.collect()
}

/// Returns the status of a result. A missing output takes precedence over a failure.
fn status(outcome: &Outcome) -> ResultStatus {
    let has = |status| outcome.outputs.iter().any(|output| output.status == status);
    if outcome.result.is_none() {
        ResultStatus::NotStarted
    } else if has(OutputStatus::MissingOutput) {
        ResultStatus::MissingOutput
    } else if outcome.has_wrong_exit() || has(OutputStatus::Fail) {
        ResultStatus::Fail
    } else {
        ResultStatus::Pass
    }
}
