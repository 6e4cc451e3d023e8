//! Results of a run, one per regression test.

use serde::{Deserialize, Serialize};

use crate::{page::PageQuery, query::query, text_enum::text_enum};

/// The category under which tests of no category are counted.
pub const UNCATEGORIZED: &str = "uncategorized";

/// The longest category to filter by, in characters.
pub(crate) const MAX_CATEGORY: usize = 64;

text_enum! {
    /// What became of one regression test in a run.
    ResultStatus {
        /// Exit code and every output are as expected.
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
    /// What became of one output file.
    OutputStatus {
        /// As expected, or an accepted variant.
        Pass = "pass",
        /// Differs.
        Fail = "fail",
        /// Was not produced.
        MissingOutput = "missing_output",
    }
}

/// How many tests have which status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// Status `pass`.
    pub pass_count: u64,
    /// Status `fail`.
    pub fail_count: u64,
    /// Status `missing_output`.
    pub missing_output_count: u64,
    /// Status `not_started`.
    pub skipped_count: u64,
}

impl Counts {
    /// Counts one more test.
    pub fn add(&mut self, status: ResultStatus) {
        self.total += 1;
        *match status {
            ResultStatus::Pass => &mut self.pass_count,
            ResultStatus::Fail => &mut self.fail_count,
            ResultStatus::MissingOutput => &mut self.missing_output_count,
            ResultStatus::NotStarted => &mut self.skipped_count,
        } += 1;
    }

    /// Tests that ran and did not pass.
    pub fn failed(&self) -> u64 {
        self.fail_count + self.missing_output_count
    }
}

/// One regression test in a run.
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
    /// What became of it.
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
    /// Outputs of the test; empty without a result.
    pub outputs: Vec<RunOutput>,
}

/// One output file of a regression test in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunOutput {
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// What became of it.
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
