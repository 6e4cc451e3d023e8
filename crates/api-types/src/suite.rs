//! The test suite: media samples, regression tests, categories, and histories of results.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::PageQuery,
    query::query,
    run::{MAX_BRANCH, OperatingSystem, Revision, RunPlatform, TestType},
    sample::{MAX_CATEGORY, ResultStatus},
};

/// The longest text to search a list for, in characters.
pub const MAX_CONTAINS: usize = 100;

/// A media sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// Numeric sample ID.
    pub sample_id: i32,
    /// Hash of the content, under which the file is stored.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sha: Option<String>,
    /// Extension of the file as stored in the database.
    pub extension: String,
    /// Original file name.
    pub original_name: String,
    /// IDs of the regression tests that use it, ascending.
    pub regression_test_ids: Vec<i32>,
}

/// Current definition of a regression test.
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
    /// Input method as stored in the database, such as `file` or `udp`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub input_type: Option<String>,
    /// Output method as stored in the database, such as `file` or `stdout`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub output_type: Option<String>,
    /// Exit code that is expected.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_rc: Option<i32>,
    /// Whether runs include it by default.
    pub active: bool,
    /// Purpose of the test.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub description: Option<String>,
    /// Names of its categories.
    pub categories: Vec<String>,
    /// Expected outputs, sorted by ID.
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
    /// Extension of the file, including the dot.
    pub extension: String,
    /// Hash of the expected file.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected: Option<String>,
    /// Whether the output is optional.
    pub ignored: bool,
    /// Hashes of accepted variants.
    pub variants: Vec<String>,
}

/// A category of regression tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Category {
    /// Numeric category ID.
    pub category_id: i32,
    /// Name of the category.
    pub name: String,
    /// Description of the category.
    pub description: String,
    /// Number of its regression tests, active or not.
    pub regression_test_count: u64,
}

/// Result of a regression test in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryEntry {
    /// Numeric run ID.
    pub run_id: i32,
    /// Numeric regression test ID.
    pub regression_test_id: i32,
    /// Operating system of the run.
    pub platform: OperatingSystem,
    /// Trigger of the run.
    pub test_type: TestType,
    /// What was tested.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(inline))]
    pub revision: Revision,
    /// First progress report of the run; null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
    /// Status of the test; never `not_started`, because a history lists results.
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
