//! Comparison of a run with its baseline, test by test.

use serde::{Deserialize, Serialize};

pub use crate::test_verdict::{Verdict, VerdictCounts};
use crate::{
    Timestamp,
    page::{PageQuery, Pagination},
    query::query,
    run::{OperatingSystem, Run, RunStatus},
    sample::{OutputStatus, ResultStatus},
};

/// The run that another run is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ReferenceRun))]
pub struct BaselineRun {
    /// Numeric run ID.
    pub run_id: i32,
    /// Normalized status.
    pub status: RunStatus,
    /// Operating system.
    pub platform: OperatingSystem,
    /// `OWNER/NAME` of the repository tested; empty if it is not known.
    pub repository: String,
    /// Branch tested.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub branch: Option<String>,
    /// Commit tested, 40 hexadecimal digits.
    pub commit_sha: String,
    /// The first 7 digits of the commit.
    pub commit_short: String,
    /// When the run completed or was canceled.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub completed_at: Option<Timestamp>,
}

/// One output on one side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedOutput {
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// Status of the output.
    pub status: OutputStatus,
    /// Hash of the produced file, null if nothing was produced.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sha256: Option<String>,
}

/// One test's result on one side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedResult {
    /// Status of the result.
    pub status: ResultStatus,
    /// Exit code of the program.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub exit_code: Option<i32>,
    /// Exit code that was expected.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_rc: Option<i32>,
    /// Outputs of the test.
    pub outputs: Vec<ComparedOutput>,
}

/// One test on both sides of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedTest {
    /// Regression test.
    pub regression_test_id: i32,
    /// Its media sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Original file name of that sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_name: Option<String>,
    /// Display name: the test's number and arguments.
    pub label: String,
    /// Arguments the program is run with.
    pub command: String,
    /// How the two results compare.
    pub verdict: Verdict,
    /// Result in the run.
    pub here: ComparedResult,
    /// Result in the baseline, null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub there: Option<ComparedResult>,
}

/// Comparison of a run with its baseline: counts of all tests, and a page of the tests with a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// Numeric run ID.
    pub run_id: i32,
    /// The baseline; null if there is no run to compare with.
    #[serde(rename = "reference")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub baseline: Option<BaselineRun>,
    /// Number of tests by verdict, regardless of the filters.
    pub counts: VerdictCounts,
    /// The tests of this page, sorted by verdict in the order of `counts`, then by test.
    pub data: Vec<ComparedTest>,
    /// Position of this page in the list.
    pub pagination: Pagination,
}

/// Other runs with identical failures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SameFailures {
    /// Numeric run ID.
    pub run_id: i32,
    /// Number of failing tests of the run. If it is 0, or the run has not completed, no runs are compared.
    pub failing_count: u64,
    /// Number of completed runs compared: the nearest earlier and later ones on the same operating system, at most 100 each.
    pub runs_compared: u64,
    /// The runs of this page, newest first.
    pub data: Vec<Run>,
    /// Position of this page in the list.
    pub pagination: Pagination,
}

query! {
    /// The run to compare with, and filters of the tests.
    pub struct ComparisonQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// The run to compare with. By default the newest earlier run on the same platform that tested a commit of the main
        /// repository's `master`, completed, and has results.
        pub against: Option<i32> = id(),
        /// Only tests with this verdict.
        pub verdict: Option<Verdict> = choice(),
    }
}
