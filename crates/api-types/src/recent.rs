//! Results of regression tests in the newest runs, as shown in strips.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    query::query,
    run::{OperatingSystem, Revision},
    text_enum::text_enum,
};

/// The maximum number of regression tests per request.
pub const MAX_TESTS: usize = 100;

/// Number of earlier `master` runs in the recent results of a run.
pub const RUNS_BEFORE: u32 = 10;

/// The maximum number of runs per operating system.
pub const MAX_RUNS: u32 = 50;

text_enum! {
    /// Status of a test in a run, compared with its previous result.
    RecentStatus {
        /// Passes.
        Pass = "pass",
        /// Fails after a pass, or identically to the previous failure.
        Fail = "fail",
        /// Fails again, but with another output or exit code.
        FailsDifferently = "fails_differently",
        /// An expected output was not produced.
        MissingOutput = "missing_output",
        /// The run has no result of the test.
        NoResult = "no_result",
    }
}

impl RecentStatus {
    /// Whether the test ran and did not pass.
    pub fn has_failed(self) -> bool {
        matches!(self, Self::Fail | Self::FailsDifferently | Self::MissingOutput)
    }
}

text_enum! {
    /// Selection of runs.
    RunChoice {
        /// Completed runs of the main repository's `master`.
        Master = "master",
        /// All runs with a result of one of the tests.
        All = "all",
        /// Runs of pull requests with a result of one of the tests.
        PullRequests = "pull_requests",
    }
}

/// A run with results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecentRun {
    /// Numeric run ID.
    pub run_id: i32,
    /// What was tested.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(inline))]
    pub revision: Revision,
    /// First progress report; null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
}

/// Statuses of a test in several runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecentTest {
    /// Regression test.
    pub regression_test_id: i32,
    /// One status per run, in the order of the runs.
    pub statuses: Vec<RecentStatus>,
}

/// Statuses of tests in runs on one operating system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecentResults {
    /// Operating system of the runs.
    pub platform: OperatingSystem,
    /// The runs, oldest first.
    pub runs: Vec<RecentRun>,
    /// The requested tests, sorted by ID.
    pub tests: Vec<RecentTest>,
}

impl RecentResults {
    /// Returns the statuses of a test; empty if it was not requested.
    pub fn of(&self, regression_test_id: i32) -> &[RecentStatus] {
        let found = self
            .tests
            .binary_search_by_key(&regression_test_id, |test| test.regression_test_id)
            .ok();
        found
            .and_then(|index| self.tests.get(index))
            .map_or(&[], |test| &test.statuses)
    }
}

/// Statuses of tests in the newest runs, by operating system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformResults {
    /// One for Linux, one for Windows.
    pub data: Vec<RecentResults>,
}

query! {
    /// The tests whose results up to a run are returned.
    pub struct RecentResultsQuery {
        /// IDs of the regression tests: 1 to 100, separated by commas.
        pub regression_test_ids: Vec<i32> = ids(MAX_TESTS),
    }
}

query! {
    /// The tests and the runs whose results are returned.
    pub struct PlatformResultsQuery {
        /// IDs of the regression tests: 1 to 100, separated by commas.
        pub regression_test_ids: Vec<i32> = ids(MAX_TESTS),
        /// The runs; those of `master` by default.
        pub runs: Option<RunChoice> = choice().inline(),
        /// Number of runs on each operating system.
        pub run_count: u32 = number(1..=MAX_RUNS).or(RUNS_BEFORE),
    }
}

impl PlatformResultsQuery {
    /// Selects tests and the number of newest runs.
    pub fn new(regression_test_ids: Vec<i32>, runs: RunChoice, run_count: u32) -> Self {
        Self {
            regression_test_ids,
            runs: Some(runs),
            run_count,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{PlatformResultsQuery, RecentResultsQuery, RunChoice};
    use crate::Query;

    #[test]
    fn address_of_recent_results() {
        let query = PlatformResultsQuery::new(vec![1, 20, 300], RunChoice::All, 50);
        let address = query.to_query_string();
        assert_eq!(address, "?regression_test_ids=1,20,300&runs=all&run_count=50");
        assert_eq!(PlatformResultsQuery::parse(&address[1..]), Ok(query));
    }

    #[test]
    fn test_ids_are_sorted_and_deduplicated() {
        let read = |text: &str| RecentResultsQuery::parse(text);
        assert_eq!(
            read("regression_test_ids=7,3,7")
                .expect("ids")
                .regression_test_ids,
            [3, 7]
        );
        let many = format!(
            "regression_test_ids={}",
            (1..=101).map(|id| id.to_string()).collect::<Vec<_>>().join(",")
        );
        let same = format!("regression_test_ids={}", vec!["7"; 101].join(","));
        for wrong in [
            &same,
            "",
            "regression_test_ids=",
            "regression_test_ids=0",
            "regression_test_ids=1,,2",
            "regression_test_ids=1,a",
            &many,
        ] {
            let body = read(wrong).expect_err(wrong);
            assert_eq!(
                body.details["fields"],
                json!({"regression_test_ids": "must be 1 to 100 whole numbers from 1 to 2147483647, separated by commas"})
            );
        }
    }
}
