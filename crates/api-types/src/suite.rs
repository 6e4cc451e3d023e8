//! The suite: media samples, the regression tests over them, their categories, and what became of a test over runs.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::PageQuery,
    query::query,
    run::{MAX_BRANCH, OperatingSystem, RunPlatform, TestType},
    sample::{MAX_CATEGORY, ResultStatus},
};

/// The longest text a list can be searched for, in characters.
pub const MAX_CONTAINS: usize = 100;

/// A media sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// Numeric sample ID.
    pub sample_id: i32,
    /// Hash of its content; the platform's name for the file.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sha: Option<String>,
    /// Extension of the file, as the platform keeps it.
    pub extension: String,
    /// Name of the file when it was uploaded.
    pub original_name: String,
    /// Regression tests that read it, ascending.
    pub regression_test_ids: Vec<i32>,
}

/// A regression test as it is defined today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegressionTest {
    /// Numeric regression test ID.
    pub regression_test_id: i32,
    /// Its media sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Original file name of the sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_name: Option<String>,
    /// Arguments the program is run with.
    pub command: String,
    /// How the program is given its input, in the platform's words, such as `file` or `udp`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub input_type: Option<String>,
    /// Where the program writes, in the platform's words, such as `file` or `stdout`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub output_type: Option<String>,
    /// Exit code that is expected.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_rc: Option<i32>,
    /// Whether a run is made of it unless tests are chosen for the run.
    pub active: bool,
    /// What it is for.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub description: Option<String>,
    /// Its categories, by name.
    pub categories: Vec<String>,
    /// Outputs that are expected, by ID.
    pub outputs: Vec<ExpectedOutput>,
    /// The last run on Linux in which it passed.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_passed_on_linux: Option<i32>,
    /// The last run on Windows in which it passed.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_passed_on_windows: Option<i32>,
}

/// An output that a regression test is expected to produce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpectedOutput {
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// Extension of the file, with its dot.
    pub extension: String,
    /// Hash of what is expected.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected: Option<String>,
    /// Whether it may be missing.
    pub ignored: bool,
    /// Hashes that are accepted too.
    pub variants: Vec<String>,
}

/// A category of regression tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Category {
    /// Numeric category ID.
    pub category_id: i32,
    /// Its name.
    pub name: String,
    /// What its tests have in common.
    pub description: String,
    /// Regression tests in it, active or not.
    pub regression_test_count: u64,
}

/// What became of a regression test in one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryEntry {
    /// The run.
    pub run_id: i32,
    /// The regression test.
    pub regression_test_id: i32,
    /// Operating system of the run.
    pub platform: OperatingSystem,
    /// What the run was started for.
    pub test_type: TestType,
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
    /// What became of the test; never `not_started`, for a history is made of results.
    pub status: ResultStatus,
    /// Runtime in milliseconds.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub runtime_ms: Option<i32>,
    /// Exit code of the program.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub exit_code: Option<i32>,
    /// Exit code that was expected.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_rc: Option<i32>,
}

query! {
    /// Filters of the suite's samples.
    pub struct SuiteSampleQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only samples with this extension, with or without its dot, ignoring case.
        pub extension: Option<String> = text(64),
        /// Only samples whose original name contains this text, ignoring case.
        pub contains: Option<String> = text(MAX_CONTAINS),
    }
}

query! {
    /// Filters of the suite's regression tests.
    pub struct RegressionTestQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only active tests, or only inactive ones.
        pub active: Option<bool> = flag(),
        /// Only tests of this category, by name; `uncategorized` for those in none.
        pub category: Option<String> = text(MAX_CATEGORY),
        /// Only tests of this sample.
        pub sample_id: Option<i32> = id(),
        /// Only tests whose command contains this text, ignoring case.
        pub contains: Option<String> = text(MAX_CONTAINS),
    }
}

query! {
    /// Filters of a history.
    pub struct HistoryQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only results with this status.
        pub status: Option<ResultStatus> = choice(),
        /// Only results of runs on this operating system.
        pub platform: Option<RunPlatform> = choice().inline(),
        /// Only results of runs of this branch.
        pub branch: Option<String> = text(MAX_BRANCH),
    }
}

query! {
    /// Filters of a sample's history.
    pub struct SampleHistoryQuery {
        /// The same filters as for a regression test's history.
        pub history: HistoryQuery = nested(),
        /// Only results of this regression test.
        pub regression_test_id: Option<i32> = id(),
    }
}
