//! Health of a test, from results written as one letter each, oldest first.

use runlens_api_types::{
    health::{FlakyReason, PlatformHealth},
    recent::{RecentRun, RecentStatus},
    run::{OperatingSystem, Revision},
};

use super::{Row, health};
use crate::recent::ClassifiedResult;
use crate::{
    Error, each_backend,
    testing::{RunSpec, TestSpec},
};

/// `.` no result, `P` pass, `F` fails, `D` fails differently from the previous result, `M` missing output,
/// `N` missing output and a changed failure. Runs are numbered from 1. Each has its own commit, unless
/// `commits` has a letter for it.
fn health_of(letters: &str, commits: &str) -> PlatformHealth {
    let rows: Vec<Row> = letters
        .chars()
        .enumerate()
        .map(|(index, letter)| {
            let (status, is_changed) = match letter {
                'P' => (RecentStatus::Pass, false),
                'F' => (RecentStatus::Fail, false),
                'D' => (RecentStatus::FailsDifferently, true),
                'M' => (RecentStatus::MissingOutput, false),
                'N' => (RecentStatus::MissingOutput, true),
                _ => (RecentStatus::NoResult, false),
            };
            let commit = commits
                .chars()
                .nth(index)
                .map_or_else(|| format!("c{index}"), String::from);
            let run = RecentRun {
                run_id: index as i32 + 1,
                revision: Revision {
                    repository: "CCExtractor/ccextractor".to_owned(),
                    branch: Some("master".to_owned()),
                    commit_sha: commit,
                    pull_request: None,
                },
                created_at: None,
            };
            Row {
                run,
                result: ClassifiedResult { status, is_changed },
            }
        })
        .collect();
    health(OperatingSystem::Linux, &rows)
}

fn id(run: Option<&RecentRun>) -> i32 {
    run.map_or(0, |run| run.run_id)
}

#[test]
fn failing_since_is_the_first_failure_after_the_last_pass() {
    // Failing since, passed before, unchanged since; 0 for unknown.
    let cases = [
        ("", [0, 0, 0]),
        ("....", [0, 0, 0]),
        ("FFFP", [0, 0, 0]),
        ("FFFP..", [0, 0, 0]),
        ("P", [0, 0, 0]),
        ("F", [1, 0, 1]),
        ("..FF", [3, 0, 3]),
        ("PF", [2, 1, 2]),
        ("FPFFF", [3, 2, 3]),
        ("PP.FF.", [4, 2, 4]),
        ("P..FDF", [4, 1, 5]),
        ("PFDFDD", [2, 1, 6]),
        ("PFFN", [2, 1, 4]),
        ("PMM", [2, 1, 2]),
        ("DDF", [1, 0, 2]),
    ];
    for (letters, expected) in cases {
        let actual = health_of(letters, "");
        let failing = actual.failing.as_ref();
        let found = [
            id(failing.map(|failing| &failing.since)),
            id(failing.and_then(|failing| failing.passed_before.as_ref())),
            id(failing.map(|failing| &failing.unchanged_since)),
        ];
        assert_eq!(found, expected, "{letters}");
    }
}

#[test]
fn counts_and_latest_results_ignore_runs_without_a_result() {
    // Runs, results, oldest run, newest result, last pass, last failure, flips.
    let cases = [
        ("", [0, 0, 0, 0, 0, 0, 0]),
        ("...", [3, 0, 1, 0, 0, 0, 0]),
        ("PPP.", [4, 3, 1, 3, 3, 0, 0]),
        (".FDM.", [5, 3, 1, 4, 0, 4, 0]),
        ("PFPF", [4, 4, 1, 4, 3, 4, 3]),
        ("P.F.P", [5, 3, 1, 5, 5, 3, 2]),
        ("PMMFP", [5, 5, 1, 5, 5, 4, 2]),
    ];
    for (letters, expected) in cases {
        let actual = health_of(letters, "");
        let latest = actual.latest.as_ref().map(|result| &result.run);
        let numbers = [
            actual.run_count,
            actual.result_count,
            u64::from(actual.oldest_run_id.unwrap_or(0).unsigned_abs()),
        ];
        let runs = [latest, actual.last_pass.as_ref(), actual.last_failure.as_ref()]
            .map(|run| u64::from(id(run).unsigned_abs()));
        assert_eq!(
            [numbers.as_slice(), &runs, &[actual.flip_count]].concat(),
            expected,
            "{letters}"
        );
    }
}

