//! Property test over random platforms: all responses about a run agree with each other, whether SQL or Rust derived them.
//!
//! See `crate::testing` for how to replay a failure.

use std::fmt::Write as _;

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use runlens_api_types::{
    TextEnum,
    auth::Scope,
    comparison::ComparisonQuery,
    infrastructure::InfrastructureErrorQuery,
    page::PageQuery,
    run::{Run, RunComparison, RunInclude, RunQuery, RunStatus},
    sample::{ResultStatus, SampleQuery},
    test_error::{ErrorQuery, ErrorSummaryQuery, GroupBy},
};

use crate::{
    Caller, Services,
    testing::{Backend, TestPlatform},
};

const HASHES: [&str; 3] = ["a", "b", "c"];

#[derive(Clone, Debug)]
struct TestCase {
    is_active: Option<bool>,
    has_sample: bool,
    categories: Vec<bool>,
    outputs: Vec<(Option<bool>, Option<&'static str>, Vec<&'static str>)>,
}

#[derive(Clone, Debug)]
struct ResultCase {
    codes: (Option<i32>, Option<i32>),
    runtime: Option<i32>,
    files: Vec<Option<(&'static str, Option<&'static str>)>>,
    has_missing_marker: bool,
}

#[derive(Clone, Debug)]
struct RunCase {
    is_linux: bool,
    is_master: bool,
    progress: Vec<(&'static str, &'static str)>,
    chosen: Vec<bool>,
    results: Vec<Option<ResultCase>>,
}

const MAX_TESTS: usize = 5;
const MAX_OUTPUTS: usize = 3;

fn test_case() -> impl Strategy<Value = TestCase> {
    let output = (
        option::of(any::<bool>()),
        option::of(select(&HASHES[..])),
        vec(select(&HASHES[..]), 0..2),
    );
    (
        option::weighted(0.9, any::<bool>()),
        any::<bool>(),
        vec(any::<bool>(), 2),
        vec(output, 0..=MAX_OUTPUTS),
    )
        .prop_map(|(is_active, has_sample, categories, outputs)| TestCase {
            is_active,
            has_sample,
            categories,
            outputs,
        })
}

fn result_case() -> impl Strategy<Value = ResultCase> {
    let code = || option::weighted(0.8, 0..2);
    let file = option::weighted(
        0.8,
        (select(&HASHES[..]), option::weighted(0.4, select(&HASHES[..]))),
    );
    (
        (code(), code()),
        option::of(0..1000),
        vec(file, MAX_OUTPUTS),
        any::<bool>(),
    )
        .prop_map(|(codes, runtime, files, has_missing_marker)| ResultCase {
            codes,
            runtime,
            files,
            has_missing_marker,
        })
}

fn run_case() -> impl Strategy<Value = RunCase> {
    let ending = select(vec![
        vec![],
        vec!["testing"],
        vec!["testing", "completed"],
        vec!["completed"],
        vec!["testing", "canceled"],
        vec!["canceled", "completed"],
        vec!["paused"],
    ]);
    let message = select(&["", "GCP operation timed out.", "Canceled via API by admin"][..]);
    let progress = (ending, message)
        .prop_map(|(stages, message)| stages.into_iter().map(|stage| (stage, message)).collect());
    let chosen = prop_oneof![3 => Just(vec![]), 1 => vec(any::<bool>(), MAX_TESTS)];
    (
        any::<bool>(),
        any::<bool>(),
        progress,
        chosen,
        vec(option::weighted(0.8, result_case()), MAX_TESTS),
    )
        .prop_map(|(is_linux, is_master, progress, chosen, results)| RunCase {
            is_linux,
            is_master,
            progress,
            chosen,
            results,
        })
}

fn literal(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), |text| format!("'{text}'"))
}

fn number(number: Option<i32>) -> String {
    number.map_or_else(|| "NULL".to_owned(), |number| number.to_string())
}

