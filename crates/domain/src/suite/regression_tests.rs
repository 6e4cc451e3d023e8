//! Regression tests with their expected outputs.

use std::collections::BTreeSet;

use runlens_api_types::{
    Page,
    suite::{ExpectedOutput, RegressionTest, RegressionTestQuery},
};

use super::{SuiteService, group};
use crate::{
    Caller, Error, Result, access,
    results::file_name,
    store::{
        catalog::{DefinedTest, TestParts},
        tables::RegressionTestOutputRow,
    },
};

impl SuiteService {
    /// Returns a page of regression tests, by id. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn regression_tests(
        &self,
        caller: &Caller,
        query: &RegressionTestQuery,
    ) -> Result<Page<RegressionTest>> {
        caller.require(access::LIST_REGRESSION_TESTS)?;
        let (rows, total) = self.store().regression_tests(query).await?;
        Ok(Page::new(
            self.to_regression_tests(rows).await?,
            query.page,
            total,
        ))
    }

    /// Returns one regression test. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn regression_test(&self, caller: &Caller, id: i32) -> Result<RegressionTest> {
        caller.require(access::GET_REGRESSION_TEST)?;
        let row = self.store().regression_test(id).await?;
        let found = self.to_regression_tests(row.into_iter().collect()).await?.pop();
        found.ok_or(Error::NotFound {
            resource: "regression_test",
            id,
        })
    }

    async fn to_regression_tests(&self, rows: Vec<DefinedTest>) -> Result<Vec<RegressionTest>> {
        let ids: Vec<i32> = rows.iter().map(|row| row.test.id).collect();
        let TestParts {
            categories,
            outputs,
            variants,
        } = self.store().test_parts(&ids).await?;
        let mut categories = group(
            categories
                .into_iter()
                .filter_map(|category| Some((category.regression_id, category.name?))),
        );
        let mut variants = group(
            variants
                .into_iter()
                .map(|variant| (variant.regression_test_output_id, variant.file_hashes)),
        );
        let mut outputs = group(
            outputs
                .into_iter()
                .filter_map(|output| Some((output.regression_id?, output))),
        );
        let tests = rows.into_iter().map(|DefinedTest { test, sample_name }| {
            let outputs = outputs.remove(&test.id).unwrap_or_default().into_iter();
            let to_output = |output: RegressionTestOutputRow| ExpectedOutput {
                output_id: output.id,
                filename: file_name(&output, sample_name.as_deref()),
                extension: output.correct_extension,
                expected: output.correct,
                ignored: output.ignore == Some(true),
                variants: variants.remove(&output.id).unwrap_or_default(),
            };
            RegressionTest {
                outputs: outputs.map(to_output).collect(),
                // Deduplicated, and in the same order on every database.
                categories: categories
                    .remove(&test.id)
                    .into_iter()
                    .flatten()
                    .collect::<BTreeSet<_>>()
                    .into_iter()
                    .collect(),
                regression_test_id: test.id,
                sample_id: test.sample_id,
                sample_name,
                command: test.command,
                input_type: test.input_type,
                output_type: test.output_type,
                expected_rc: test.expected_rc,
                active: test.active == Some(true),
                description: test.description,
                last_passed_on_linux: test.last_passed_on_linux,
                last_passed_on_windows: test.last_passed_on_windows,
            }
        });
        Ok(tests.collect())
    }
}
