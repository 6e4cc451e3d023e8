//! Table tests of test errors, their groups and infrastructure errors.

use std::sync::Arc;

use runlens_api_types::{
    TextEnum,
    comparison::Verdict,
    infrastructure::InfrastructureErrorType as Type,
    sample::{OutputStatus, ResultStatus},
    test_error::{BucketSort, ErrorQuery, GroupBy, Severity, TestErrorType},
};
use time::macros::datetime;

use super::{infrastructure_errors, summarize, test_errors};
use crate::{
    results::{Outcome, Output, SuiteTest},
    store::tables::{TestProgressRow, TestResultRow},
};

fn outcome(
    test: i32,
    sample: Option<i32>,
    categories: &[&str],
    exit: i32,
    outputs: &[OutputStatus],
) -> Outcome {
    Outcome {
        test: Arc::new(SuiteTest {
            id: test,
            command: "-out=srt".to_owned(),
            is_active: true,
            sample_id: sample,
            sample_name: sample.map(|id| format!("{id}.ts")),
            categories: categories.iter().map(|name| (*name).to_owned()).collect(),
            outputs: Vec::new(),
        }),
        chosen: true,
        result: Some(TestResultRow {
            test_id: 1,
            regression_test_id: test,
            runtime: None,
            exit_code: Some(exit),
            expected_rc: Some(0),
        }),
        status: ResultStatus::Fail,
        outputs: outputs
            .iter()
            .zip(1..)
            .map(|(status, id)| Output {
                id: test * 10 + id,
                filename: format!("{test}-{id}.srt"),
                extension: ".srt".to_owned(),
                status: *status,
                expected: None,
                actual: None,
            })
            .collect(),
    }
}

fn outcomes() -> Vec<Outcome> {
    use OutputStatus::{Fail, MissingOutput, Pass};
    vec![
        outcome(2, Some(20), &["DVB", "Teletext"], 1, &[Fail, MissingOutput, Fail]),
        outcome(3, Some(20), &[], 0, &[Pass]),
        outcome(11, None, &["DVB"], 0, &[Fail]),
    ]
}

#[test]
fn each_mismatch_of_a_result_raises_an_error() {
    let outcomes = outcomes();
    let errors: Vec<_> = test_errors(&outcomes, |_| None)
        .map(|raised| raised.to_error(1, None))
        .map(|error| (error.error_id, error.severity, error.message))
        .collect();
    let expected = [
        (
            "exit_code_mismatch_1_2",
            Severity::Error,
            "Exit code 1, expected 0.",
        ),
        (
            "missing_output_1_2_22",
            Severity::Error,
            "Output 2-2.srt was not produced.",
        ),
        (
            "diff_mismatch_1_2_21",
            Severity::Warning,
            "Output 2-1.srt differs from what is expected.",
        ),
        (
            "diff_mismatch_1_2_23",
            Severity::Warning,
            "Output 2-3.srt differs from what is expected.",
        ),
        (
            "diff_mismatch_1_11_111",
            Severity::Warning,
            "Output 11-1.srt differs from what is expected.",
        ),
    ];
    assert_eq!(
        errors,
        expected.map(|(id, severity, message)| (id.to_owned(), severity, message.to_owned()))
    );
}

#[test]
fn groups_are_sorted_by_error_count_then_key() {
    type Expected = &'static [(&'static str, u64, Severity)];
    let cases: [(GroupBy, Expected); 5] = [
        (
            GroupBy::Type,
            &[
                ("diff_mismatch", 3, Severity::Warning),
                ("exit_code_mismatch", 1, Severity::Error),
                ("missing_output", 1, Severity::Error),
            ],
        ),
        (
            GroupBy::SampleId,
            &[("20", 4, Severity::Error), ("unknown", 1, Severity::Warning)],
        ),
        (
            GroupBy::RegressionId,
            &[("2", 4, Severity::Error), ("11", 1, Severity::Warning)],
        ),
        (
            GroupBy::Category,
            &[("DVB", 5, Severity::Error), ("Teletext", 4, Severity::Error)],
        ),
        (
            GroupBy::Severity,
            &[("warning", 3, Severity::Warning), ("error", 2, Severity::Error)],
        ),
    ];
    let outcomes = outcomes();
    for (group_by, expected) in cases {
        let buckets = summarize(
            test_errors(&outcomes, |_| None),
            group_by,
            BucketSort::CountDescending,
            false,
            None,
        );
        let found: Vec<_> = buckets
            .iter()
            .map(|bucket| (bucket.key.as_str(), bucket.count, bucket.severity))
            .collect();
        assert_eq!(found, expected, "{group_by}");
    }
    let buckets = summarize(
        test_errors(&outcomes, |_| None),
        GroupBy::Type,
        BucketSort::CountDescending,
        false,
        None,
    );
    assert_eq!(
        (
            &buckets[0].sample_ids[..],
            &buckets[0].regression_test_ids[..],
            buckets[0].label.as_str()
        ),
        (&[20][..], &[2, 11][..], "Diff mismatch")
    );
}