/// Returns SQL that replaces all rows by those of the cases.
fn replace_rows_sql(tests: &[TestCase], runs: &[RunCase]) -> String {
    let mut sql = String::new();
    // Writing to a String cannot fail.
    let mut line = |text: String| _ = writeln!(sql, "{text};");
    for table in [
        "test_result_file",
        "test_result",
        "test_progress",
        "customized_test",
        "regression_test_output_files",
        "regression_test_output",
        "regression_test_category",
        "regression_test",
        "category",
        "sample",
        "test",
        "fork",
    ] {
        line(format!("DELETE FROM {table}"));
    }
    line(
        "INSERT INTO fork (id, github) VALUES (1, 'https://github.com/CCExtractor/ccextractor.git')"
            .to_owned(),
    );
    line(
        "INSERT INTO category (id, name, description) VALUES (1, 'DVB', ''), (2, 'Teletext', '')".to_owned(),
    );
    // The platform's markers for missing output refer to this row.
    line("INSERT INTO regression_test_output (id, correct_extension) VALUES (-1, '')".to_owned());
    for (test, id) in tests.iter().zip(1..) {
        if test.has_sample {
            line(format!(
                "INSERT INTO sample (id, sha, extension, original_name) VALUES ({id}, 'sha{id}', 'ts', '{id}.ts')"
            ));
        }
        let sample = number(test.has_sample.then_some(id));
        let active = number(test.is_active.map(i32::from));
        line(format!(
            "INSERT INTO regression_test (id, sample_id, command, active) VALUES ({id}, {sample}, '-out={id}', {active})"
        ));
        for (_, category) in test.categories.iter().zip(1..).filter(|(is_in, _)| **is_in) {
            line(format!(
                "INSERT INTO regression_test_category (regression_id, category_id) VALUES ({id}, {category})"
            ));
        }
        for ((ignore, correct, variants), output_number) in test.outputs.iter().zip(1..) {
            let output = id * 10 + output_number;
            line(format!(
                "INSERT INTO regression_test_output (id, regression_id, correct, correct_extension, `ignore`)
                 VALUES ({output}, {id}, {}, '.srt', {})",
                literal(*correct),
                number(ignore.map(i32::from)),
            ));
            for variant in variants {
                line(format!(
                    "INSERT INTO regression_test_output_files (file_hashes, regression_test_output_id) VALUES ('{variant}', {output})"
                ));
            }
        }
    }
    for (run, id) in runs.iter().zip(1..) {
        let (platform, branch) = (
            if run.is_linux { "linux" } else { "windows" },
            if run.is_master { "master" } else { "fix" },
        );
        line(format!(
            "INSERT INTO test (id, platform, test_type, fork_id, branch, `commit`, pr_nr) VALUES ({id}, '{platform}', 'commit', 1, '{branch}', 'c{id}', 0)"
        ));
        for (status, message) in &run.progress {
            line(format!(
                "INSERT INTO test_progress (test_id, status, timestamp, message) VALUES ({id}, '{status}', '2026-06-27 12:00:00', '{message}')"
            ));
        }
        for (_, test) in run
            .chosen
            .iter()
            .zip(1..=tests.len())
            .filter(|(is_chosen, _)| **is_chosen)
        {
            line(format!(
                "INSERT INTO customized_test (test_id, regression_id) VALUES ({id}, {test})"
            ));
        }
        for ((result, test), test_id) in run.results.iter().zip(tests).zip(1..) {
            let Some(result) = result else { continue };
            let (code, expected) = (number(result.codes.0), number(result.codes.1));
            let runtime = number(result.runtime);
            line(format!(
                "INSERT INTO test_result (test_id, regression_test_id, runtime, exit_code, expected_rc)
                 VALUES ({id}, {test_id}, {runtime}, {code}, {expected})"
            ));
            let marker = result.has_missing_marker.then_some((-1, "a", Some("error")));
            let files = result.files.iter().zip(1..=test.outputs.len());
            let files = files.filter_map(|(file, output)| {
                file.map(|(expected, got)| (test_id * 10 + output as i32, expected, got))
            });
            for (output, expected, got) in files.chain(marker) {
                line(format!(
                    "INSERT INTO test_result_file (test_id, regression_test_id, regression_test_output_id, expected, got)
                     VALUES ({id}, {test_id}, {output}, '{expected}', {})",
                    literal(got)
                ));
            }
        }
    }
    sql
}

