//! What became of some regression tests in the newest runs, oldest first: what a strip is drawn of.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, query::query, run::OperatingSystem, text_enum::text_enum};

/// The most regression tests that can be asked for at once.
pub const MAX_TESTS: usize = 100;

/// How many runs of `master` stand before a run in its recent results.
pub const RUNS_BEFORE: u32 = 10;

/// The most runs of an operating system that recent results can be asked for.
pub const MAX_RUNS: u32 = 50;

text_enum! {
    /// What became of a test in a run, beside its result before.
    RecentStatus {
        /// Passes.
        Pass = "pass",
        /// Fails: for the first time after a pass, or exactly as before.
        Fail = "fail",
        /// Fails as it did before, but with another output or exit code.
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
    /// Which runs recent results are of.
    RunChoice {
        /// Completed runs of the main repository's `master`.
        Master = "master",
        /// All runs with a result of one of the tests.
        All = "all",
        /// Runs of pull requests with a result of one of the tests.
        PullRequests = "pull_requests",
    }
}

/// A run that results are of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecentRun {
    /// Numeric run ID.
    pub run_id: i32,
    /// `OWNER/NAME` of the repository tested; empty where the platform does not know it.
    pub repository: String,
    /// Branch tested.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub branch: Option<String>,
    /// Commit tested, 40 hexadecimal digits.
    pub commit_sha: String,
    /// Pull request number, null for a run of a commit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pull_request: Option<i32>,
    /// First report of the run's progress; null where there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
}

/// What became of one test in some runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecentTest {
    /// Regression test.
    pub regression_test_id: i32,
    /// What became of it: one for each of the runs, in their order.
    pub statuses: Vec<RecentStatus>,
}

/// What became of some tests in some runs on one operating system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecentResults {
    /// Operating system of the runs.
    pub platform: OperatingSystem,
    /// The runs, oldest first.
    pub runs: Vec<RecentRun>,
    /// The tests that were asked for, by ID.
    pub tests: Vec<RecentTest>,
}

impl RecentResults {
    /// What became of one test; nothing where it was not asked for.
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

/// What became of some tests in the newest runs, by operating system.
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
    /// Some tests in as many of the newest runs.
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
    fn a_question_survives_the_way_through_its_address() {
        let query = PlatformResultsQuery::new(vec![1, 20, 300], RunChoice::All, 50);
        let address = query.to_query_string();
        assert_eq!(address, "?regression_test_ids=1,20,300&runs=all&run_count=50");
        assert_eq!(PlatformResultsQuery::parse(&address[1..]), Ok(query));
    }

    #[test]
    fn tests_are_named_once_each_and_by_their_ids() {
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