#[test]
fn groups_count_new_and_known_errors() {
    let outcomes = outcomes();
    let verdict = |outcome: &Outcome| {
        Some(if outcome.test.id == 2 {
            Verdict::FailingDifferently
        } else {
            Verdict::FailingIdentically
        })
    };
    let counts = |verdict: fn(&Outcome) -> Option<Verdict>, has_baseline| {
        let buckets = summarize(
            test_errors(&outcomes, verdict),
            GroupBy::Type,
            BucketSort::CountDescending,
            has_baseline,
            None,
        );
        buckets
            .iter()
            .map(|bucket| (bucket.new_count, bucket.known_count))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        counts(verdict, true),
        [(Some(2), Some(1)), (Some(1), Some(0)), (Some(1), Some(0))]
    );
    assert_eq!(
        counts(|_| Some(Verdict::NoBaseline), true),
        [(Some(0), Some(0)); 3]
    );
    assert_eq!(counts(|_| None, false), [(None, None); 3]);
    let errors: Vec<_> = test_errors(&outcomes, verdict)
        .map(|raised| raised.to_error(1, None).is_new)
        .collect();
    assert_eq!(
        errors,
        [Some(true), Some(true), Some(true), Some(true), Some(false)]
    );
}

#[test]
fn groups_have_the_requested_order_with_ties_sorted_by_key() {
    use BucketSort::{
        CountAscending, CountDescending, KeyAscending, KeyDescending, NewDescending, SamplesAscending,
        SeverityAscending, TestsDescending,
    };
    let outcomes: Vec<Outcome> = [(2, 2), (11, 0), (3, 1)]
        .into_iter()
        .map(|(test, outputs)| outcome(test, Some(20), &[], 1, &vec![OutputStatus::Fail; outputs]))
        .collect();
    let verdict = |outcome: &Outcome| {
        Some(if outcome.test.id == 11 {
            Verdict::BrokenHere
        } else {
            Verdict::FailingIdentically
        })
    };
    let keys = |sort| {
        let buckets = summarize(
            test_errors(&outcomes, verdict),
            GroupBy::RegressionId,
            sort,
            true,
            None,
        );
        buckets.into_iter().map(|bucket| bucket.key).collect::<Vec<_>>()
    };
    for (sort, expected) in [
        (CountDescending, ["2", "3", "11"]),
        (CountAscending, ["11", "3", "2"]),
        (KeyAscending, ["2", "3", "11"]),
        (KeyDescending, ["11", "3", "2"]),
        (NewDescending, ["11", "2", "3"]),
        // Only ties: sorted by key as text.
        (SeverityAscending, ["11", "2", "3"]),
        (SamplesAscending, ["11", "2", "3"]),
        (TestsDescending, ["11", "2", "3"]),
    ] {
        assert_eq!(keys(sort), expected, "{sort}");
    }
    for sort in BucketSort::ALL {
        assert_eq!(sort.reversed().reversed(), *sort);
        assert_ne!(sort.reversed(), *sort);
    }
}

