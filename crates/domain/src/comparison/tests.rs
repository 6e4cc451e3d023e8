//! Table tests of verdicts: the results of a test in a run and in its baseline.

use std::sync::Arc;

use runlens_api_types::{
    comparison::Verdict,
    sample::{OutputStatus, ResultStatus},
};

use super::compare;
use crate::{
    results::{Outcome, Output, SuiteTest},
    store::tables::TestResultRow,
};

/// A result: its exit code (0 is expected) and the content of each output (`ok` is expected, `None` is missing).
type Side = (Option<i32>, &'static [Option<&'static str>]);

fn outcome(test: i32, side: Option<Side>) -> Outcome {
    let outputs: Vec<Output> = side
        .iter()
        .flat_map(|(_, outputs)| outputs.iter())
        .zip(1..)
        .map(|(actual, id)| Output {
            id,
            filename: format!("{id}.srt"),
            extension: ".srt".to_owned(),
            status: match actual {
                None => OutputStatus::MissingOutput,
                Some("ok") => OutputStatus::Pass,
                Some(_) => OutputStatus::Fail,
            },
            expected: Some("ok".to_owned()),
            actual: actual.map(str::to_owned),
        })
        .collect();
    let status = match &side {
        None => ResultStatus::NotStarted,
        Some(_) if outputs.iter().any(|output| output.actual.is_none()) => ResultStatus::MissingOutput,
        Some((Some(0), _)) if outputs.iter().all(|output| output.status == OutputStatus::Pass) => {
            ResultStatus::Pass
        }
        Some(_) => ResultStatus::Fail,
    };
    let result = side.map(|(exit_code, _)| TestResultRow {
        test_id: 1,
        regression_test_id: test,
        runtime: None,
        exit_code,
        expected_rc: Some(0),
    });
    Outcome {
        test: Arc::new(SuiteTest {
            id: test,
            ..SuiteTest::default()
        }),
        chosen: true,
        result,
        status,
        outputs,
    }
}

#[test]
fn verdict_follows_from_both_results() {
    use Verdict::{BrokenHere, FailingDifferently, FailingIdentically, FixedHere, NoBaseline};
    const PASS: Side = (Some(0), &[Some("ok")]);
    const CRASH: Side = (Some(139), &[Some("ok")]);
    const OTHER_CRASH: Side = (Some(1), &[Some("ok")]);
    const NO_CODE: Side = (None, &[Some("ok")]);
    const DIFFERS: Side = (Some(0), &[Some("a")]);
    const OTHER_DIFFERENCE: Side = (Some(0), &[Some("b")]);
    const MISSING: Side = (Some(0), &[None]);
    const SECOND_DIFFERS: Side = (Some(0), &[Some("a"), Some("b")]);
    let cases: [(Option<Side>, Option<Side>, Option<Verdict>); 16] = [
        (Some(PASS), Some(PASS), None),
        (Some(DIFFERS), Some(PASS), Some(BrokenHere)),
        (Some(MISSING), Some(PASS), Some(BrokenHere)),
        (Some(PASS), Some(CRASH), Some(FixedHere)),
        (Some(DIFFERS), Some(DIFFERS), Some(FailingIdentically)),
        (Some(CRASH), Some(CRASH), Some(FailingIdentically)),
        (Some(NO_CODE), Some(NO_CODE), Some(FailingIdentically)),
        (Some(MISSING), Some(MISSING), Some(FailingIdentically)),
        (Some(DIFFERS), Some(OTHER_DIFFERENCE), Some(FailingDifferently)),
        (Some(CRASH), Some(OTHER_CRASH), Some(FailingDifferently)),
        (Some(DIFFERS), Some(MISSING), Some(FailingDifferently)),
        (Some(DIFFERS), Some(SECOND_DIFFERS), Some(FailingDifferently)),
        (Some(DIFFERS), None, Some(NoBaseline)),
        (Some(PASS), None, Some(NoBaseline)),
        (None, Some(DIFFERS), None),
        (None, None, None),
    ];
    for (here, there, expected) in cases {
        let (here_outcomes, there_outcomes) = (
            [outcome(7, here)],
            [outcome(3, Some(PASS)), outcome(7, there), outcome(9, Some(PASS))],
        );
        let compared = compare(&here_outcomes, &there_outcomes);
        assert_eq!(
            compared.first().map(|compared| compared.verdict),
            expected,
            "{here:?} {there:?}"
        );
        assert_eq!(
            compared
                .first()
                .and_then(|compared| compared.to_test().there)
                .is_some(),
            expected.is_some() && there.is_some()
        );
    }
}

#[test]
fn test_that_is_not_in_the_other_run_has_no_baseline() {
    let here = [outcome(7, Some((Some(1), &[])))];
    assert_eq!(
        compare(&here, &[]).first().map(|compared| compared.verdict),
        Some(Verdict::NoBaseline)
    );
}

#[test]
fn broken_tests_come_first() {
    let here = [(1, 0), (2, 5), (3, 1), (4, 1)].map(|(test, exit)| outcome(test, Some((Some(exit), &[]))));
    let there = [(1, 1), (2, 5), (3, 0), (4, 0)].map(|(test, exit)| outcome(test, Some((Some(exit), &[]))));
    let order: Vec<_> = compare(&here, &there)
        .iter()
        .map(|compared| (compared.to_test().regression_test_id, compared.verdict))
        .collect();
    let expected = [
        (3, Verdict::BrokenHere),
        (4, Verdict::BrokenHere),
        (2, Verdict::FailingIdentically),
        (1, Verdict::FixedHere),
    ];
    assert_eq!(order, expected);
}
