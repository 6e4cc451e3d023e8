//! What became of each regression test in a run. Pure: rows in, outcomes out.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use runlens_contract::sample::{OutputStatus, ResultStatus, RunOutput, RunSample, UNCATEGORIZED};

use crate::store::{
    entity::{regression_test_output, test_result},
    suite::{ResultRows, SuiteTest},
};

/// What became of one regression test.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) test: SuiteTest,
    /// Names, without repetition, in order.
    pub(crate) categories: Vec<String>,
    /// Whether the run is made of it, as opposed to having a result for it all the same.
    pub(crate) chosen: bool,
    pub(crate) result: Option<test_result::Model>,
    pub(crate) status: ResultStatus,
    /// By id; empty without a result.
    pub(crate) outputs: Vec<Output>,
}

/// What became of one output of a test that has a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) id: i32,
    /// What people call it.
    pub(crate) filename: String,
    /// With its dot; the files of the output have it in their names.
    pub(crate) extension: String,
    pub(crate) status: OutputStatus,
    /// Hash of what was expected when the test ran; of what is expected today where nothing was produced.
    pub(crate) expected: Option<String>,
    /// Hash of what was produced; none where nothing was.
    pub(crate) actual: Option<String>,
}

impl Outcome {
    /// Whether the program ended with another exit code than expected. NULL equals NULL.
    pub(crate) fn has_wrong_exit(&self) -> bool {
        self.result.as_ref().is_some_and(|result| result.exit_code != result.expected_rc)
    }

    /// The categories to count the test in: its own, or the one for tests of none.
    pub(crate) fn counted_categories(&self) -> impl Iterator<Item = &str> {
        let none = self.categories.is_empty().then_some(UNCATEGORIZED);
        self.categories.iter().map(String::as_str).chain(none)
    }

    /// Whether the test is counted in a category.
    pub(crate) fn is_in(&self, category: &str) -> bool {
        self.counted_categories().any(|name| name.eq_ignore_ascii_case(category))
    }

    /// As the API answers it.
    pub(crate) fn to_sample(&self) -> RunSample {
        let result = self.result.as_ref();
        RunSample {
            regression_test_id: self.test.id,
            sample_id: self.test.sample_id,
            sample_name: self.test.sample_name.clone(),
            categories: self.categories.clone(),
            command: self.test.command.clone(),
            status: self.status,
            runtime_ms: result.and_then(|result| result.runtime),
            exit_code: result.and_then(|result| result.exit_code),
            expected_rc: result.and_then(|result| result.expected_rc),
            outputs: self
                .outputs
                .iter()
                .map(|output| RunOutput { output_id: output.id, filename: output.filename.clone(), status: output.status })
                .collect(),
        }
    }
}

/// Decides what became of every test that a run is made of or has a result for, by test id.
///
/// Outputs are taken as defined today. A file row of an output that is not defined for its test says nothing; an output that
/// is ignored cannot be missing, but it can differ.
pub(crate) fn derive(rows: ResultRows) -> Vec<Outcome> {
    let chosen: HashSet<i32> = rows.chosen.into_iter().collect();
    let mut results: HashMap<i32, test_result::Model> =
        rows.results.into_iter().map(|result| (result.regression_test_id, result)).collect();
    let files: HashMap<(i32, i32), (String, Option<String>)> =
        rows.files.into_iter().map(|file| ((file.regression_test_id, file.regression_test_output_id), (file.expected, file.got))).collect();
    let variants: HashSet<(i32, String)> =
        rows.variants.into_iter().map(|variant| (variant.regression_test_output_id, variant.file_hashes)).collect();
    let mut outputs: HashMap<i32, Vec<regression_test_output::Model>> = HashMap::new();
    for output in rows.outputs {
        if let Some(test) = output.regression_id {
            outputs.entry(test).or_default().push(output);
        }
    }
    let mut categories: HashMap<i32, BTreeSet<String>> = HashMap::new();
    for category in rows.categories {
        if let Some(name) = category.name {
            categories.entry(category.regression_id).or_default().insert(name);
        }
    }
    let mut tests: BTreeMap<i32, SuiteTest> = rows.tests.into_iter().map(|test| (test.id, test)).collect();
    // A result whose test is gone is still a result.
    for id in results.keys() {
        tests.entry(*id).or_insert_with(|| SuiteTest { id: *id, command: String::new(), active: None, sample_id: None, sample_name: None });
    }

    let mut outcomes = Vec::new();
    for (id, test) in tests {
        let is_chosen = if chosen.is_empty() { test.active == Some(true) } else { chosen.contains(&id) };
        let result = results.remove(&id);
        if !is_chosen && result.is_none() {
            continue;
        }
        let outputs = match &result {
            None => Vec::new(),
            Some(_) => outputs
                .get(&id)
                .into_iter()
                .flatten()
                .filter_map(|output| {
                    let file = files.get(&(id, output.id));
                    let status = match file {
                        None if output.ignore == Some(true) => return None,
                        None => OutputStatus::MissingOutput,
                        Some((expected, Some(got)))
                            if got != expected && output.correct.as_ref() != Some(got) && !variants.contains(&(output.id, got.clone())) =>
                        {
                            OutputStatus::Fail
                        }
                        Some(_) => OutputStatus::Pass,
                    };
                    Some(Output {
                        id: output.id,
                        filename: file_name(output, test.sample_name.as_deref()),
                        extension: output.correct_extension.clone(),
                        status,
                        expected: file.map(|(expected, _)| expected.clone()).or_else(|| output.correct.clone()),
                        actual: file.map(|(expected, got)| got.as_ref().unwrap_or(expected).clone()),
                    })
                })
                .collect(),
        };
        let mut outcome = Outcome {
            categories: categories.remove(&id).into_iter().flatten().collect(),
            chosen: is_chosen,
            status: ResultStatus::NotStarted,
            test,
            result,
            outputs,
        };
        outcome.status = status(&outcome);
        outcomes.push(outcome);
    }
    outcomes
}

/// One result has one status; missing output is decided first.
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

/// What people call an output: its expected name, or its sample's name with the output's extension.
pub(crate) fn file_name(output: &regression_test_output::Model, sample_name: Option<&str>) -> String {
    let extension = output.correct_extension.as_str();
    let named = output.expected_filename.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let stem = named.unwrap_or_else(|| {
        let sample = sample_name.unwrap_or("output");
        sample.rsplit_once('.').map_or(sample, |(stem, _)| stem)
    });
    if stem.ends_with(extension) { stem.to_owned() } else { format!("{stem}{extension}") }
}
