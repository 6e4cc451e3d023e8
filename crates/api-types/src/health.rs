//! How a regression test has been doing on `master`: since when it fails, how often it flipped, and whether it is flaky.

use serde::{Deserialize, Serialize};

use crate::{
    recent::{RecentRun, RecentStatus},
    run::OperatingSystem,
    text_enum::text_enum,
};

/// How many completed runs of `master` are looked at on each operating system.
pub const RUNS_LOOKED_AT: u32 = 200;

/// Of how many of the newest results flips are counted for the verdict `flaky`.
pub const FLAKY_WITHIN: usize = 20;

/// How many flips among those make a test flaky.
pub const FLAKY_FLIPS: usize = 3;

/// When a test is called flaky, in words. The numbers are those above.
pub const FLAKY_RULE: &str = "A test is flaky on an operating system if, in completed runs of master, its last 20 results flip between \
    pass and failure at least 3 times, or if it both passes and fails on the same commit within the last 200 runs.";

text_enum! {
    /// What makes a test flaky.
    FlakyReason {
        /// Its newest results flip often.
        Flips = "flips",
        /// It passes and fails on one commit.
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
    /// What became of the test, beside its result before.
    pub status: RecentStatus,
}

/// Two results that are not alike: one passes, the other fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Flip {
    /// The older result.
    pub from: RunResult,
    /// The newer one.
    pub to: RunResult,
}

/// Why a test is called flaky.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlakyEvidence {
    /// Which part of the rule holds.
    pub reason: FlakyReason,
    /// The results that show it, oldest first.
    pub flips: Vec<Flip>,
}

/// Since when a test fails, up to its newest result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failing {
    /// The first failure after the last pass; the oldest one that was looked at where no pass was found.
    pub since: RecentRun,
    /// The last run in which it passed; null where none was found: it fails at least since then.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub passed_before: Option<RecentRun>,
    /// What changed in between, on GitHub; null where the repositories are not the same, or not known.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub changes_link: Option<String>,
    /// Since when it fails exactly as it does now: same exit code, same outputs.
    pub unchanged_since: RecentRun,
}

/// How a test has been doing on one operating system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlatformHealth {
    /// Operating system.
    pub platform: OperatingSystem,
    /// Completed runs of `master` that were looked at.
    pub run_count: u64,
    /// Those that have a result of the test.
    pub result_count: u64,
    /// The oldest run that was looked at; null where there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub oldest_run_id: Option<i32>,
    /// The newest result; null where there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub latest: Option<RunResult>,
    /// Since when it fails; null where the newest result is no failure.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub failing: Option<Failing>,
    /// The newest pass; null where none was found.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_pass: Option<RecentRun>,
    /// The newest failure; null where none was found.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_failure: Option<RecentRun>,
    /// How often the result flipped between pass and failure from one to the next.
    pub flip_count: u64,
    /// Whether it is flaky by the rule.
    pub is_flaky: bool,
    /// What shows that it is flaky; empty where it is not.
    pub flaky_evidence: Vec<FlakyEvidence>,
}

/// How a test has been doing in the newest completed runs of `master`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestHealth {
    /// Regression test.
    pub regression_test_id: i32,
    /// How many runs on each operating system are looked at, at most. What is older is not known here.
    pub runs_looked_at: u32,
    /// When a test is called flaky.
    pub flaky_rule: String,
    /// One for Linux, one for Windows.
    pub platforms: Vec<PlatformHealth>,
}

#[cfg(test)]
mod tests {
    use super::{FLAKY_FLIPS, FLAKY_RULE, FLAKY_WITHIN, RUNS_LOOKED_AT};

    #[test]
    fn the_rule_names_the_numbers_that_decide() {
        for part in [
            format!("last {FLAKY_WITHIN} results"),
            format!("at least {FLAKY_FLIPS} times"),
            format!("last {RUNS_LOOKED_AT} runs"),
        ] {
            assert!(FLAKY_RULE.contains(&part), "{part}");
        }
    }
}
