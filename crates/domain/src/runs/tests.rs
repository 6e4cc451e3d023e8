//! Tests of the status, times and lists of runs, and of the number of queries.

use runlens_api_types::{
    TextEnum, Timestamp,
    auth::Scope,
    comparison::ComparisonQuery,
    page::PageQuery,
    run::{OperatingSystem, RunInclude, RunPlatform, RunQuery, RunSort, RunStatus},
    sample::SampleQuery,
    test_error::ErrorSummaryQuery,
};
use time::macros::datetime;

use super::RunState;
use crate::{
    Caller, Error, each_backend,
    store::{columns::repository, tables::TestProgressRow},
    testing::{RunSpec, TestPlatform, TestSpec},
};

fn progress_rows(reports: &[(&str, i64)]) -> Vec<TestProgressRow> {
    let start = datetime!(2026-06-27 12:00:00);
    reports
        .iter()
        .zip(1..)
        .map(|((status, minute), id)| TestProgressRow {
            id,
            test_id: Some(1),
            status: (*status).to_owned(),
            timestamp: start + time::Duration::minutes(*minute),
            message: String::new(),
        })
        .collect()
}

#[test]
fn status_follows_the_last_report() {
    use RunStatus::{Canceled, Error, Fail, Incomplete, Pass, Queued, Running};
    type Reports = &'static [(&'static str, i64)];
    let cases: [(Reports, bool, bool, RunStatus); 12] = [
        (&[], false, false, Queued),
        (&[], true, true, Queued),
        (&[("preparation", 0)], false, false, Running),
        (&[("preparation", 0), ("testing", 1)], true, true, Running),
        (&[("testing", 1), ("completed", 2)], false, false, Error),
        (&[("testing", 1), ("completed", 2)], true, false, Pass),
        (&[("testing", 1), ("completed", 2)], true, true, Fail),
        (&[("testing", 1), ("canceled", 2)], true, true, Canceled),
        (&[("canceled", 1), ("testing", 2)], false, false, Running),
        (&[("testing", 9), ("completed", 1)], true, false, Pass),
        (&[("", 1)], true, false, Incomplete),
        (&[("Completed ", 1)], true, false, Pass),
    ];
    for (reports, has_results, has_errors, expected) in cases {
        assert_eq!(
            RunState::of(&progress_rows(reports), has_results, has_errors).status,
            expected,
            "{reports:?}"
        );
    }
}

#[test]
fn times_come_from_the_first_report_first_test_and_last_end() {
    let at = |text| Timestamp::parse(text);
    let reports = [
        ("preparation", 0),
        ("testing", 4),
        ("testing", 5),
        ("canceled", 8),
        ("testing", 9),
        ("completed", 30),
    ];
    let state = RunState::of(&progress_rows(&reports), true, false);
    assert_eq!(state.created_at, at("2026-06-27T12:00:00Z"));
    assert_eq!(state.started_at, at("2026-06-27T12:04:00Z"));
    assert_eq!(state.completed_at, at("2026-06-27T12:30:00Z"));
    assert_eq!(state.duration_ms(), Some(26 * 60_000));
    assert_eq!(
        RunState::of(
            &progress_rows(&[("preparation", 0), ("canceled", 1)]),
            false,
            false
        )
        .duration_ms(),
        None
    );
}

#[test]
fn repository_is_parsed_from_a_url() {
    let cases = [
        (
            "https://github.com/CCExtractor/ccextractor.git",
            "CCExtractor/ccextractor",
        ),
        (
            "https://github.com/CCExtractor/ccextractor",
            "CCExtractor/ccextractor",
        ),
        ("git@github.com:someone/fork.git", "someone/fork"),
        ("https://github.com/", ""),
        ("", ""),
    ];
    for (address, expected) in cases {
        assert_eq!(repository(address), expected, "{address}");
    }
}

/// Creates a run whose only test fails.
async fn failing_run_of(test: &TestPlatform) -> i32 {
    let made = test.regression_test(TestSpec::default()).await;
    let run = test.run(RunSpec::default()).await;
    test.complete(run).await;
    test.result(run, made.0, Some(1), Some(0)).await;
    run
}