/// Compares the responses about each run with each other.
async fn check_all_runs(platform: &Services) -> Result<(), TestCaseError> {
    let caller = Caller::visitor(Scope::ALL.iter().copied());
    let fail = |error: crate::Error| TestCaseError::fail(error.to_string());
    let query = RunQuery {
        page: PageQuery::FIRST_MAX,
        include: vec![RunInclude::Summary, RunInclude::Verdict],
        ..RunQuery::default()
    };
    let listed = platform.runs.list(&caller, &query).await.map_err(fail)?.data;
    for status in RunStatus::ALL {
        let found = platform
            .runs
            .list(
                &caller,
                &RunQuery {
                    status: Some(*status),
                    ..query.clone()
                },
            )
            .await
            .map_err(fail)?;
        let expected: Vec<_> = listed
            .iter()
            .filter(|run| run.status == *status)
            .cloned()
            .collect();
        prop_assert_eq!(found.pagination.total, expected.len() as u64, "{}", status);
        prop_assert_eq!(found.data, expected, "{}", status);
    }
    for run in &listed {
        check_same_failures(platform, run, &listed).await?;
    }
    for mut run in listed {
        let open = platform
            .runs
            .load(&caller, Scope::RunsRead, run.run_id)
            .await
            .map_err(fail)?;
        let summary = open.summary().await.map_err(fail)?;
        prop_assert_eq!(run.summary.take(), Some(summary.clone()));
        let comparison = open
            .comparison(&ComparisonQuery {
                page: PageQuery::FIRST_MAX,
                ..ComparisonQuery::default()
            })
            .await
            .map_err(fail)?;
        let baseline_run_id = comparison.baseline.as_ref().map(|reference| reference.run_id);
        prop_assert_eq!(
            run.comparison.take(),
            Some(RunComparison {
                baseline_run_id,
                counts: comparison.counts
            })
        );
        let infrastructure_query = InfrastructureErrorQuery {
            page: PageQuery::FIRST_MAX,
            ..InfrastructureErrorQuery::default()
        };
        let infrastructure = open
            .infrastructure_errors(&infrastructure_query)
            .map_err(fail)?
            .data;
        prop_assert_eq!(
            run.infrastructure_error_type.take(),
            infrastructure.last().map(|error| error.kind)
        );
        prop_assert_eq!(&run, &open.run().await.map_err(fail)?);

        let samples = open
            .test_results(&SampleQuery {
                page: PageQuery::FIRST_MAX,
                ..SampleQuery::default()
            })
            .await
            .map_err(fail)?
            .data;
        let count = |status| samples.iter().filter(|sample| sample.status == status).count() as u64;
        prop_assert_eq!(summary.pass_count, count(ResultStatus::Pass));
        prop_assert_eq!(summary.fail_count, count(ResultStatus::Fail));
        prop_assert_eq!(summary.missing_output_count, count(ResultStatus::MissingOutput));
        prop_assert_eq!(summary.skipped_count, count(ResultStatus::NotStarted));

        let errors = open
            .errors(&ErrorQuery {
                page: PageQuery::FIRST_MAX,
                ..ErrorQuery::default()
            })
            .await
            .map_err(fail)?;
        prop_assert_eq!(errors.pagination.total, summary.error_count);
        let mut failed: Vec<i32> = errors.data.iter().map(|error| error.regression_test_id).collect();
        failed.dedup();
        let has_failed = |status| matches!(status, ResultStatus::Fail | ResultStatus::MissingOutput);
        let failed_samples: Vec<i32> = samples
            .iter()
            .filter(|sample| has_failed(sample.status))
            .map(|sample| sample.regression_test_id)
            .collect();
        prop_assert_eq!(&failed, &failed_samples);

        let counts = comparison.counts;
        let all = counts.broken_here
            + counts.failing_differently
            + counts.failing_identically
            + counts.fixed_here
            + counts.no_baseline;
        prop_assert_eq!(comparison.pagination.total, all);
        for error in &errors.data {
            let verdict = comparison
                .data
                .iter()
                .find(|test| test.regression_test_id == error.regression_test_id)
                .map(|test| test.verdict);
            prop_assert_eq!(
                error.verdict,
                if comparison.baseline.is_some() {
                    verdict
                } else {
                    None
                }
            );
        }
        let count_where = |is_new| {
            errors
                .data
                .iter()
                .filter(|error| error.is_new == Some(is_new))
                .count() as u64
        };
        for group_by in GroupBy::ALL {
            let query = ErrorSummaryQuery {
                page: PageQuery::FIRST_MAX,
                group_by: Some(*group_by),
                ..ErrorSummaryQuery::default()
            };
            let buckets = open.error_summary(&query).await.map_err(fail)?.data;
            let regression_ids = buckets
                .iter()
                .flat_map(|bucket| bucket.regression_test_ids.iter().copied());
            prop_assert_eq!(
                &regression_ids
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .collect::<Vec<_>>(),
                &failed
            );
            prop_assert!(
                buckets
                    .iter()
                    .all(|bucket| bucket.new_count.is_some() == comparison.baseline.is_some())
            );
            // An error of a test in two categories counts in two buckets.
            if *group_by != GroupBy::Category {
                prop_assert_eq!(
                    buckets.iter().map(|bucket| bucket.count).sum::<u64>(),
                    summary.error_count
                );
                prop_assert_eq!(
                    buckets.iter().filter_map(|bucket| bucket.new_count).sum::<u64>(),
                    count_where(true)
                );
                prop_assert_eq!(
                    buckets
                        .iter()
                        .filter_map(|bucket| bucket.known_count)
                        .sum::<u64>(),
                    count_where(false)
                );
            }
        }
    }
    Ok(())
}

