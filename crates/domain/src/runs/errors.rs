//! Errors of a run's tests: a list, and groups of them.

use runlens_api_types::{
    Page,
    test_error::{BucketSort, ErrorBucket, ErrorQuery, ErrorSummaryQuery, GroupBy, TestError},
};

use super::LoadedRun;
use crate::{
    Result, access,
    comparison::{counterpart, verdict},
    errors,
};

impl LoadedRun {
    /// Returns a page of the errors of its tests. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn errors(&self, query: &ErrorQuery) -> Result<Page<TestError>> {
        self.caller.require(access::LIST_RUN_ERRORS)?;
        let (outcomes, baseline) = self.outcomes_with_baseline().await?;
        let raised = errors::test_errors(outcomes, |outcome| {
            verdict(outcome, counterpart(outcome, baseline?))
        });
        let matching: Vec<_> = raised.filter(|raised| raised.matches(query)).collect();
        let occurred_at = self.snapshot.last_report_at();
        Ok(Page::paginate(
            matching
                .into_iter()
                .map(|raised| raised.to_error(self.id(), occurred_at)),
            query.page,
        ))
    }

    /// Returns a page of the errors of its tests in groups. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn error_summary(&self, query: &ErrorSummaryQuery) -> Result<Page<ErrorBucket>> {
        self.caller.require(access::GET_RUN_ERROR_SUMMARY)?;
        let (outcomes, baseline) = self.outcomes_with_baseline().await?;
        let filter = query.errors();
        let raised = errors::test_errors(outcomes, |outcome| {
            verdict(outcome, counterpart(outcome, baseline?))
        })
        .filter(|raised| raised.matches(&filter));
        let group_by = query.group_by.unwrap_or(GroupBy::Type);
        let sort = query.sort.unwrap_or(BucketSort::CountDescending);
        Ok(Page::paginate(
            errors::summarize(
                raised,
                group_by,
                sort,
                baseline.is_some(),
                self.snapshot.last_report_at(),
            ),
            query.page,
        ))
    }

    /// Returns the key of the first group that holds an error of a test, in this grouping; `None` if the test has no error. Scope
    /// `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn bucket_of_test(&self, regression_test_id: i32, group_by: GroupBy) -> Result<Option<String>> {
        self.caller.require(access::GET_RUN_ERROR_SUMMARY)?;
        let (outcomes, baseline) = self.outcomes_with_baseline().await?;
        let query = ErrorQuery {
            regression_test_id: Some(regression_test_id),
            ..ErrorQuery::default()
        };
        let first = errors::test_errors(outcomes, |outcome| {
            verdict(outcome, counterpart(outcome, baseline?))
        })
        .find(|raised| raised.matches(&query));
        Ok(first.and_then(|raised| errors::bucket_keys(&raised, group_by).into_iter().next()))
    }
}