#[test]
fn errors_are_grouped_by_verdict_and_filtered_by_it() {
    let outcomes = outcomes();
    let verdict = |outcome: &Outcome| {
        Some(if outcome.test.id == 2 {
            Verdict::BrokenHere
        } else {
            Verdict::FailingIdentically
        })
    };
    let buckets = summarize(
        test_errors(&outcomes, verdict),
        GroupBy::Verdict,
        BucketSort::KeyAscending,
        true,
        None,
    );
    let found: Vec<_> = buckets
        .iter()
        .map(|bucket| {
            (
                bucket.key.as_str(),
                bucket.label.as_str(),
                bucket.count,
                bucket.new_count,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("broken_here", "Broken here", 4, Some(4)),
            ("failing_identically", "Failing identically", 1, Some(0))
        ]
    );
    let alone = summarize(
        test_errors(&outcomes, |_| None),
        GroupBy::Verdict,
        BucketSort::KeyAscending,
        false,
        None,
    );
    assert_eq!(
        (alone.len(), alone[0].key.as_str(), alone[0].new_count),
        (1, "no_reference", None)
    );
    let count = |query: ErrorQuery| {
        test_errors(&outcomes, verdict)
            .filter(|error| error.matches(&query))
            .count()
    };
    let default = ErrorQuery::default;
    assert_eq!(
        count(ErrorQuery {
            verdict: Some(Verdict::BrokenHere),
            ..default()
        }),
        4
    );
    assert_eq!(
        count(ErrorQuery {
            new: Some(false),
            ..default()
        }),
        1
    );
    assert_eq!(
        count(ErrorQuery {
            new: Some(true),
            kind: Some(TestErrorType::DiffMismatch),
            ..default()
        }),
        2
    );
    let unknown = test_errors(&outcomes, |_| None)
        .filter(|error| {
            error.matches(&ErrorQuery {
                new: Some(false),
                ..default()
            })
        })
        .count();
    assert_eq!(unknown, 0, "without a baseline there are no known failures");
}

#[test]
fn test_without_a_category_counts_as_uncategorized() {
    let outcomes = [outcome(3, None, &[], 1, &[])];
    let buckets = summarize(
        test_errors(&outcomes, |_| None),
        GroupBy::Category,
        BucketSort::CountDescending,
        false,
        None,
    );
    assert_eq!(buckets[0].key, "uncategorized");
}

#[test]
fn an_infrastructure_message_has_the_type_of_its_first_keyword() {
    let cases = [
        (
            "VM creation failed (ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS). The zone has no resources.",
            Type::VmProvisioning,
        ),
        (
            "GCP operation timed out. The request was not answered",
            Type::VmProvisioning,
        ),
        (
            "No build available: 'Build CCExtractor on Linux' never ran for commit 0123",
            Type::Build,
        ),
        ("Could not complete test, time limit exceeded", Type::Worker),
        ("Cancelling tests as Github Action(s) failed", Type::Worker),
        ("PR is closed", Type::Worker),
        ("Duplicate Entries", Type::Worker),
        ("git clone failed while compiling", Type::Checkout),
        ("Could not FETCH origin", Type::Checkout),
        ("merge conflict in make", Type::Merge),
        ("CMake Error", Type::Build),
        ("connection reset by peer", Type::Worker),
        ("no space left on disk", Type::Storage),
        ("quota exceeded", Type::VmProvisioning),
        ("left the queue", Type::Queue),
        ("server said 503", Type::WebServer),
        ("Timeout: server said 503", Type::Worker),
        ("", Type::Worker),
    ];
    for (message, expected) in cases {
        assert_eq!(Type::of_message(message), expected, "{message}");
    }
}

#[test]
fn cancellation_by_a_person_is_not_an_infrastructure_error() {
    let row = |id, status: &str, message: &str| TestProgressRow {
        id,
        test_id: Some(9),
        status: status.to_owned(),
        timestamp: datetime!(2026-06-27 12:42:03),
        message: message.to_owned(),
    };
    let rows = [
        row(1, "preparation", "VM creation failed"),
        row(2, "canceled", "Canceled via API by admin"),
        row(3, "canceled", "Worker died\r\n  at run.py:1\n  at main.py:2"),
    ];
    let errors = infrastructure_errors(9, &rows, true);
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (errors[0].error_id.as_str(), errors[0].message.as_str()),
        ("infra_9_3", "Worker died")
    );
    assert_eq!(
        errors[0].stack.as_deref(),
        Some(&["  at run.py:1".to_owned(), "  at main.py:2".to_owned()][..])
    );
    assert_eq!(infrastructure_errors(9, &rows, false)[0].stack, None);
}

#[test]
fn stack_is_limited_in_lines_and_line_length() {
    let message = format!("first\n{}", format!("{}\n", "ä".repeat(3_000)).repeat(60));
    let row = TestProgressRow {
        id: 1,
        test_id: Some(1),
        status: "canceled".to_owned(),
        timestamp: datetime!(2026-06-27 12:42:03),
        message,
    };
    let stack = infrastructure_errors(1, &[row], true)[0]
        .stack
        .clone()
        .expect("a stack");
    assert_eq!(stack.len(), 50);
    assert!(stack.iter().all(|line| line.chars().count() == 2_000));
}
