//! Health of a test, as tables of results: oldest first, one letter each.

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

/// `.` no result, `P` pass, `F` fails, `D` fails differently than before, `M` missing output, `N` missing output and different
/// than before. Runs are numbered from 1; each tests a commit of its own unless `commits` says otherwise.
fn of(letters: &str, commits: &str) -> PlatformHealth {
    let rows: Vec<Row> = letters
        .chars()
        .enumerate()
        .map(|(place, letter)| {
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
                .nth(place)
                .map_or_else(|| format!("c{place}"), String::from);
            let run = RecentRun {
                run_id: place as i32 + 1,
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
        let told = of(letters, "");
        let failing = told.failing.as_ref();
        let found = [
            id(failing.map(|failing| &failing.since)),
            id(failing.and_then(|failing| failing.passed_before.as_ref())),
            id(failing.map(|failing| &failing.unchanged_since)),
        ];
        assert_eq!(found, expected, "{letters}");
    }
}

#[test]
fn latest_results_are_reported_whatever_followed() {
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
        let told = of(letters, "");
        let latest = told.latest.as_ref().map(|result| &result.run);
        let numbers = [
            told.run_count,
            told.result_count,
            u64::from(told.oldest_run_id.unwrap_or(0).unsigned_abs()),
        ];
        let runs = [latest, told.last_pass.as_ref(), told.last_failure.as_ref()]
            .map(|run| u64::from(id(run).unsigned_abs()));
        assert_eq!(
            [numbers.as_slice(), &runs, &[told.flip_count]].concat(),
            expected,
            "{letters}"
        );
    }
}

#[test]
fn changes_between_pass_and_failure_are_linked() {
    let link = |letters, commits| {
        of(letters, commits)
            .failing
            .and_then(|failing| failing.changes_link)
    };
    assert_eq!(
        link("P.F", "abc").as_deref(),
        Some("https://github.com/CCExtractor/ccextractor/compare/a...c")
    );
    assert_eq!(link("FF", "ab"), None, "since when is not known");
    assert_eq!(link("PF", "aa"), None, "nothing changed");
}

#[test]
fn three_flips_in_twenty_results_or_one_on_a_commit_are_flaky() {
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
        // The third flip back is the 20th, then the 21st result before the newest one.
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
        let told = of(&letters, &commits);
        let found: Vec<_> = told
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
        assert_eq!(told.is_flaky, !expected.is_empty(), "{letters} {commits}");
    }
}

each_backend! {
    async fn health_is_reported_per_platform_within_the_window(test) {
        let changing = test.regression_test(TestSpec::default()).await;
        let made = async |platform: &'static str, code: i32| {
            let run = test.run(RunSpec { platform, commit: format!("{code:040}"), ..RunSpec::default() }).await;
            test.result(run, changing.0, Some(code), Some(0)).await;
            test.file(run, changing.0, changing.1[0], None).await;
            test.complete(run).await;
            run
        };
        let first = made("linux", 0).await;
        let broken = made("linux", 1).await;
        made("windows", 7).await;
        let other = test.run(RunSpec { test_type: "pr", pr_nr: 5, branch: "fix", ..RunSpec::default() }).await;
        test.pass(other, &changing).await;
        test.complete(other).await;
        let differently = made("linux", 2).await;
        let visitor = test.platform.visitor();
        test.take_queries();
        let health = test.platform.suite.regression_test_health(&visitor, changing.0).await.expect("a health");
        let asked_of_results = test.take_queries().iter().filter(|sql| sql.contains("test_result")).count();
        assert_eq!(asked_of_results, 4, "two lists of runs, their results and their files");
        let [linux, windows] = health.platforms.as_slice() else { panic!("{health:?}") };
        let failing = linux.failing.as_ref().expect("it fails");
        assert_eq!([failing.since.run_id, failing.unchanged_since.run_id, id(failing.passed_before.as_ref())], [broken, differently, first]);
        let link = format!("https://github.com/CCExtractor/ccextractor/compare/{:040}...{:040}", 0, 1);
        assert_eq!(failing.changes_link, Some(link));
        assert_eq!((linux.run_count, linux.flip_count, linux.is_flaky), (3, 1, false));
        let failing = windows.failing.as_ref().expect("it fails");
        assert_eq!((failing.passed_before.as_ref(), windows.run_count), (None, 1));
        let missing = test.platform.suite.regression_test_health(&visitor, 999).await;
        assert!(matches!(missing, Err(Error::NotFound { resource: "regression_test", id: 999 })), "{missing:?}");
    }
}
