//! A run against a reference run, test by test.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::{PageQuery, Pagination},
    query::query,
    run::{OperatingSystem, Run, RunStatus},
    sample::{OutputStatus, ResultStatus},
    text_enum::text_enum,
};

text_enum! {
    /// What a test's result says of a run beside that of the reference run.
    Verdict {
        /// Passes there, fails here.
        BrokenHere = "broken_here",
        /// Fails on both, with another output or exit code.
        FailingDifferently = "failing_differently",
        /// Fails on both, byte for byte the same.
        FailingIdentically = "failing_identically",
        /// Fails there, passes here.
        FixedHere = "fixed_here",
        /// Has no result there. Never a sign of agreement.
        NoReference = "no_reference",
    }
}

impl Verdict {
    /// Whether a failure is new; none where there is nothing to compare it with.
    pub fn is_new(self) -> Option<bool> {
        match self {
            Self::BrokenHere | Self::FailingDifferently => Some(true),
            Self::FailingIdentically | Self::FixedHere => Some(false),
            Self::NoReference => None,
        }
    }
}

/// The run that another is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReferenceRun {
    /// Numeric run ID.
    pub run_id: i32,
    /// Normalized status.
    pub status: RunStatus,
    /// Operating system.
    pub platform: OperatingSystem,
    /// `OWNER/NAME` of the repository tested; empty where the platform does not know it.
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

/// How many tests have which verdict. A test that passes on both sides has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerdictCounts {
    /// Pass there, fail here.
    pub broken_here: u64,
    /// Fail on both, with another output or exit code.
    pub failing_differently: u64,
    /// Fail on both, byte for byte the same.
    pub failing_identically: u64,
    /// Fail there, pass here.
    pub fixed_here: u64,
    /// Have no result there.
    pub no_reference: u64,
}

impl VerdictCounts {
    /// Counts one more test.
    pub fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::BrokenHere => &mut self.broken_here,
            Verdict::FailingDifferently => &mut self.failing_differently,
            Verdict::FailingIdentically => &mut self.failing_identically,
            Verdict::FixedHere => &mut self.fixed_here,
            Verdict::NoReference => &mut self.no_reference,
        } += 1;
    }
}

/// One output on one side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedOutput {
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// What became of it.
    pub status: OutputStatus,
    /// Hash of what was produced, null where nothing was.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sha256: Option<String>,
}

/// One test's result on one side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComparedResult {
    /// What became of it.
    pub status: ResultStatus,
    /// Exit code of the program.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub exit_code: Option<i32>,
    /// Exit code that was expected.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_rc: Option<i32>,
    /// Its outputs.
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
    /// The test for people: its number and its arguments.
    pub label: String,
    /// Arguments the program is run with.
    pub command: String,
    /// What its results say.
    pub verdict: Verdict,
    /// Its result in the run.
    pub here: ComparedResult,
    /// Its result in the reference run, null where it has none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub there: Option<ComparedResult>,
}

/// A run against a reference run: the counts of all its tests, and a page of those that have a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// Numeric run ID.
    pub run_id: i32,
    /// What it is compared with; null where there is nothing to compare it with.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reference: Option<ReferenceRun>,
    /// Tests by verdict, whatever the filter.
    pub counts: VerdictCounts,
    /// The tests of this page, by verdict in the order of `counts`, then by test.
    pub data: Vec<ComparedTest>,
    /// Where this page lies in the list.
    pub pagination: Pagination,
}

/// Other runs that fail in the very same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SameFailures {
    /// Numeric run ID.
    pub run_id: i32,
    /// Tests that fail in it. Where none does, or the run has not completed, there is nothing to look for.
    pub failing_count: u64,
    /// How many completed runs of its platform were looked at: the nearest before it and after it, at most 100 each.
    pub runs_compared: u64,
    /// The runs of this page, newest first.
    pub data: Vec<Run>,
    /// Where this page lies in the list.
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