/// Compares the list of runs with the same failures with the pairwise comparisons.
async fn check_same_failures(platform: &Services, run: &Run, listed: &[Run]) -> Result<(), TestCaseError> {
    let caller = Caller::visitor(Scope::ALL.iter().copied());
    let fail = |error: crate::Error| TestCaseError::fail(error.to_string());
    let failing = |run: &Run| {
        run.summary
            .as_ref()
            .map_or(0, |summary| summary.fail_count + summary.missing_output_count)
    };
    let open = platform
        .runs
        .load(&caller, Scope::RunsRead, run.run_id)
        .await
        .map_err(fail)?;
    let mut expected = Vec::new();
    for other in listed {
        let is_candidate = other.run_id != run.run_id && other.platform == run.platform;
        if is_candidate && [run, other].iter().all(|run| run.status == RunStatus::Fail) {
            let query = ComparisonQuery {
                against: Some(other.run_id),
                ..ComparisonQuery::default()
            };
            let same = open
                .comparison(&query)
                .await
                .map_err(fail)?
                .counts
                .failing_identically;
            if same == failing(run) && same == failing(other) {
                expected.push(other.run_id);
            }
        }
    }
    let found = open.same_failures(PageQuery::FIRST_MAX).await.map_err(fail)?;
    prop_assert_eq!(found.failing_count, failing(run));
    let found: Vec<i32> = found.data.iter().map(|run| run.run_id).collect();
    // Both are newest first.
    prop_assert_eq!(found, expected, "run {}", run.run_id);
    Ok(())
}

fn check_random_platforms(backend: Backend) {
    if !backend.is_available() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let test = runtime.block_on(TestPlatform::new(backend));
    let mut runner = TestRunner::new(Config {
        cases: 48,
        // Needed to record failures in a file, as `proptest!` does.
        source_file: Some(file!()),
        ..Config::default()
    });
    let platforms = (vec(test_case(), 1..=MAX_TESTS), vec(run_case(), 1..6));
    let outcome = runner.run(&platforms, |(tests, runs)| {
        runtime.block_on(async {
            test.sql(&replace_rows_sql(&tests, &runs)).await;
            check_all_runs(&test.platform).await
        })
    });
    outcome.unwrap_or_else(|error| panic!("{error}\n{runner}"));
}

mod responses_about_a_run_agree {
    use super::*;

    #[test]
    fn sqlite() {
        check_random_platforms(Backend::Sqlite);
    }

    #[test]
    fn mariadb() {
        check_random_platforms(Backend::MariaDb);
    }
}
