//! Health of a regression test on `master`: since when it fails, how often it flipped, and whether it is flaky.

use serde::{Deserialize, Serialize};

use crate::{
    recent::{RecentRun, RecentStatus},
    run::OperatingSystem,
    text_enum::text_enum,
};

/// Number of completed runs of `master` that are examined on each operating system.
pub const RUNS_EXAMINED: u32 = 200;

/// Number of newest results in which flips are counted.
pub const FLAKY_WINDOW: usize = 20;

/// Number of flips within [`FLAKY_WINDOW`] that makes a test flaky.
pub const MIN_FLAKY_FLIPS: usize = 3;

/// The rule by which a test is flaky, for display.
pub const FLAKY_RULE: &str = "A test is flaky on an operating system if, in completed runs of master, its last 20 results flip between \
    pass and failure at least 3 times, or if it both passes and fails on the same commit within the last 200 runs.";

text_enum! {
    /// Reason why a test is flaky.
    FlakyReason {
        /// Its newest results flip between pass and failure.
        Flips = "flips",
        /// It both passes and fails on the same commit.
        SameCommit = "same_commit",
    }
}

/// A result of a test in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunResult {
    /// The run.
    #[serde(flatten)]
    pub run: RecentRun,
    /// Status of the test, compared with its previous result.
    pub status: RecentStatus,
}

/// Two consecutive results of which one passes and the other fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flip {
    /// The older result.
    pub from: RunResult,
    /// The newer result.
    pub to: RunResult,
}

/// Evidence that a test is flaky.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlakyEvidence {
    /// Part of the rule that applies.
    pub reason: FlakyReason,
    /// The flips, oldest first.
    pub flips: Vec<Flip>,
}

/// Since when a test fails without a pass in between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failing {
    /// The first failure after the last pass; the oldest examined failure if no pass was found.
    pub since: RecentRun,
    /// The last run in which it passed; null if none of the examined runs is one.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub passed_before: Option<RecentRun>,
    /// The changes between those runs on GitHub; null if the repositories differ or are not known.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub changes_link: Option<String>,
    /// First run with the current failure: same exit code and outputs ever since.
    pub unchanged_since: RecentRun,
}

/// Health of a test on one operating system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformHealth {
    /// Operating system.
    pub platform: OperatingSystem,
    /// Number of examined runs: completed runs of `master`.
    pub run_count: u64,
    /// Number of those with a result of the test.
    pub result_count: u64,
    /// The oldest examined run; null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub oldest_run_id: Option<i32>,
    /// The newest result; null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub latest: Option<RunResult>,
    /// Since when it fails; null if the newest result is not a failure.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub failing: Option<Failing>,
    /// The newest run in which it passed; null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_pass: Option<RecentRun>,
    /// The newest run in which it failed; null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_failure: Option<RecentRun>,
    /// Number of flips between pass and failure.
    pub flip_count: u64,
    /// Whether it is flaky according to `flaky_rule`.
    pub is_flaky: bool,
    /// Evidence that it is flaky; empty if it is not.
    pub flaky_evidence: Vec<FlakyEvidence>,
}

/// Health of a test in the newest completed runs of `master`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestHealth {
    /// Regression test.
    pub regression_test_id: i32,
    /// Maximum number of runs examined on each operating system. Older runs are ignored.
    pub runs_looked_at: u32,
    /// The rule by which a test is flaky.
    pub flaky_rule: String,
    /// One for Linux, one for Windows.
    pub platforms: Vec<PlatformHealth>,
}

#[cfg(test)]
mod tests {
    use super::{FLAKY_RULE, FLAKY_WINDOW, MIN_FLAKY_FLIPS, RUNS_EXAMINED};

    #[test]
    fn flaky_rule_names_the_constants() {
        for part in [
            format!("last {FLAKY_WINDOW} results"),
            format!("at least {MIN_FLAKY_FLIPS} times"),
            format!("last {RUNS_EXAMINED} runs"),
        ] {
            assert!(FLAKY_RULE.contains(&part), "{part}");
        }
    }
}
