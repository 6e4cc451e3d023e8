//! Test errors of a run, individually and in groups.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    page::PageQuery,
    query::query,
    sample::MAX_CATEGORY,
    test_verdict::Verdict,
    text_enum::{TextEnum, text_enum},
};

text_enum! {
    /// Severity of an error, least severe first.
    Severity {
        /// For information.
        Info = "info",
        /// An output differs.
        Warning = "warning",
        /// The test failed.
        Error = "error",
        /// The run could not continue.
        Critical = "critical",
    }
}

text_enum! {
    /// Kind of a test error.
    TestErrorType {
        /// The exit code differs from the expected one.
        ExitCodeMismatch = "exit_code_mismatch",
        /// An expected output was not produced.
        MissingOutput = "missing_output",
        /// An output differs from the expected file and all accepted variants.
        DiffMismatch = "diff_mismatch",
    }
}

/// An error of a test result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestError {
    /// Stable ID, unique within the run.
    pub error_id: String,
    /// Numeric run ID.
    pub run_id: i32,
    /// Media sample of the test.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Original file name of that sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_name: Option<String>,
    /// Regression test.
    #[serde(rename = "regression_id")]
    pub regression_test_id: i32,
    /// Arguments the program is run with in that test.
    pub command: String,
    /// Kind of the error.
    #[serde(rename = "type")]
    pub kind: TestErrorType,
    /// Severity of the error.
    pub severity: Severity,
    /// Message for display.
    pub message: String,
    /// The affected output; null if the exit code differs.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub output_id: Option<i32>,
    /// Name of that output's file.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub filename: Option<String>,
    /// Exit code of the program in this test.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub exit_code: Option<i32>,
    /// Exit code that was expected of it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expected_rc: Option<i32>,
    /// Time of the run's last progress report.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub occurred_at: Option<Timestamp>,
    /// Verdict on the test; null if there is no baseline.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub verdict: Option<Verdict>,
    /// Whether the error does not occur in the baseline: the test is broken here or fails differently; null if there is nothing to
    /// compare with.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub is_new: Option<bool>,
}

query! {
    /// Filters of a run's test errors.
    pub struct ErrorQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only errors of this type.
        pub kind as "type": Option<TestErrorType> = choice(),
        /// Only errors of this severity.
        pub severity: Option<Severity> = choice(),
        /// Only errors of this media sample.
        pub sample_id: Option<i32> = id(),
        /// Only errors of this regression test.
        pub regression_test_id as "regression_id": Option<i32> = id(),
        /// Only errors of tests in this category, by name; `uncategorized` for tests in none.
        pub category: Option<String> = text(MAX_CATEGORY),
        /// Only errors of tests with this verdict. Without a baseline every test is `no_reference`.
        pub verdict: Option<Verdict> = choice(),
        /// Only errors that do not occur in the baseline, or only those that do.
        pub new: Option<bool> = flag(),
    }
}

text_enum! {
    /// Criterion for grouping errors.
    GroupBy {
        /// Type of the error.
        Type = "type",
        /// Media sample.
        SampleId = "sample_id",
        /// Regression test.
        RegressionId = "regression_id",
        /// Category of the test.
        Category = "category",
        /// Severity of the error.
        Severity = "severity",
        /// Verdict on the test.
        Verdict = "verdict",
    }
}

text_enum! {
    /// Order of groups of errors; equal groups are sorted by key.
    BucketSort {
        /// Most errors first.
        CountDescending = "-count",
        /// Fewest errors first.
        CountAscending = "count",
        /// By key: IDs numerically, texts alphabetically.
        KeyAscending = "key",
        /// By key, descending.
        KeyDescending = "-key",
        /// Most new errors first.
        NewDescending = "-new_count",
        /// Fewest new errors first.
        NewAscending = "new_count",
        /// Most known errors first.
        KnownDescending = "-known_count",
        /// Fewest known errors first.
        KnownAscending = "known_count",
        /// Most severe first.
        SeverityDescending = "-severity",
        /// Least severe first.
        SeverityAscending = "severity",
        /// Most media samples first.
        SamplesDescending = "-sample_ids",
        /// Fewest media samples first.
        SamplesAscending = "sample_ids",
        /// Most regression tests first.
        TestsDescending = "-regression_ids",
        /// Fewest regression tests first.
        TestsAscending = "regression_ids",
    }
}

impl BucketSort {
    /// Returns the same column in the opposite order.
    pub fn reversed(self) -> Self {
        let column = self.as_str();
        let reversed = column
            .strip_prefix('-')
            .map_or_else(|| format!("-{column}"), str::to_owned);
        // Every column has both orders.
        reversed.parse().unwrap_or(self)
    }
}

/// A group of errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBucket {
    /// Criterion of the group.
    pub group_by: GroupBy,
    /// Common value of the criterion, as a string; `unknown` for an unknown sample.
    pub key: String,
    /// Display name of the key.
    pub label: String,
    /// Number of errors.
    pub count: u64,
    /// Number of new errors: the test is broken here or fails differently than in the baseline. Null without a baseline.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub new_count: Option<u64>,
    /// Number of known errors: the test fails identically in the baseline. Null without a baseline. Errors of tests without a
    /// result in the baseline are neither new nor known.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub known_count: Option<u64>,
    /// Highest severity.
    pub severity: Severity,
    /// IDs of the media samples, ascending.
    pub sample_ids: Vec<i32>,
    /// IDs of the regression tests, ascending.
    #[serde(rename = "regression_ids")]
    pub regression_test_ids: Vec<i32>,
    /// Earliest `occurred_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub first_seen_at: Option<Timestamp>,
    /// Latest `occurred_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_seen_at: Option<Timestamp>,
}

query! {
    /// Grouping, order and filters of a run's test errors.
    pub struct ErrorSummaryQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// What to group by; `type` by default.
        pub group_by: Option<GroupBy> = choice(),
        /// Only errors of this severity.
        pub severity: Option<Severity> = choice(),
        /// Only errors of this type.
        pub kind as "type": Option<TestErrorType> = choice(),
        /// Only errors of tests in this category, by name; `uncategorized` for tests in none.
        pub category: Option<String> = text(MAX_CATEGORY),
        /// Only errors of tests with this verdict. Without a baseline every test is `no_reference`.
        pub verdict: Option<Verdict> = choice(),
        /// Only errors that do not occur in the baseline, or only those that do.
        pub new: Option<bool> = flag(),
        /// Order; `-count` by default.
        pub sort: Option<BucketSort> = choice().inline(),
    }
}

impl ErrorSummaryQuery {
    /// Returns the filters without grouping and order.
    pub fn errors(&self) -> ErrorQuery {
        let Self {
            severity,
            kind,
            verdict,
            new,
            ..
        } = *self;
        ErrorQuery {
            kind,
            severity,
            category: self.category.clone(),
            verdict,
            new,
            ..ErrorQuery::default()
        }
    }
}
