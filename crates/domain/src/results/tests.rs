//! Table tests of result statuses.

use runlens_api_types::sample::{OutputStatus, ResultStatus};

use super::{Outcome, Suite};
use crate::store::{
    suite::{RunRows, SuiteRows, SuiteTestRow, Variant},
    tables::{RegressionTestOutputRow, TestResultFileRow, TestResultRow},
};

const TEST: i32 = 7;

fn derive((suite, run): (SuiteRows, RunRows)) -> Vec<Outcome> {
    super::derive(&Suite::of(suite), run)
}

fn output(id: i32, ignore: Option<bool>) -> RegressionTestOutputRow {
    RegressionTestOutputRow {
        id,
        regression_id: Some(TEST),
        correct: Some("correct".to_owned()),
        correct_extension: ".srt".to_owned(),
        expected_filename: None,
        ignore,
    }
}

fn file(output: i32, got: Option<&str>) -> TestResultFileRow {
    TestResultFileRow {
        test_id: 1,
        regression_test_id: TEST,
        regression_test_output_id: output,
        expected: "expected".to_owned(),
        got: got.map(str::to_owned),
    }
}

fn rows(
    codes: (Option<i32>, Option<i32>),
    outputs: Vec<RegressionTestOutputRow>,
    files: Vec<TestResultFileRow>,
) -> (SuiteRows, RunRows) {
    let suite = SuiteRows {
        tests: vec![SuiteTestRow {
            id: TEST,
            command: "-out=srt".to_owned(),
            active: Some(true),
            sample_id: Some(1),
            sample_name: Some("a.b.ts".to_owned()),
        }],
        outputs,
        variants: vec![Variant {
            regression_test_output_id: 1,
            file_hashes: "variant".to_owned(),
        }],
        ..SuiteRows::default()
    };
    let results = vec![TestResultRow {
        test_id: 1,
        regression_test_id: TEST,
        runtime: None,
        exit_code: codes.0,
        expected_rc: codes.1,
    }];
    (
        suite,
        RunRows {
            results,
            files,
            ..RunRows::default()
        },
    )
}

#[test]
fn result_status_follows_from_the_rows() {
    use ResultStatus::{Fail, MissingOutput, Pass};
    let ok = (Some(0), Some(0));
    let one = || vec![output(1, None)];
    let cases = [
        ("identical", rows(ok, one(), vec![file(1, None)]), Pass),
        (
            "both codes unknown",
            rows((None, None), one(), vec![file(1, None)]),
            Pass,
        ),
        ("no outputs defined", rows(ok, vec![], vec![]), Pass),
        (
            "wrong exit code",
            rows((Some(1), Some(0)), one(), vec![file(1, None)]),
            Fail,
        ),
        (
            "unknown exit code",
            rows((None, Some(0)), one(), vec![file(1, None)]),
            Fail,
        ),
        (
            "exit code without an expected one",
            rows((Some(0), None), one(), vec![file(1, None)]),
            Fail,
        ),
        ("differs", rows(ok, one(), vec![file(1, Some("other"))]), Fail),
        (
            "accepted variant",
            rows(ok, one(), vec![file(1, Some("variant"))]),
            Pass,
        ),
        (
            "variant of another output",
            rows(ok, vec![output(2, None)], vec![file(2, Some("variant"))]),
            Fail,
        ),
        (
            "the currently expected file",
            rows(ok, one(), vec![file(1, Some("correct"))]),
            Pass,
        ),
        ("missing", rows(ok, one(), vec![]), MissingOutput),
        (
            "missing takes precedence over the exit code",
            rows((Some(1), Some(0)), one(), vec![]),
            MissingOutput,
        ),
        (
            "missing takes precedence over a difference",
            rows(
                ok,
                vec![output(1, None), output(2, Some(false))],
                vec![file(1, Some("other"))],
            ),
            MissingOutput,
        ),
        (
            "ignored and missing",
            rows(ok, vec![output(1, Some(true))], vec![]),
            Pass,
        ),
        (
            "ignored and different",
            rows(ok, vec![output(1, Some(true))], vec![file(1, Some("other"))]),
            Fail,
        ),
        (
            "file of an undefined output",
            rows(ok, one(), vec![file(1, None), file(9, Some("other"))]),
            Pass,
        ),
    ];
    for (name, rows, expected) in cases {
        let outcomes = derive(rows);
        assert_eq!(outcomes.len(), 1, "{name}");
        assert_eq!(outcomes[0].status, expected, "{name}");
    }
}

#[test]
fn a_test_without_a_result_has_not_started() {
    let mut rows = rows((None, None), vec![output(1, None)], vec![]);
    rows.1.results.clear();
    let outcomes = derive(rows);
    assert_eq!(outcomes[0].status, ResultStatus::NotStarted);
    assert!(outcomes[0].outputs.is_empty());
}

#[test]
fn outcomes_cover_chosen_or_active_tests_and_tests_with_a_result() {
    let suite = |chosen: Vec<i32>| {
        let tests = [(1, Some(true)), (2, Some(false)), (3, None), (4, Some(true))]
            .map(|(id, active)| SuiteTestRow {
                id,
                command: String::new(),
                active,
                sample_id: None,
                sample_name: None,
            })
            .to_vec();
        let results = vec![TestResultRow {
            test_id: 1,
            regression_test_id: 99,
            runtime: None,
            exit_code: None,
            expected_rc: None,
        }];
        (
            SuiteRows {
                tests,
                ..SuiteRows::default()
            },
            RunRows {
                chosen,
                results,
                ..RunRows::default()
            },
        )
    };
    let tests = |chosen| {
        derive(suite(chosen))
            .iter()
            .map(|outcome| (outcome.test.id, outcome.chosen))
            .collect::<Vec<_>>()
    };
    assert_eq!(tests(vec![]), [(1, true), (4, true), (99, false)]);
    assert_eq!(tests(vec![2, 4]), [(2, true), (4, true), (99, false)]);
}

#[test]
fn an_output_is_named_after_its_expected_file_or_its_sample() {
    let cases = [
        (None, "a.b.srt"),
        (Some(""), "a.b.srt"),
        (Some("sub.srt"), "sub.srt"),
        (Some("sub_1"), "sub_1.srt"),
    ];
    for (expected_filename, name) in cases {
        let output = RegressionTestOutputRow {
            expected_filename: expected_filename.map(str::to_owned),
            ..output(1, None)
        };
        let outcomes = derive(rows((None, None), vec![output], vec![]));
        assert_eq!(outcomes[0].outputs[0].filename, name);
        assert_eq!(outcomes[0].outputs[0].status, OutputStatus::MissingOutput);
    }
}
