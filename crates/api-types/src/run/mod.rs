//! Runs: one commit on one platform.

mod query;

pub(crate) use query::{MAX_BRANCH, MAX_TEXT};
pub use query::{RunInclude, RunPlatform, RunQuery, RunSort, RunTestType};

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp, comparison::VerdictCounts, infrastructure::InfrastructureErrorType, page::PageQuery,
    query::query, sample::Counts, text_enum::text_enum,
};

text_enum! {
    /// What became of a run; derived from its progress and its results.
    RunStatus {
        /// Completed, and every result passes.
        Pass = "pass",
        /// Completed, and not every result passes.
        Fail = "fail",
        /// Completed without a single result.
        Error = "error",
        /// Stopped, by a person or by the infrastructure.
        Canceled = "canceled",
        /// Being prepared or tested.
        Running = "running",
        /// Not picked up yet.
        Queued = "queued",
        /// In a state the platform does not define.
        Incomplete = "incomplete",
    }
}

impl RunStatus {
    /// Whether more is expected of the run: it waits for a worker, or one is at it.
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
        /// Neither: an installation with further platforms.
        Unknown = "unknown",
    }
}

text_enum! {
    /// What a run was started for.
    TestType {
        /// A commit of a branch.
        Commit = "commit",
        /// A pull request.
        Pr = "pr",
        /// Something the platform does not define.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Stage that a worker reports.
    ProgressStatus {
        /// The machine is set up, the program is built.
        Preparation = "preparation",
        /// Tests are running.
        Testing = "testing",
        /// The worker is done.
        Completed = "completed",
        /// The run was stopped.
        Canceled = "canceled",
        /// Something the platform does not define.
        Unknown = "unknown",
    }
}

text_enum! {
    /// Which kinds of errors a run has.
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

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Run {
    /// Numeric run ID.
    pub run_id: i32,
    /// Normalized status, derived from progress and results. `canceled` covers explicit cancellation and infrastructure errors.
    pub status: RunStatus,
    /// `OWNER/NAME` of the repository tested; empty where the platform does not know it.
    pub repository: String,
    /// Branch tested.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub branch: Option<String>,
    /// Commit tested, 40 hexadecimal digits.
    pub commit_sha: String,
    /// The first 7 digits of the commit.
    pub commit_short: String,
    /// Pull request number, null for a run of a commit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pull_request: Option<i32>,
    /// The same as `pull_request`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pr_number: Option<i32>,
    /// Operating system.
    pub platform: OperatingSystem,
    /// What the run was started for.
    pub test_type: TestType,
    /// Which kinds of errors the run has.
    pub run_errors: RunErrors,
    /// Name of the person who asked for a custom run.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub triggered_by: Option<String>,
    /// First report of progress; null while queued.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
    /// The same as `created_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub queued_at: Option<Timestamp>,
    /// When testing began.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub started_at: Option<Timestamp>,
    /// When the run completed or was canceled.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub completed_at: Option<Timestamp>,
    /// Milliseconds from `started_at` to `completed_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub duration_ms: Option<i64>,
    /// The pull request, or the commit, on GitHub.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub github_link: Option<String>,
    /// Where the rest is.
    pub links: RunLinks,
    /// Counts of the run's results; only with `include=summary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<RunSummary>,
    /// The run beside its reference run; only with `include=verdict`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<RunComparison>,
    /// What last failed of the infrastructure; only with `include=verdict`, and only where something did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub infrastructure_error_type: Option<InfrastructureErrorType>,
}

/// A run beside its reference run, in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunComparison {
    /// The run that it is compared with: the newest earlier one on the same platform that tested a commit of the main repository's
    /// `master`, completed, and has results; null where there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reference_run_id: Option<i32>,
    /// Tests by verdict.
    pub counts: VerdictCounts,
}

/// Absolute addresses of everything about a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunLinks {
    /// This run in the API.
    #[serde(rename = "self")]
    pub this: String,
    /// The run's page for people.
    pub html: String,
    /// The pull request, or the commit, on GitHub.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub github: Option<String>,
    /// Counts.
    pub summary: String,
    /// The worker's trail.
    pub progress: String,
    /// One result per regression test.
    pub samples: String,
    /// Test errors.
    pub errors: String,
    /// Test errors in groups.
    pub error_summary: String,
    /// Errors of the infrastructure.
    pub infrastructure_errors: String,
    /// Build log.
    pub logs: String,
    /// Files the run left behind.
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
    /// Regression tests the run is made of: those chosen for it, else all active ones.
    pub total_samples: u64,
    /// Results that pass.
    pub pass_count: u64,
    /// Results with the status `fail`.
    pub fail_count: u64,
    /// Regression tests without a result.
    pub skipped_count: u64,
    /// Results with the status `missing_output`.
    pub missing_output_count: u64,
    /// Test errors of the run; a result can raise several.
    pub error_count: u64,
    /// Sum of the tests' runtimes, null where nothing ran.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub duration_ms: Option<i64>,
}

/// What a run was set up with.
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
    /// Regression tests the run is made of, ascending: those chosen for it, else all active ones.
    pub regression_test_ids: Vec<i32>,
}

/// Counts of a run's results in one category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategorySummary {
    /// Name of the category; `uncategorized` for tests in none.
    pub category: String,
    /// Counts of the run's tests in it. A test in two categories counts in both.
    #[serde(flatten)]
    pub counts: Counts,
}

/// One report of the worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProgressEntry {
    /// When.
    pub timestamp: Timestamp,
    /// Stage.
    pub status: ProgressStatus,
    /// The worker's words.
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
