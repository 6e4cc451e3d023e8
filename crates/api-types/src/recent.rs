//! What became of some regression tests in the newest runs, oldest first: what a strip is drawn of.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    params::{Params, Query},
    run::OperatingSystem,
    text_enum::text_enum,
};

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

/// Which tests, in the runs up to one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct RecentResultsQuery {
    /// IDs of the regression tests: 1 to 100, separated by commas.
    #[cfg_attr(feature = "openapi", param(schema_with = ids))]
    pub regression_test_ids: Vec<i32>,
}

/// Some ids, each of which the database can hold.
#[cfg(feature = "openapi")]
fn ids() -> utoipa::openapi::schema::Array {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    let id = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(crate::page::MAX_OFFSET))
        .build();
    let description = "IDs of the regression tests: 1 to 100, separated by commas.";
    ArrayBuilder::new()
        .description(Some(description))
        .items(id)
        .min_items(Some(1))
        .max_items(Some(MAX_TESTS))
        .build()
}

impl Query for RecentResultsQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            regression_test_ids: params.ids("regression_test_ids", MAX_TESTS),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let ids: Vec<String> = self.regression_test_ids.iter().map(ToString::to_string).collect();
        out.push(("regression_test_ids", ids.join(",")));
    }
}

/// Which tests, in which runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct PlatformResultsQuery {
    /// The tests.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub tests: RecentResultsQuery,
    /// Which runs; those of `master` unless said otherwise.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub runs: Option<RunChoice>,
    /// How many runs on each operating system.
    #[cfg_attr(
        feature = "openapi",
        param(minimum = 1, maximum = 50, default = 10, required = false)
    )]
    pub run_count: u32,
}

impl PlatformResultsQuery {
    /// Some tests in as many of the newest runs.
    pub fn new(regression_test_ids: Vec<i32>, runs: RunChoice, run_count: u32) -> Self {
        Self {
            tests: RecentResultsQuery { regression_test_ids },
            runs: Some(runs),
            run_count,
        }
    }
}

impl Query for PlatformResultsQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            tests: RecentResultsQuery::read(params),
            runs: params.word("runs"),
            run_count: params.number("run_count", 1, MAX_RUNS).unwrap_or(RUNS_BEFORE),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        self.tests.write(out);
        out.extend(self.runs.map(|runs| ("runs", runs.to_string())));
        if self.run_count != RUNS_BEFORE {
            out.push(("run_count", self.run_count.to_string()));
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
