//! Runs: one commit on one platform.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::PageQuery,
    params::{Params, Query},
    sample::Counts,
    text_enum::text_enum,
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

text_enum! {
    /// Operating system of a run.
    Platform {
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
    pub platform: Platform,
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
    pub platform: Platform,
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

text_enum! {
    /// Order of a list of runs. Runs are numbered as they are created, so both pairs order by run ID.
    RunSort {
        /// Newest first.
        CreatedDescending = "-created_at",
        /// Oldest first.
        CreatedAscending = "created_at",
        /// Highest run ID first.
        IdDescending = "-run_id",
        /// Lowest run ID first.
        IdAscending = "run_id",
    }
}

text_enum! {
    /// What a list of runs can hold beside the runs.
    RunInclude {
        /// Each run's counts.
        Summary = "summary",
    }
}

/// Which runs, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct RunQuery {
    /// Part of the list.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub page: PageQuery,
    /// Only runs of this status.
    pub status: Option<RunStatus>,
    /// Only runs on this operating system.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub platform: Option<RunPlatform>,
    /// Only runs of this branch.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 255))]
    pub branch: Option<String>,
    /// Only runs of this commit: 40 hexadecimal digits.
    #[cfg_attr(feature = "openapi", param(pattern = "^[0-9a-fA-F]{40}$"))]
    pub commit_sha: Option<String>,
    /// Only runs of this repository: `owner/name`.
    #[cfg_attr(feature = "openapi", param(pattern = "^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$"))]
    pub repository: Option<String>,
    /// Only runs of this pull request.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 2_147_483_647_u32))]
    pub pull_request: Option<i32>,
    /// Only runs created after this time.
    pub created_after: Option<Timestamp>,
    /// Only runs created before this time.
    pub created_before: Option<Timestamp>,
    /// Order; newest first by default.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub sort: Option<RunSort>,
    /// What to add to each run.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub include: Option<RunInclude>,
}

text_enum! {
    /// Operating system to filter by.
    RunPlatform {
        /// Linux.
        Linux = "linux",
        /// Windows.
        Windows = "windows",
    }
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_repository(text: &str) -> bool {
    let is_name = |part: &str| {
        (1..=100).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    text.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

impl Query for RunQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            page: PageQuery::read(params),
            status: params.word("status"),
            platform: params.word("platform"),
            branch: params.text("branch", 255),
            commit_sha: params.text_where("commit_sha", "40 hexadecimal digits", is_commit),
            repository: params.text_where("repository", "owner/name", is_repository),
            pull_request: params.id("pull_request"),
            created_after: params.timestamp("created_after"),
            created_before: params.timestamp("created_before"),
            sort: params.word("sort"),
            include: params.word("include"),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let pairs = [
            ("status", self.status.map(|v| v.to_string())),
            ("platform", self.platform.map(|v| v.to_string())),
            ("branch", self.branch.clone()),
            ("commit_sha", self.commit_sha.clone()),
            ("repository", self.repository.clone()),
            ("pull_request", self.pull_request.map(|v| v.to_string())),
            ("created_after", self.created_after.map(|v| v.to_string())),
            ("created_before", self.created_before.map(|v| v.to_string())),
            ("sort", self.sort.map(|v| v.to_string())),
            ("include", self.include.map(|v| v.to_string())),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
        self.page.write(out);
    }
}

/// Which reports of a run's progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ProgressQuery {
    /// Part of the list.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub page: PageQuery,
    /// Only reports of this stage.
    pub status: Option<ProgressStatus>,
}

impl Query for ProgressQuery {
    fn read(params: &mut Params) -> Self {
        Self { page: PageQuery::read(params), status: params.word("status") }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.status.map(|status| ("status", status.to_string())));
        self.page.write(out);
    }
}
