//! Errors that a run's tests raise, one by one and in groups.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    comparison::Verdict,
    page::PageQuery,
    params::{Params, Query},
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
    pub regression_id: i32,
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

/// Which errors of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ErrorQuery {
    /// Part of the list.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub page: PageQuery,
    /// Only errors of this type.
    #[cfg_attr(feature = "openapi", param(rename = "type"))]
    pub kind: Option<TestErrorType>,
    /// Only errors of this severity.
    pub severity: Option<Severity>,
    /// Only errors of this media sample.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 2_147_483_647_u32))]
    pub sample_id: Option<i32>,
    /// Only errors of this regression test.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 2_147_483_647_u32))]
    pub regression_id: Option<i32>,
    /// Only errors of tests in this category, by name; `uncategorized` for tests in none.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 64))]
    pub category: Option<String>,
    /// Only errors of tests with this verdict. Without a reference run every test is `no_reference`.
    pub verdict: Option<Verdict>,
    /// Only errors that the reference run does not have, or only those that it has.
    pub new: Option<bool>,
}

impl Query for ErrorQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            page: PageQuery::read(params),
            kind: params.word("type"),
            severity: params.word("severity"),
            sample_id: params.id("sample_id"),
            regression_id: params.id("regression_id"),
            category: params.text("category", 64),
            verdict: params.word("verdict"),
            new: params.flag("new"),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let pairs = [
            ("type", self.kind.map(|v| v.to_string())),
            ("severity", self.severity.map(|v| v.to_string())),
            ("sample_id", self.sample_id.map(|v| v.to_string())),
            ("regression_id", self.regression_id.map(|v| v.to_string())),
            ("category", self.category.clone()),
            ("verdict", self.verdict.map(|v| v.to_string())),
            ("new", self.new.map(|v| v.to_string())),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
        self.page.write(out);
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
    /// The same column, the other way round.
    pub fn turned(self) -> Self {
        let word = self.as_str();
        let turned = word
            .strip_prefix('-')
            .map_or_else(|| format!("-{word}"), str::to_owned);
        // Every column has both ways.
        Self::from_word(&turned).unwrap_or(self)
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
    pub regression_ids: Vec<i32>,
    /// The earliest `occurred_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub first_seen_at: Option<Timestamp>,
    /// The latest `occurred_at`.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_seen_at: Option<Timestamp>,
}

/// How to group a run's errors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ErrorSummaryQuery {
    /// Part of the list.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub page: PageQuery,
    /// What to group by; `type` by default.
    pub group_by: Option<GroupBy>,
    /// Only errors of this severity.
    pub severity: Option<Severity>,
    /// Only errors of this type.
    #[cfg_attr(feature = "openapi", param(rename = "type"))]
    pub kind: Option<TestErrorType>,
    /// Only errors of tests in this category, by name; `uncategorized` for tests in none.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 64))]
    pub category: Option<String>,
    /// Only errors of tests with this verdict. Without a reference run every test is `no_reference`.
    pub verdict: Option<Verdict>,
    /// Only errors that the reference run does not have, or only those that it has.
    pub new: Option<bool>,
    /// Order; `-count` by default.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub sort: Option<BucketSort>,
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

impl Query for ErrorSummaryQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            page: PageQuery::read(params),
            group_by: params.word("group_by"),
            severity: params.word("severity"),
            kind: params.word("type"),
            category: params.text("category", 64),
            verdict: params.word("verdict"),
            new: params.flag("new"),
            sort: params.word("sort"),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        out.extend(self.group_by.map(|group_by| ("group_by", group_by.to_string())));
        out.extend(self.sort.map(|sort| ("sort", sort.to_string())));
        ErrorQuery {
            page: self.page,
            ..self.errors()
        }
        .write(out);
    }
}
