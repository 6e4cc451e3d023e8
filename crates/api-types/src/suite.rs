//! The suite: media samples, the regression tests over them, their categories, and what became of a test over runs.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::PageQuery,
    params::{Params, Query},
    run::{OperatingSystem, RunPlatform, TestType},
    sample::ResultStatus,
};

/// The longest text a list can be searched for, in characters.
pub const MAX_CONTAINS: usize = 100;

/// A media sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sample {
    /// Numeric sample ID.
    pub sample_id: i32,
    /// Hash of its content; the platform's name for the file.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sha: Option<String>,
    /// Extension of the file, as the platform keeps it.
    pub extension: String,
    /// Name of the file when it was uploaded.
    pub original_name: String,
    /// Regression tests that read it, ascending.
    pub regression_test_ids: Vec<i32>,
}

/// A regression test as it is defined today.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegressionTest {
    /// Numeric regression test ID.
    pub regression_test_id: i32,
    /// Its media sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Original file name of the sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_name: Option<String>,
    /// Arguments the program is run with.
    pub command: String,
    /// How the program is given its input, in the platform's words, such as `file` or `udp`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub input_type: Option<String>,
    /// Where the program writes, in the platform's words, such as `file` or `stdout`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub output_type: Option<String>,
    /// Exit code that is expected.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_rc: Option<i32>,
    /// Whether a run is made of it unless tests are chosen for the run.
    pub active: bool,
    /// What it is for.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub description: Option<String>,
    /// Its categories, by name.
    pub categories: Vec<String>,
    /// Outputs that are expected, by ID.
    pub outputs: Vec<ExpectedOutput>,
    /// The last run on Linux in which it passed.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_passed_on_linux: Option<i32>,
    /// The last run on Windows in which it passed.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_passed_on_windows: Option<i32>,
}

/// An output that a regression test is expected to produce.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpectedOutput {
    /// Numeric output ID.
    pub output_id: i32,
    /// Name of the file.
    pub filename: String,
    /// Extension of the file, with its dot.
    pub extension: String,
    /// Hash of what is expected.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected: Option<String>,
    /// Whether it may be missing.
    pub ignored: bool,
    /// Hashes that are accepted too.
    pub variants: Vec<String>,
}

/// A category of regression tests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Category {
    /// Numeric category ID.
    pub category_id: i32,
    /// Its name.
    pub name: String,
    /// What its tests have in common.
    pub description: String,
    /// Regression tests in it, active or not.
    pub regression_test_count: u64,
}

/// What became of a regression test in one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryEntry {
    /// The run.
    pub run_id: i32,
    /// The regression test.
    pub regression_test_id: i32,
    /// Operating system of the run.
    pub platform: OperatingSystem,
    /// What the run was started for.
    pub test_type: TestType,
    /// `OWNER/NAME` of the repository tested; empty where the platform does not know it.
    pub repository: String,
    /// Branch tested.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub branch: Option<String>,
    /// Commit tested, 40 hexadecimal digits.
    pub commit_sha: String,
    /// Pull request number, null for a run of a commit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pull_request: Option<i32>,
    /// First report of the run's progress; null where there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
    /// What became of the test; never `not_started`, for a history is made of results.
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
}

/// Which samples of the suite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct SuiteSampleQuery {
    /// Part of the list.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub page: PageQuery,
    /// Only samples with this extension, with or without its dot, whatever its case.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 64))]
    pub extension: Option<String>,
    /// Only samples with this text in their original names, whatever its case.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 100))]
    pub contains: Option<String>,
}

impl Query for SuiteSampleQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            page: PageQuery::read(params),
            extension: params.text("extension", 64),
            contains: params.text("contains", MAX_CONTAINS),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.extension.clone().map(|extension| ("extension", extension)));
        out.extend(self.contains.clone().map(|contains| ("contains", contains)));
        self.page.write(out);
    }
}

/// Which regression tests of the suite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct RegressionTestQuery {
    /// Part of the list.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub page: PageQuery,
    /// Only tests that are active, or only those that are not.
    pub active: Option<bool>,
    /// Only tests of this category, by name; `uncategorized` for those in none.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 64))]
    pub category: Option<String>,
    /// Only tests of this sample.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 2_147_483_647_u32))]
    pub sample_id: Option<i32>,
    /// Only tests with this text in their commands, whatever its case.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 100))]
    pub contains: Option<String>,
}

impl Query for RegressionTestQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            page: PageQuery::read(params),
            active: params.flag("active"),
            category: params.text("category", 64),
            sample_id: params.id("sample_id"),
            contains: params.text("contains", MAX_CONTAINS),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.active.map(|active| ("active", active.to_string())));
        out.extend(self.category.clone().map(|category| ("category", category)));
        out.extend(self.sample_id.map(|id| ("sample_id", id.to_string())));
        out.extend(self.contains.clone().map(|contains| ("contains", contains)));
        self.page.write(out);
    }
}

/// Which results of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct HistoryQuery {
    /// Part of the list.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub page: PageQuery,
    /// Only results of this status.
    pub status: Option<ResultStatus>,
    /// Only results of runs on this operating system.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub platform: Option<RunPlatform>,
    /// Only results of runs of this branch.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 255))]
    pub branch: Option<String>,
}

impl Query for HistoryQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            page: PageQuery::read(params),
            status: params.word("status"),
            platform: params.word("platform"),
            branch: params.text("branch", 255),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.status.map(|status| ("status", status.to_string())));
        out.extend(self.platform.map(|platform| ("platform", platform.to_string())));
        out.extend(self.branch.clone().map(|branch| ("branch", branch)));
        self.page.write(out);
    }
}

/// Which results of a sample's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct SampleHistoryQuery {
    /// As in the history of a regression test.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub history: HistoryQuery,
    /// Only results of this regression test.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 2_147_483_647_u32))]
    pub regression_test_id: Option<i32>,
}

impl Query for SampleHistoryQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            history: HistoryQuery::read(params),
            regression_test_id: params.id("regression_test_id"),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(
            self.regression_test_id
                .map(|id| ("regression_test_id", id.to_string())),
        );
        self.history.write(out);
    }
}