/// Creates one run of every status, with failures of every kind; returns their ids.
async fn every_status(test: &TestPlatform) -> Vec<i32> {
    let plain = test.regression_test(TestSpec::default()).await;
    let other = test
        .regression_test(TestSpec {
            sample: Some("other.ts"),
            categories: &["DVB", "Teletext"],
            ..TestSpec::default()
        })
        .await;
    test.regression_test(TestSpec {
        active: false,
        ..TestSpec::default()
    })
    .await;
    let mut runs = Vec::new();
    for outcome in [
        "queued",
        "running",
        "canceled",
        "error",
        "pass",
        "exit",
        "differs",
        "missing",
        "custom",
        "incomplete",
    ] {
        let run = test.run(RunSpec::default()).await;
        runs.push(run);
        match outcome {
            "queued" => continue,
            "running" => _ = test.progress(run, "testing", 0, "").await,
            "canceled" => {
                _ = test
                    .progress(run, "canceled", 0, "GCP operation timed out.")
                    .await
            }
            "incomplete" => _ = test.progress(run, "paused", 0, "").await,
            _ => test.complete(run).await,
        }
        match outcome {
            "error" | "canceled" => {}
            "exit" => {
                test.pass(run, &plain).await;
                test.result(run, other.0, Some(3), Some(0)).await;
                test.file(run, other.0, other.1[0], None).await;
            }
            "differs" => {
                test.result(run, plain.0, Some(0), Some(0)).await;
                test.file(run, plain.0, plain.1[0], Some("other")).await;
            }
            "missing" => {
                test.pass(run, &plain).await;
                test.result(run, other.0, None, Some(0)).await;
            }
            "custom" => {
                test.choose(run, plain.0).await;
                test.pass(run, &plain).await;
                test.pass(run, &other).await;
            }
            _ => test.pass(run, &plain).await,
        }
    }
    runs
}

