//! The suite as it is defined today: samples, regression tests and categories.

mod health;
mod history;
pub(crate) mod recent;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use runlens_api_types::{
    Page,
    auth::Scope,
    page::PageQuery,
    suite::{Category, ExpectedOutput, RegressionTest, RegressionTestQuery, Sample, SuiteSampleQuery},
};

use crate::{
    Caller, Error, Result, Services,
    results::file_name,
    store::{
        catalog::{DefinedTest, TestParts},
        entity::{regression_test_output, sample},
    },
};

impl Services {
    /// A page of samples, by id. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn samples(&self, caller: &Caller, query: &SuiteSampleQuery) -> Result<Page<Sample>> {
        caller.require(Scope::RunsRead)?;
        let (rows, total) = self.store().samples(query).await?;
        Ok(Page::new(self.to_samples(rows).await?, query.page, total))
    }

    /// One sample. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn sample(&self, caller: &Caller, id: i32) -> Result<Sample> {
        caller.require(Scope::RunsRead)?;
        let row = self.store().sample(id).await?;
        self.to_samples(row.into_iter().collect())
            .await?
            .pop()
            .ok_or(Error::NotFound {
                resource: "sample",
                id,
            })
    }

    async fn to_samples(&self, rows: Vec<sample::Model>) -> Result<Vec<Sample>> {
        let ids: Vec<i32> = rows.iter().map(|row| row.id).collect();
        let mut tests = group(self.store().tests_of_samples(&ids).await?);
        let samples = rows.into_iter().map(|row| Sample {
            sample_id: row.id,
            sha: row.sha,
            extension: row.extension,
            original_name: row.original_name,
            regression_test_ids: tests.remove(&row.id).unwrap_or_default(),
        });
        Ok(samples.collect())
    }

    /// A page of regression tests, by id. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn regression_tests(
        &self,
        caller: &Caller,
        query: &RegressionTestQuery,
    ) -> Result<Page<RegressionTest>> {
        caller.require(Scope::RunsRead)?;
        let (rows, total) = self.store().regression_tests(query).await?;
        Ok(Page::new(
            self.to_regression_tests(rows).await?,
            query.page,
            total,
        ))
    }

    /// One regression test. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn regression_test(&self, caller: &Caller, id: i32) -> Result<RegressionTest> {
        caller.require(Scope::RunsRead)?;
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
            let to_output = |output: regression_test_output::Model| ExpectedOutput {
                output_id: output.id,
                filename: file_name(&output, sample_name.as_deref()),
                extension: output.correct_extension,
                expected: output.correct,
                ignored: output.ignore == Some(true),
                variants: variants.remove(&output.id).unwrap_or_default(),
            };
            RegressionTest {
                outputs: outputs.map(to_output).collect(),
                // Without repetition, and in one order on every database.
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

    /// A page of categories, by name. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn categories(&self, caller: &Caller, page: PageQuery) -> Result<Page<Category>> {
        caller.require(Scope::RunsRead)?;
        let (rows, total) = self.store().categories(page).await?;
        let categories = rows.into_iter().map(|row| Category {
            category_id: row.id,
            name: row.name,
            description: row.description,
            regression_test_count: row.tests.unsigned_abs(),
        });
        Ok(Page::new(categories.collect(), page, total))
    }
}

/// Values by key, in the order in which they came.
fn group<T>(pairs: impl IntoIterator<Item = (i32, T)>) -> HashMap<i32, Vec<T>> {
    let mut groups: HashMap<i32, Vec<T>> = HashMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups
}