#[test]
fn changes_between_pass_and_failure_are_linked() {
    let link = |letters, commits| {
        health_of(letters, commits)
            .failing
            .and_then(|failing| failing.changes_link)
    };
    assert_eq!(
        link("P.F", "abc").as_deref(),
        Some("https://github.com/CCExtractor/ccextractor/compare/a...c")
    );
    assert_eq!(link("FF", "ab"), None, "the last pass is unknown");
    assert_eq!(link("PF", "aa"), None, "both runs have the same commit");
}

#[test]
fn three_flips_in_twenty_results_or_one_on_the_same_commit_are_flaky() {
    let steady = "P".repeat(18);
    let cases = [
        ("PFP".to_owned(), String::new(), vec![]),
        (
            "PFPF".to_owned(),
            String::new(),
            vec![(FlakyReason::Flips, vec![(1, 2), (2, 3), (3, 4)])],
        ),
        (
            "P.M..P.F".to_owned(),
            String::new(),
            vec![(FlakyReason::Flips, vec![(1, 3), (3, 6), (6, 8)])],
        ),
        ("FDFDF".to_owned(), String::new(), vec![]),
        // Of 20 results, all are in the window, with three flips; of 21, the first is not.
        (
            format!("FPF{}", &steady[..17]),
            String::new(),
            vec![(FlakyReason::Flips, vec![(1, 2), (2, 3), (3, 4)])],
        ),
        (format!("FPF{steady}"), String::new(), vec![]),
        (
            "PF".to_owned(),
            "aa".to_owned(),
            vec![(FlakyReason::SameCommit, vec![(1, 2)])],
        ),
        (
            "PPF".to_owned(),
            "aba".to_owned(),
            vec![(FlakyReason::SameCommit, vec![(1, 3)])],
        ),
        ("FDM".to_owned(), "aaa".to_owned(), vec![]),
        (
            "PFPF".to_owned(),
            "abcc".to_owned(),
            vec![
                (FlakyReason::Flips, vec![(1, 2), (2, 3), (3, 4)]),
                (FlakyReason::SameCommit, vec![(3, 4)]),
            ],
        ),
    ];
    for (letters, commits, expected) in cases {
        let actual = health_of(&letters, &commits);
        let found: Vec<_> = actual
            .flaky_evidence
            .iter()
            .map(|evidence| {
                (
                    evidence.reason,
                    evidence
                        .flips
                        .iter()
                        .map(|flip| (flip.from.run.run_id, flip.to.run.run_id))
                        .collect::<Vec<_>>(),
                )
            })
            .collect();
        assert_eq!(found, expected, "{letters} {commits}");
        assert_eq!(actual.is_flaky, !expected.is_empty(), "{letters} {commits}");
    }
}

each_backend! {
    async fn health_is_reported_per_platform_within_the_window(test) {
        let changing = test.regression_test(TestSpec::default()).await;
        let run_with_exit_code = async |platform: &'static str, code: i32| {
            let run = test.run(RunSpec { platform, commit: format!("{code:040}"), ..RunSpec::default() }).await;
            test.result(run, changing.0, Some(code), Some(0)).await;
            test.file(run, changing.0, changing.1[0], None).await;
            test.complete(run).await;
            run
        };
        let first = run_with_exit_code("linux", 0).await;
        let broken = run_with_exit_code("linux", 1).await;
        run_with_exit_code("windows", 7).await;
        let other = test.run(RunSpec { test_type: "pr", pr_nr: 5, branch: "fix", ..RunSpec::default() }).await;
        test.pass(other, &changing).await;
        test.complete(other).await;
        let changed = run_with_exit_code("linux", 2).await;
        let visitor = test.platform.visitor();
        test.take_queries();
        let health = test.platform.suite.regression_test_health(&visitor, changing.0).await.expect("health");
        let result_query_count = test.take_queries().iter().filter(|sql| sql.contains("test_result")).count();
        assert_eq!(result_query_count, 4, "two lists of runs, their results and their files");
        let [linux, windows] = health.platforms.as_slice() else { panic!("{health:?}") };
        let failing = linux.failing.as_ref().expect("it fails");
        assert_eq!([failing.since.run_id, failing.unchanged_since.run_id, id(failing.passed_before.as_ref())], [broken, changed, first]);
        let link = format!("https://github.com/CCExtractor/ccextractor/compare/{:040}...{:040}", 0, 1);
        assert_eq!(failing.changes_link, Some(link));
        assert_eq!((linux.run_count, linux.flip_count, linux.is_flaky), (3, 1, false));
        let failing = windows.failing.as_ref().expect("it fails");
        assert_eq!((failing.passed_before.as_ref(), windows.run_count), (None, 1));
        let missing = test.platform.suite.regression_test_health(&visitor, 999).await;
        assert!(matches!(missing, Err(Error::NotFound { resource: "regression_test", id: 999 })), "{missing:?}");
    }
}
