//! Results of a regression test, or of a sample's tests, over all runs.

use runlens_api_types::{
    Page, Timestamp,
    run::{OperatingSystem, TestType},
    sample::ResultStatus,
    suite::{HistoryEntry, HistoryQuery, SampleHistoryQuery},
};

use super::SuiteService;
use crate::{
    Caller, Error, Result, access,
    store::{
        columns::{parse_column, revision},
        history::{HistoryOf, HistoryRow},
    },
};

impl SuiteService {
    /// Returns a page of the results of a sample's regression tests, newest run first, then by test. Scope
    /// `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn sample_history(
        &self,
        caller: &Caller,
        id: i32,
        query: &SampleHistoryQuery,
    ) -> Result<Page<HistoryEntry>> {
        caller.require(access::LIST_SAMPLE_HISTORY)?;
        self.store().sample(id).await?.ok_or(Error::NotFound {
            resource: "sample",
            id,
        })?;
        self.history(
            HistoryOf::Sample {
                id,
                regression_test: query.regression_test_id,
            },
            &query.history,
        )
        .await
    }

    /// Returns a page of the results of a regression test, newest run first. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn regression_test_history(
        &self,
        caller: &Caller,
        id: i32,
        query: &HistoryQuery,
    ) -> Result<Page<HistoryEntry>> {
        caller.require(access::LIST_REGRESSION_TEST_HISTORY)?;
        self.store().regression_test(id).await?.ok_or(Error::NotFound {
            resource: "regression_test",
            id,
        })?;
        self.history(HistoryOf::RegressionTest(id), query).await
    }

    async fn history(&self, of: HistoryOf, query: &HistoryQuery) -> Result<Page<HistoryEntry>> {
        // A history consists of results, and a test that has not started has none.
        let (rows, total) = match query.status {
            Some(ResultStatus::NotStarted) => (Vec::new(), 0),
            _ => self.store().history(of, query).await?,
        };
        let entries: Result<Vec<HistoryEntry>> = rows.into_iter().map(to_entry).collect();
        Ok(Page::new(entries?, query.page, total))
    }
}

fn to_entry(row: HistoryRow) -> Result<HistoryEntry> {
    let status = row
        .status
        .parse()
        .map_err(|error| Error::Internal(format!("status `{}` of a result {error}", row.status)))?;
    Ok(HistoryEntry {
        run_id: row.test_id,
        regression_test_id: row.regression_test_id,
        platform: row
            .platform
            .as_deref()
            .and_then(parse_column)
            .unwrap_or(OperatingSystem::Unknown),
        test_type: row
            .test_type
            .as_deref()
            .and_then(parse_column)
            .unwrap_or(TestType::Unknown),
        revision: revision(
            row.github,
            row.branch.unwrap_or_default(),
            row.commit.unwrap_or_default(),
            row.pr_nr.unwrap_or_default(),
        ),
        created_at: row.created_at.map(Timestamp::from_utc),
        status,
        runtime_ms: row.runtime,
        exit_code: row.exit_code,
        expected_rc: row.expected_rc,
    })
}
