//! Results of a run's regression tests.

use runlens_api_types::{
    Page,
    sample::{SampleQuery, TestResult},
};

use super::LoadedRun;
use crate::{
    Error, Result, access,
    results::{self, Outcome},
};

impl LoadedRun {
    /// Returns a page with one result per regression test, by test id. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn test_results(&self, query: &SampleQuery) -> Result<Page<TestResult>> {
        self.caller.require(access::LIST_RUN_SAMPLES)?;
        let outcomes = self.outcomes().await?.iter();
        let matching: Vec<&Outcome> = outcomes
            .filter(|outcome| query.status.is_none_or(|status| outcome.status == status))
            .filter(|outcome| {
                query
                    .category
                    .as_deref()
                    .is_none_or(|category| outcome.test.is_in(category))
            })
            .collect();
        Ok(Page::paginate(
            matching.into_iter().map(Outcome::to_test_result),
            query.page,
        ))
    }

    /// Returns the result of one regression test. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`] for a test that is not part of the run, [`Error::Database`].
    pub async fn test_result(&self, regression_test_id: i32) -> Result<TestResult> {
        self.caller.require(access::GET_RUN_SAMPLE)?;
        let outcome = results::find(self.outcomes().await?, regression_test_id);
        outcome.map(Outcome::to_test_result).ok_or(Error::NotFound {
            resource: "regression_test",
            id: regression_test_id,
        })
    }
}
