//! Test results of a run.

use serde::{Deserialize, Serialize};

use crate::{page::PageQuery, query::query, text_enum::text_enum};

/// Name under which tests without a category are counted.
pub const UNCATEGORIZED: &str = "uncategorized";

/// The longest category to filter by, in characters.
pub(crate) const MAX_CATEGORY: usize = 64;

text_enum! {
    /// Status of a regression test in a run.
    ResultStatus {
        /// The exit code and all outputs are as expected.
        Pass = "pass",
        /// The exit code or an output differs.
        Fail = "fail",
        /// An expected output was not produced.
        MissingOutput = "missing_output",
        /// There is no result.
        NotStarted = "not_started",
    }
}

text_enum! {
    /// Status of an output file.
    OutputStatus {
        /// As expected, or equal to an accepted variant.
        Pass = "pass",
        /// Differs from the expected file.
        Fail = "fail",
        /// Was expected but not produced.
        MissingOutput = "missing_output",
    }
}

/// Number of tests by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// All tests.
    pub total: u64,
    /// Tests with status `pass`.
    pub pass_count: u64,
    /// Tests with status `fail`.
    pub fail_count: u64,
    /// Tests with status `missing_output`.
    pub missing_output_count: u64,
    /// Tests with status `not_started`.
    pub skipped_count: u64,
}

impl Counts {
    /// Adds one test.
    pub fn add(&mut self, status: ResultStatus) {
        self.total += 1;
        *match status {
            ResultStatus::Pass => &mut self.pass_count,
            ResultStatus::Fail => &mut self.fail_count,
            ResultStatus::MissingOutput => &mut self.missing_output_count,
            ResultStatus::NotStarted => &mut self.skipped_count,
        } += 1;
    }

    /// Returns the number of tests that ran and did not pass.
    pub fn failed(&self) -> u64 {
        self.fail_count + self.missing_output_count
    }
}

/// Result of a regression test in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = RunSample))]
pub struct TestResult {
    /// Regression test.
    pub regression_test_id: i32,
    /// Its media sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Original file name of the sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_name: Option<String>,
    /// Categories of the test, by name.
    pub categories: Vec<String>,
    /// Arguments the program is run with.
    pub command: String,
    /// Status of the test.
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
    /// Outputs of the test; empty if there is no result.
    pub outputs: Vec<RunOutput>,
}

/// An output file of a regression test in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunOutput {
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// Status of the output.
    pub status: OutputStatus,
}

query! {
    /// Filters of a run's tests.
    pub struct SampleQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only tests with this status.
        pub status: Option<ResultStatus> = choice(),
        /// Only tests of this category, by name; `uncategorized` for those in none.
        pub category: Option<String> = text(MAX_CATEGORY),
    }
}
