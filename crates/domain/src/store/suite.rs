//! Queries for the regression tests and for the results of one run. The number of queries does not depend on
//! the number of rows.

use futures::try_join;
use sea_orm::{DbErr, FromQueryResult};

use super::{
    Store,
    tables::{RegressionTestOutputRow, TestResultFileRow, TestResultRow},
};

/// A regression test with the name of its sample.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct SuiteTestRow {
    pub(crate) id: i32,
    pub(crate) command: String,
    pub(crate) active: Option<bool>,
    pub(crate) sample_id: Option<i32>,
    pub(crate) sample_name: Option<String>,
}

/// A regression test's category.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct TestCategory {
    pub(crate) regression_id: i32,
    pub(crate) name: Option<String>,
}

/// Another accepted output.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Variant {
    pub(crate) regression_test_output_id: i32,
    pub(crate) file_hashes: String,
}

#[derive(FromQueryResult)]
struct ChosenTest {
    regression_id: i32,
}

/// All regression tests as they are currently defined.
#[derive(Clone, Debug, Default)]
pub(crate) struct SuiteRows {
    pub(crate) tests: Vec<SuiteTestRow>,
    pub(crate) categories: Vec<TestCategory>,
    pub(crate) outputs: Vec<RegressionTestOutputRow>,
    pub(crate) variants: Vec<Variant>,
}

/// The tests chosen for a run, and its results.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunRows {
    pub(crate) chosen: Vec<i32>,
    pub(crate) results: Vec<TestResultRow>,
    pub(crate) files: Vec<TestResultFileRow>,
}

impl Store {
    /// Reads all regression tests with their categories and outputs.
    pub(crate) async fn suite_rows(&self) -> Result<SuiteRows, DbErr> {
        let tests = "SELECT rt.id, rt.command, rt.active, rt.sample_id, s.original_name AS sample_name
                     FROM regression_test rt LEFT JOIN sample s ON s.id = rt.sample_id ORDER BY rt.id";
        let categories = "SELECT rc.regression_id, c.name
                          FROM regression_test_category rc JOIN category c ON c.id = rc.category_id
                          WHERE rc.regression_id IS NOT NULL ORDER BY c.name";
        let variants = "SELECT regression_test_output_id, file_hashes FROM regression_test_output_files
                        WHERE regression_test_output_id IS NOT NULL AND file_hashes IS NOT NULL";
        let (tests, categories, outputs, variants) = try_join!(
            self.rows(tests.to_owned(), Vec::new()),
            self.rows(categories.to_owned(), Vec::new()),
            self.select("WHERE id > 0 ORDER BY id", Vec::new()),
            self.rows(variants.to_owned(), Vec::new()),
        )?;
        Ok(SuiteRows {
            tests,
            categories,
            outputs,
            variants,
        })
    }

    /// Reads the tests chosen for one run, and its results.
    pub(crate) async fn run_rows(&self, run_id: i32) -> Result<RunRows, DbErr> {
        let chosen =
            "SELECT regression_id FROM customized_test WHERE test_id = ? AND regression_id IS NOT NULL";
        let (chosen, results, files) = try_join!(
            self.rows::<ChosenTest>(chosen.to_owned(), vec![run_id.into()]),
            self.select("WHERE test_id = ?", vec![run_id.into()]),
            self.select(
                "WHERE test_id = ? AND regression_test_output_id > 0",
                vec![run_id.into()]
            ),
        )?;
        Ok(RunRows {
            chosen: chosen.into_iter().map(|row| row.regression_id).collect(),
            results,
            files,
        })
    }
}
