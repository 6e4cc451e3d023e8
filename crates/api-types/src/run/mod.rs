//! Runs of the test suite: one commit on one operating system.

mod query;

pub(crate) use query::{MAX_BRANCH, MAX_TEXT};
pub use query::{RunInclude, RunPlatform, RunQuery, RunSort, RunTestType};

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp, infrastructure::InfrastructureErrorType, page::PageQuery, query::query, sample::Counts,
    test_verdict::VerdictCounts, text_enum::text_enum,
};

text_enum! {
    /// Status of a run, derived from its progress and its results.
    RunStatus {
        /// Completed; all results pass.
        Pass = "pass",
        /// Completed; at least one result does not pass.
        Fail = "fail",
        /// Completed without results.
        Error = "error",
        /// Canceled by a person or by an infrastructure error.
        Canceled = "canceled",
        /// Being prepared or tested.
        Running = "running",
        /// Waiting for a worker.
        Queued = "queued",
        /// The last reported stage is not recognized.
        Incomplete = "incomplete",
    }
}

impl RunStatus {
    /// Whether the run is queued or running.
    pub fn is_in_progress(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

text_enum! {
    /// Operating system of a run.
    #[cfg_attr(feature = "openapi", schema(as = Platform))]
    OperatingSystem {
        /// Linux.
        Linux = "linux",
        /// Windows.
        Windows = "windows",
        /// Any other platform of the installation.
        Unknown = "unknown",
    }
}

impl OperatingSystem {
    /// The name for people; `Display` writes the value of the wire format.
    pub fn display_name(self) -> &'static str {
        match self {
            Self::Linux => "Linux",
            Self::Windows => "Windows",
            Self::Unknown => "other platform",
        }
    }
}

text_enum! {
    /// Trigger of a run.
    TestType {
        /// A commit of a branch.
        Commit = "commit",
        /// A pull request.
        Pr = "pr",
        /// Any other value in the database.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Stage reported by a worker.
    ProgressStatus {
        /// Setting up the machine and building the program.
        Preparation = "preparation",
        /// Running the tests.
        Testing = "testing",
        /// The worker has finished.
        Completed = "completed",
        /// The run was canceled.
        Canceled = "canceled",
        /// Any other value in the database.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Kinds of errors of a run.
    RunErrors {
        /// No errors.
        None = "none",
        /// Test errors only.
        Test = "test",
        /// Infrastructure errors only.
        Infrastructure = "infrastructure",
        /// Test and infrastructure errors.
        Both = "both",
    }
}

/// What a run tested. Flattened into every type that identifies a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revision {
    /// `OWNER/NAME` of the repository tested; empty if it is not known.
    pub repository: String,
    /// Branch tested.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub branch: Option<String>,
    /// Commit tested, 40 hexadecimal digits.
    pub commit_sha: String,
    /// Pull request number, null for a run of a commit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pull_request: Option<i32>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Run {
    /// Numeric run ID.
    pub run_id: i32,
    /// Normalized status, derived from progress and results. `canceled` covers explicit cancellation and infrastructure errors.
    pub status: RunStatus,
    /// What was tested.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(inline))]
    pub revision: Revision,
    /// The first 7 digits of the commit.
    pub commit_short: String,
    /// Alias of `pull_request`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pr_number: Option<i32>,
    /// Operating system.
    pub platform: OperatingSystem,
    /// Trigger of the run.
    pub test_type: TestType,
    /// Kinds of errors of the run.
    pub run_errors: RunErrors,
    /// Name of the person who started a custom run.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub triggered_by: Option<String>,
    /// First progress report; null while queued.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
    /// Alias of `created_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub queued_at: Option<Timestamp>,
    /// Start of testing.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub started_at: Option<Timestamp>,
    /// Time of completion or cancellation.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub completed_at: Option<Timestamp>,
    /// Milliseconds from `started_at` to `completed_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub duration_ms: Option<i64>,
    /// The pull request, or the commit, on GitHub.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub github_link: Option<String>,
    /// Links to further resources.
    pub links: RunLinks,
    /// Counts of the run's results; only with `include=summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<RunSummary>,
    /// Comparison with the baseline; only with `include=verdict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<RunComparison>,
    /// Type of the last infrastructure error; only with `include=verdict`, and only if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infrastructure_error_type: Option<InfrastructureErrorType>,
}

/// Result of the comparison of a run with its baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunComparison {
    /// The baseline: the newest earlier run on the same operating system that tested a commit of the main repository's `master`,
    /// completed, and has results; null if there is none.
    #[serde(rename = "reference_run_id")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub baseline_run_id: Option<i32>,
    /// Number of tests by verdict.
    pub counts: VerdictCounts,
}

/// Absolute URLs of a run's resources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunLinks {
    /// This run in the API.
    #[serde(rename = "self")]
    pub this: String,
    /// Web page of the run.
    pub html: String,
    /// The pull request, or the commit, on GitHub.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub github: Option<String>,
    /// Counts of its results.
    pub summary: String,
    /// Progress reports.
    pub progress: String,
    /// Results, one per regression test.
    pub samples: String,
    /// Test errors.
    pub errors: String,
    /// Grouped test errors.
    pub error_summary: String,
    /// Infrastructure errors.
    pub infrastructure_errors: String,
    /// Build log.
    pub logs: String,
    /// Artifacts.
    pub artifacts: String,
}

/// Counts of a run's results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunSummary {
    /// Numeric run ID.
    pub run_id: i32,
    /// Normalized status.
    pub status: RunStatus,
    /// Number of regression tests of the run: those selected for it, otherwise all active ones.
    pub total_samples: u64,
    /// Results with status `pass`.
    pub pass_count: u64,
    /// Results with status `fail`.
    pub fail_count: u64,
    /// Regression tests without a result.
    pub skipped_count: u64,
    /// Results with status `missing_output`.
    pub missing_output_count: u64,
    /// Number of test errors; a result can have several.
    pub error_count: u64,
    /// Sum of the tests' runtimes in milliseconds, null if none ran.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub duration_ms: Option<i64>,
}

/// Configuration of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunConfig {
    /// Numeric run ID.
    pub run_id: i32,
    /// Operating system.
    pub platform: OperatingSystem,
    /// Branch tested.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub branch: Option<String>,
    /// Commit tested, 40 hexadecimal digits.
    pub commit_sha: String,
    /// IDs of the run's regression tests, ascending: those selected for it, otherwise all active ones.
    pub regression_test_ids: Vec<i32>,
}

/// Counts of a run's results in one category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategorySummary {
    /// Name of the category; `uncategorized` for tests in none.
    pub category: String,
    /// Counts of its tests. A test in two categories counts in both.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A progress report of the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProgressEntry {
    /// Time of the report.
    pub timestamp: Timestamp,
    /// Reported stage.
    pub status: ProgressStatus,
    /// Message of the worker.
    pub message: String,
}

query! {
    /// Filters of a run's progress reports.
    pub struct ProgressQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only reports of this stage.
        pub status: Option<ProgressStatus> = choice(),
    }
}
