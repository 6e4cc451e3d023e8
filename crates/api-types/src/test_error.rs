//! Errors that a run's tests raise, one by one and in groups.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    comparison::Verdict,
    page::PageQuery,
    query::query,
    sample::MAX_CATEGORY,
    text_enum::{TextEnum, text_enum},
};

text_enum! {
    /// How bad an error is; a later one is worse.
    Severity {
        /// Worth knowing.
        Info = "info",
        /// Output differs.
        Warning = "warning",
        /// The test failed outright.
        Error = "error",
        /// The run could not go on.
        Critical = "critical",
    }
}

text_enum! {
    /// What is wrong with a result.
    TestErrorType {
        /// The program ended with another exit code than expected.
        ExitCodeMismatch = "exit_code_mismatch",
        /// An expected output was not produced.
        MissingOutput = "missing_output",
        /// An output differs and is no accepted variant.
        DiffMismatch = "diff_mismatch",
    }
}

/// One thing that is wrong with one result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestError {
    /// Stable and unique within the run.
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
    /// What is wrong.
    #[serde(rename = "type")]
    pub kind: TestErrorType,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in words.
    pub message: String,
    /// The output that is wrong; null where the exit code is.
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
    /// The run's last report of progress.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub occurred_at: Option<Timestamp>,
    /// What its test's result says beside the reference run's; null where there is no reference run.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub verdict: Option<Verdict>,
    /// Whether the reference run does not have it: its test is broken here or fails differently; null where there is nothing to
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
    /// What errors are grouped by.
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
        /// What the test's result says beside the reference run's.
        Verdict = "verdict",
    }
}

text_enum! {
    /// Order of groups of errors. Equal ones are in the order of their keys.
    BucketSort {
        /// Most errors first.
        CountDescending = "-count",
        /// Fewest errors first.
        CountAscending = "count",
        /// By key: ids by number, words by alphabet.
        KeyAscending = "key",
        /// By key, backwards.
        KeyDescending = "-key",
        /// Most new errors first.
        NewDescending = "-new_count",
        /// Fewest new errors first.
        NewAscending = "new_count",
        /// Most known errors first.
        KnownDescending = "-known_count",
        /// Fewest known errors first.
        KnownAscending = "known_count",
        /// The worst first.
        SeverityDescending = "-severity",
        /// The least bad first.
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

/// Errors that have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBucket {
    /// What the errors are grouped by.
    pub group_by: GroupBy,
    /// What they have in common; an id is written as a string. A sample that is not known is `unknown`.
    pub key: String,
    /// The key for people.
    pub label: String,
    /// Errors in the bucket.
    pub count: u64,
    /// Those of them whose test is broken here or fails differently than in the reference run; null without a reference run.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub new_count: Option<u64>,
    /// Those of them whose test fails identically in the reference run; null without a reference run. Errors of a test that has
    /// no result there are neither new nor known.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub known_count: Option<u64>,
    /// The worst severity among them.
    pub severity: Severity,
    /// Their media samples, ascending.
    pub sample_ids: Vec<i32>,
    /// Their regression tests, ascending.
    #[serde(rename = "regression_ids")]
    pub regression_test_ids: Vec<i32>,
    /// The earliest `occurred_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub first_seen_at: Option<Timestamp>,
    /// The latest `occurred_at`.
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
    /// The errors that are grouped.
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
