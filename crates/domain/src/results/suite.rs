//! The current suite: regression tests with categories and outputs. Pure.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use runlens_api_types::sample::UNCATEGORIZED;

use crate::store::{suite::SuiteRows, tables::RegressionTestOutputRow};

/// All regression tests, active or not, by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Suite {
    pub(super) tests: BTreeMap<i32, Arc<SuiteTest>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SuiteTest {
    pub(crate) id: i32,
    pub(crate) command: String,
    pub(crate) is_active: bool,
    pub(crate) sample_id: Option<i32>,
    pub(crate) sample_name: Option<String>,
    /// Deduplicated names, sorted.
    pub(crate) categories: Vec<String>,
    /// Ordered by id.
    pub(crate) outputs: Vec<SuiteOutput>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SuiteOutput {
    pub(crate) id: i32,
    pub(crate) filename: String,
    /// Includes the dot.
    pub(crate) extension: String,
    /// Hash of the expected file.
    pub(crate) correct: Option<String>,
    /// Whether the output may be missing.
    pub(crate) is_ignored: bool,
    /// Hashes of further accepted outputs.
    pub(crate) variants: Vec<String>,
}

impl SuiteOutput {
    /// Whether a file is accepted although it differs from the one that was expected when the test ran.
    pub(super) fn accepts(&self, hash: &str) -> bool {
        self.correct.as_deref() == Some(hash) || self.variants.iter().any(|variant| variant == hash)
    }
}

impl SuiteTest {
    /// Creates a stand-in for a test that was deleted while results of it remain.
    pub(super) fn gone(id: i32) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// Returns the label of the test: its number and its arguments.
    pub(crate) fn label(&self) -> String {
        format!("#{} {}", self.id, self.command).trim_end().to_owned()
    }

    /// Returns the categories that count the test: its own, or [`UNCATEGORIZED`] if it has none.
    pub(crate) fn counted_categories(&self) -> impl Iterator<Item = &str> {
        let none = self.categories.is_empty().then_some(UNCATEGORIZED);
        self.categories.iter().map(String::as_str).chain(none)
    }

    /// Whether the test is counted in a category.
    pub(crate) fn is_in(&self, category: &str) -> bool {
        self.counted_categories()
            .any(|name| name.eq_ignore_ascii_case(category))
    }
}

impl Suite {
    /// Returns all tests, by id.
    pub(crate) fn tests(&self) -> impl Iterator<Item = &SuiteTest> {
        self.tests.values().map(AsRef::as_ref)
    }

    /// Builds the suite from rows in any order.
    pub(crate) fn of(rows: SuiteRows) -> Self {
        let mut variants: HashMap<i32, Vec<String>> = HashMap::new();
        for variant in rows.variants {
            variants
                .entry(variant.regression_test_output_id)
                .or_default()
                .push(variant.file_hashes);
        }
        let mut outputs: HashMap<i32, Vec<(RegressionTestOutputRow, Vec<String>)>> = HashMap::new();
        for output in rows.outputs {
            if let Some(test) = output.regression_id {
                let variants = variants.remove(&output.id).unwrap_or_default();
                outputs.entry(test).or_default().push((output, variants));
            }
        }
        let mut categories: HashMap<i32, BTreeSet<String>> = HashMap::new();
        for category in rows.categories {
            if let Some(name) = category.name {
                categories.entry(category.regression_id).or_default().insert(name);
            }
        }
        let tests = rows.tests.into_iter().map(|test| {
            let mut outputs: Vec<SuiteOutput> = outputs
                .remove(&test.id)
                .into_iter()
                .flatten()
                .map(|(output, variants)| SuiteOutput {
                    id: output.id,
                    filename: file_name(&output, test.sample_name.as_deref()),
                    extension: output.correct_extension,
                    correct: output.correct,
                    is_ignored: output.ignore == Some(true),
                    variants,
                })
                .collect();
            outputs.sort_by_key(|output| output.id);
            let test = SuiteTest {
                id: test.id,
                command: test.command,
                is_active: test.active == Some(true),
                sample_id: test.sample_id,
                sample_name: test.sample_name,
                categories: categories.remove(&test.id).into_iter().flatten().collect(),
                outputs,
            };
            (test.id, Arc::new(test))
        });
        Self {
            tests: tests.collect(),
        }
    }
}

/// Returns the file name of an output: the expected one, or the sample's name with the output's extension.
pub(crate) fn file_name(output: &RegressionTestOutputRow, sample_name: Option<&str>) -> String {
    let extension = output.correct_extension.as_str();
    let named = output
        .expected_filename
        .as_deref()
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let stem = named.unwrap_or_else(|| {
        let sample = sample_name.unwrap_or("output");
        sample.rsplit_once('.').map_or(sample, |(stem, _)| stem)
    });
    if stem.ends_with(extension) {
        stem.to_owned()
    } else {
        format!("{stem}{extension}")
    }
}