each_backend! {
    async fn lists_agree_with_single_runs(test) {
        let runs = every_status(&test).await;
        let visitor = test.platform.visitor();
        let query = RunQuery { include: vec![RunInclude::Summary], ..RunQuery::default() };
        let page = test.platform.runs.list(&visitor, &query).await.expect("runs");
        assert_eq!(page.pagination.total, runs.len() as u64);
        assert_eq!(page.data.iter().map(|run| run.run_id).collect::<Vec<_>>(), runs.iter().rev().copied().collect::<Vec<_>>());
        for mut run in page.data {
            let open = test.platform.runs.load(&visitor, Scope::RunsRead, run.run_id).await.expect("a run");
            assert_eq!(run.summary.take(), Some(open.summary().await.expect("summary")));
            assert_eq!(run, open.run().await.expect("run"));
        }
    }

    async fn lists_with_verdicts_take_a_fixed_number_of_queries(test) {
        let everything = Caller::visitor(Scope::ALL.iter().copied());
        let query = RunQuery { include: vec![RunInclude::Summary, RunInclude::Verdict], ..RunQuery::default() };
        let mut counts = Vec::new();
        for size in [1, 20] {
            for _ in 0..size {
                failing_run_of(&test).await;
            }
            test.take_queries();
            test.platform.runs.list(&everything, &query).await.expect("runs");
            counts.push(test.take_queries().len());
        }
        assert_eq!(counts[0], counts[1]);
        assert!(counts[0] <= 8, "{counts:?}");
    }

    async fn verdicts_in_lists_need_their_own_scope(test) {
        failing_run_of(&test).await;
        let reader = Caller::visitor([Scope::RunsRead]);
        assert!(test.platform.runs.list(&reader, &RunQuery::default()).await.is_ok());
        let query = RunQuery { include: vec![RunInclude::Verdict], ..RunQuery::default() };
        assert!(matches!(test.platform.runs.list(&reader, &query).await, Err(Error::MissingScope(Scope::ResultsRead))));
    }

    async fn the_status_filter_finds_exactly_the_matching_runs(test) {
        every_status(&test).await;
        let visitor = test.platform.visitor();
        let all = test.platform.runs.list(&visitor, &RunQuery::default()).await.expect("runs").data;
        for status in RunStatus::ALL {
            let expected: Vec<i32> = all.iter().filter(|run| run.status == *status).map(|run| run.run_id).collect();
            let page = test.platform.runs.list(&visitor, &RunQuery { status: Some(*status), ..RunQuery::default() }).await.expect("runs");
            assert_eq!(page.data.iter().map(|run| run.run_id).collect::<Vec<_>>(), expected, "{status}");
            assert_eq!(page.pagination.total, expected.len() as u64, "{status}");
            assert!(!expected.is_empty(), "{status}");
        }
    }

    async fn the_baseline_is_the_newest_earlier_run_of_master_with_results(test) {
        const MAIN: &str = "https://github.com/CCExtractor/ccextractor.git";
        let made = test.regression_test(TestSpec::default()).await;
        let master = RunSpec { branch: "master", test_type: "commit", platform: "linux", github: Some(MAIN), ..RunSpec::default() };
        let complete = async |spec: RunSpec| {
            let run = test.run(spec).await;
            test.complete(run).await;
            test.pass(run, &made).await;
            run
        };
        let first = complete(master.clone()).await;
        let expected = complete(master.clone()).await;
        complete(RunSpec { platform: "windows", ..master.clone() }).await;
        complete(RunSpec { branch: "fix", ..master.clone() }).await;
        complete(RunSpec { github: Some("https://github.com/someone/ccextractor.git"), ..master.clone() }).await;
        complete(RunSpec { github: None, ..master.clone() }).await;
        complete(RunSpec { test_type: "pr", pr_nr: 7, ..master.clone() }).await;
        let canceled = complete(master.clone()).await;
        test.progress(canceled, "canceled", 700, "PR is closed").await;
        test.run(master.clone()).await;
        let empty = test.run(master.clone()).await;
        test.complete(empty).await;
        let run = complete(RunSpec { branch: "fix", test_type: "pr", pr_nr: 8, github: Some("https://github.com/someone/ccextractor.git"), ..master.clone() }).await;
        complete(master.clone()).await;

        let everything = Caller::visitor(Scope::ALL.iter().copied());
        let baseline = async |run| {
            let open = test.platform.runs.load(&everything, Scope::RunsRead, run).await.expect("a run");
            open.comparison(&ComparisonQuery::default()).await.expect("compares").baseline.map(|baseline| baseline.run_id)
        };
        assert_eq!(baseline(run).await, Some(expected));
        assert_eq!(baseline(expected).await, Some(first));
        assert_eq!(baseline(first).await, None);

        // A run and its baseline share one read of the suite; on SQLite, cached parts are not read again.
        test.take_queries();
        let open = test.platform.runs.load(&everything, Scope::RunsRead, run).await.expect("a run");
        open.error_summary(&ErrorSummaryQuery::default()).await.expect("summary");
        let queries = test.take_queries();
        assert!(queries.len() <= 15, "{queries:#?}");
    }

    async fn a_write_invalidates_a_cached_run(test) {
        let made = test.regression_test(TestSpec::default()).await;
        let run = test.run(RunSpec::default()).await;
        test.complete(run).await;
        test.result(run, made.0, Some(0), Some(0)).await;
        test.file(run, made.0, made.1[0], Some("other")).await;
        let visitor = test.platform.visitor();
        let statuses = async || {
            let listed = test.platform.runs.list(&visitor, &RunQuery::default()).await.expect("runs").data[0].status;
            (listed, test.platform.runs.load(&visitor, Scope::RunsRead, run).await.expect("a run").run().await.expect("run").status)
        };
        assert_eq!(statuses().await, (RunStatus::Fail, RunStatus::Fail));
        assert_eq!(statuses().await, (RunStatus::Fail, RunStatus::Fail));
        test.sql(&format!("INSERT INTO regression_test_output_files (file_hashes, regression_test_output_id) VALUES ('other', {})", made.1[0])).await;
        assert_eq!(statuses().await, (RunStatus::Pass, RunStatus::Pass));
        test.sql(&format!("UPDATE test_result SET exit_code = 1 WHERE test_id = {run}")).await;
        assert_eq!(statuses().await, (RunStatus::Fail, RunStatus::Fail));
    }

    async fn unchanged_data_is_read_once_from_an_embedded_database(test) {
        let run = failing_run_of(&test).await;
        let everything = Caller::visitor(Scope::ALL.iter().copied());
        let count_queries = async || {
            test.take_queries();
            let open = test.platform.runs.load(&everything, Scope::RunsRead, run).await.expect("a run");
            open.error_summary(&ErrorSummaryQuery::default()).await.expect("summary");
            test.platform.runs.list(&everything, &RunQuery::default()).await.expect("runs");
            test.take_queries().len()
        };
        let first = count_queries().await;
        assert!(first > 0);
        assert_eq!(count_queries().await, if test.platform.store().is_embedded() { 0 } else { first });
    }

    async fn text_search_covers_branch_repository_commit_and_pull_request(test) {
        let fork = Some("https://github.com/someone/fork_of%it.git");
        let first = test.run(RunSpec { branch: "fix_teletext", commit: "abcd0123".to_owned(), pr_nr: 2287, ..RunSpec::default() }).await;
        let second = test.run(RunSpec { branch: "fixxteletext", commit: "ABCE4567".to_owned(), github: fork, ..RunSpec::default() }).await;
        let third = test.run(RunSpec { branch: "master", commit: "0abcd".to_owned(), github: None, ..RunSpec::default() }).await;
        let visitor = test.platform.visitor();
        let found = async |query: RunQuery| test.platform.runs.list(&visitor, &query).await.expect("runs").data.iter().map(|run| run.run_id).collect::<Vec<_>>();
        let (all, none) = (vec![third, second, first], vec![]);
        for (text, expected) in [
            ("x_TELE", vec![first]),
            ("teletext", vec![second, first]),
            ("  teletext   someone ", vec![second]),
            ("f%i", vec![second]),
            ("2287", vec![first]),
            ("#2287 fix", vec![first]),
            ("228", none.clone()),
            ("abc", vec![second, first]),
            ("github.com", none.clone()),
            ("git", none.clone()),
            (" ", all.clone()),
            ("!", none.clone()),
            ("'", none.clone()),
        ] {
            assert_eq!(found(RunQuery { q: Some(text.to_owned()), ..RunQuery::default() }).await, expected, "{text:?}");
        }
        for (prefix, expected) in [("abcd", vec![first]), ("ABCD0123", vec![first]), ("abce", vec![second]), ("0abc", vec![third]), ("bcd0", none)] {
            assert_eq!(found(RunQuery { commit: Some(prefix.to_owned()), ..RunQuery::default() }).await, expected, "{prefix}");
        }
    }

    async fn created_after_and_before_are_exclusive(test) {
        let run = test.run(RunSpec::default()).await;
        test.complete(run).await;
        let visitor = test.platform.visitor();
        let at = |seconds| Timestamp::from_unix(crate::testing::START + seconds);
        for (after, before, found) in [(at(-1), at(1), 1), (at(0), None, 0), (None, at(0), 0), (at(-1), None, 1), (None, at(1), 1)] {
            let query = RunQuery { created_after: after, created_before: before, ..RunQuery::default() };
            assert_eq!(test.platform.runs.list(&visitor, &query).await.expect("runs").pagination.total, found, "{after:?} {before:?}");
        }
    }

    async fn a_baseline_has_the_same_name_in_lists_and_on_its_run(test) {
        let everything = Caller::visitor(Scope::ALL.iter().copied());
        let (regression_test, outputs) = test.regression_test(TestSpec::default()).await;
        let fork = Some("https://github.com/somebody/ccextractor.git");
        let specs = [
            (RunSpec::default(), "1 of 1 failed"),
            (RunSpec { branch: "fix", ..RunSpec::default() }, "same as master"),
            (RunSpec { branch: "fix", test_type: "pr", pr_nr: 7, ..RunSpec::default() }, "same as master"),
            (RunSpec { github: fork, ..RunSpec::default() }, "same as master"),
            (RunSpec::default(), "same as run 1"),
        ];
        for (spec, _) in specs.clone() {
            let run = test.run(spec).await;
            test.result(run, regression_test, Some(1), Some(0)).await;
            test.file(run, regression_test, outputs[0], None).await;
            test.complete(run).await;
        }
        let runs = &test.platform.runs;
        let query = RunQuery { sort: Some(RunSort::IdAscending), ..RunQuery::default() };
        let listed = runs.list_with_verdicts(&everything, query).await.expect("runs").data;
        for (run, (_, expected)) in listed.iter().zip(specs) {
            let loaded = runs.load(&everything, Scope::RunsRead, run.run_id).await.expect("a run");
            let alone = loaded.verdict().await.expect("a verdict").short;
            assert_eq!((runs.short_verdict(run).as_str(), alone.as_str()), (expected, expected), "run {}", run.run_id);
        }
    }

    async fn every_category_of_a_run_is_listed(test) {
        let names: Vec<String> = (0..130).map(|number| format!("category {number}")).collect();
        let categories: Vec<&str> = names.iter().map(String::as_str).collect();
        let categories: &'static [&'static str] = Vec::leak(categories.iter().map(|name| &*String::leak((*name).to_owned())).collect());
        let regression_test = test.regression_test(TestSpec { categories, ..TestSpec::default() }).await;
        let run = test.run(RunSpec::default()).await;
        test.pass(run, &regression_test).await;
        test.complete(run).await;
        let loaded = test.platform.runs.load(&test.platform.visitor(), Scope::RunsRead, run).await.expect("a run");
        assert_eq!(loaded.all_categories().await.expect("categories").len(), 130);
    }

    async fn a_loaded_run_takes_a_fixed_number_of_queries(test) {
        let everything = Caller::visitor(Scope::ALL.iter().copied());
        let mut counts = Vec::new();
        for size in [1, 30] {
            let run = test.run(RunSpec::default()).await;
            for _ in 0..size {
                let made = test.regression_test(TestSpec { categories: &["General"], ..TestSpec::default() }).await;
                test.result(run, made.0, Some(1), Some(0)).await;
                test.progress(run, "testing", size, "Running").await;
            }
            test.take_queries();
            let open = test.platform.runs.load(&everything, Scope::RunsRead, run).await.expect("a run");
            open.run().await.expect("run");
            open.summary().await.expect("summary");
            open.categories(PageQuery::default()).await.expect("categories");
            open.error_summary(&ErrorSummaryQuery::default()).await.expect("summary");
            counts.push(test.take_queries().len());
        }
        assert_eq!(counts[0], counts[1]);
        assert!(counts[0] <= 10, "{counts:?}");
    }

    async fn runs_tolerate_unknown_enum_values_and_dangling_references(test) {
        if !test.platform.store().is_embedded() {
            test.sql("ALTER TABLE test MODIFY platform ENUM('linux', 'windows', 'bsd') NOT NULL, MODIFY test_type ENUM('commit', 'pr') NOT NULL").await;
            test.sql("ALTER TABLE test_progress MODIFY status ENUM('preparation', 'testing', 'completed', 'canceled') NOT NULL").await;
            test.sql("ALTER TABLE `user` MODIFY role ENUM('admin', 'user') NULL").await;
        }
        let odd = test.run(RunSpec { platform: "bsd", github: None, branch: "", commit: String::new(), ..RunSpec::default() }).await;
        let made = test.regression_test(TestSpec { sample: None, outputs: &[], ..TestSpec::default() }).await;
        test.complete(odd).await;
        test.result(odd, made.0, None, None).await;
        let user = test.user("nobody", None, "").await;
        test.triggered_by(odd, user).await;
        test.sql("INSERT INTO test_progress (test_id, status, timestamp, message) VALUES (NULL, 'testing', '2026-06-27 12:00:00', '')").await;
        test.sql("INSERT INTO regression_test_category (regression_id, category_id) VALUES (NULL, NULL)").await;
        test.sql("INSERT INTO regression_test_output (correct_extension) VALUES ('.srt')").await;
        test.sql("INSERT INTO regression_test_output_files (file_hashes) VALUES (NULL)").await;
        test.sql("INSERT INTO customized_test (test_id) VALUES (NULL)").await;

        let everything = Caller::visitor(Scope::ALL.iter().copied());
        let open = test.platform.runs.load(&everything, Scope::RunsRead, odd).await.expect("a run");
        let run = open.run().await.expect("run");
        assert_eq!((run.status, run.platform, run.revision.repository.as_str(), run.revision.branch), (RunStatus::Pass, OperatingSystem::Unknown, "", None));
        assert_eq!((run.github_link, run.triggered_by.as_deref()), (None, Some("nobody")));
        assert_eq!(open.test_results(&SampleQuery::default()).await.expect("samples").data[0].sample_name, None);
        let listed = test.platform.runs.list(&everything, &RunQuery { platform: Some(RunPlatform::Linux), ..RunQuery::default() }).await.expect("runs");
        assert_eq!(listed.pagination.total, 0);
    }
}
