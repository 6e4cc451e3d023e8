//! A pull request or a commit, with its runs.

use serde::{Deserialize, Serialize};

use crate::{
    comparison::{Verdict, VerdictCounts},
    page::Pagination,
    run::{OperatingSystem, Run, RunStatus},
};

/// The most new failures that one response lists.
pub const MAX_NEW_FAILURES: usize = 100;

/// A pull request with its runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullRequest {
    /// Number of the pull request.
    pub number: i32,
    /// The newest run of its newest tested commit on each platform.
    pub latest_runs: Vec<LatestRun>,
    /// Number of tests whose failure is new on any platform; null without the scope `results:read`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub new_failure_count: Option<u64>,
    /// The first 100 of those tests by id; null without the scope `results:read`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub new_failures: Option<Vec<NewFailure>>,
    /// A page of all runs of all its commits, newest first.
    pub runs: Vec<Run>,
    /// Position of the page among all its runs.
    pub pagination: Pagination,
}

/// A commit with its runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Commit {
    /// Hash of the commit, 40 hexadecimal digits; null if several tested commits begin with the requested digits.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub commit_sha: Option<String>,
    /// Its newest run on each platform; empty if several commits match.
    pub latest_runs: Vec<LatestRun>,
    /// Number of tests whose failure is new on any platform; null without the scope `results:read`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub new_failure_count: Option<u64>,
    /// The first 100 of those tests by id; null without the scope `results:read`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub new_failures: Option<Vec<NewFailure>>,
    /// A page of all its runs, newest first; of all matching commits if several match.
    pub runs: Vec<Run>,
    /// Position of the page among all its runs.
    pub pagination: Pagination,
}

/// The newest run on one platform, with its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LatestRun {
    /// Numeric run ID.
    pub run_id: i32,
    /// Operating system.
    pub platform: OperatingSystem,
    /// Normalized status.
    pub status: RunStatus,
    /// Commit tested, 40 hexadecimal digits.
    pub commit_sha: String,
    /// The verdict in one sentence.
    pub headline: String,
    /// A second sentence; empty where the first says everything.
    pub detail: String,
    /// The baseline; null without one, and without the scope `results:read`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub baseline_run_id: Option<i32>,
    /// Tests by verdict against the baseline: new (`broken_here`), changed (`failing_differently`), known (`failing_identically`) and
    /// fixed (`fixed_here`) ones. Null without the scope `results:read`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub counts: Option<VerdictCounts>,
    /// Changes since the run of the commit before on the same platform; null without such a run, and without the scope
    /// `results:read`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub since_previous: Option<ChangeSincePrevious>,
}

/// A run compared with the run of an earlier commit of the same pull request or branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeSincePrevious {
    /// The run of the earlier commit.
    pub run_id: i32,
    /// The earlier commit.
    pub commit_sha: String,
    /// Tests by verdict against that run.
    pub counts: VerdictCounts,
}

/// A test whose failure is new on at least one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewFailure {
    /// Numeric regression test ID.
    pub regression_test_id: i32,
    /// Numeric sample ID.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Name of the sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_name: Option<String>,
    /// Command line of the test.
    pub command: String,
    /// Its verdict in each of `latest_runs`, in that order.
    pub platforms: Vec<PlatformVerdict>,
}

/// The verdict on a test in one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformVerdict {
    /// Operating system.
    pub platform: OperatingSystem,
    /// Numeric run ID.
    pub run_id: i32,
    /// Null if the test passes in the run and in its baseline, or has no result in the run.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub verdict: Option<Verdict>,
}
