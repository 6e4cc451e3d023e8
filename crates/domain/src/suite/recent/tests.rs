//! Recent results compared with their runs.

use runlens_api_types::{
    auth::Scope,
    comparison::{ComparisonQuery, Verdict},
    page::PageQuery,
    recent::{PlatformResultsQuery, RecentResultsQuery, RecentStatus, RunChoice},
    sample::{ResultStatus, SampleQuery},
};

use crate::{
    each_backend,
    testing::{OutputSpec, RunSpec, TestPlatform, TestSpec},
};

/// The result of a test with one output.
#[derive(Clone, Copy)]
enum Made {
    Pass,
    Wrong(&'static str),
    Exit(i32),
    NoOutput,
    Nothing,
}
use Made::{Exit, NoOutput, Nothing, Pass, Wrong};

async fn add_result(test: &TestPlatform, run: i32, (id, outputs): &(i32, Vec<i32>), kind: Made) {
    let (code, file) = match kind {
        Nothing => return,
        Pass => (0, Some(None)),
        Wrong(hash) => (0, Some(Some(hash))),
        Exit(code) => (code, Some(None)),
        NoOutput => (0, None),
    };
    test.result(run, *id, Some(code), Some(0)).await;
    if let Some(got) = file {
        test.file(run, *id, outputs[0], got).await;
    }
}

const CASES: [(Made, RecentStatus); 9] = [
    (Pass, RecentStatus::Pass),
    (Wrong("a"), RecentStatus::Fail),
    (Wrong("a"), RecentStatus::Fail),
    (Nothing, RecentStatus::NoResult),
    (Wrong("b"), RecentStatus::FailsDifferently),
    (NoOutput, RecentStatus::MissingOutput),
    (Exit(1), RecentStatus::FailsDifferently),
    (Wrong("variant"), RecentStatus::Pass),
    (Wrong("b"), RecentStatus::Fail),
];

/// Creates a test with each of these results, one per run of master, and another test that always passes.
async fn create_all_cases(test: &TestPlatform) -> ([i32; 2], Vec<i32>) {
    let outputs = &[OutputSpec {
        variants: &["variant"],
        ..OutputSpec::SRT
    }];
    let changing = test
        .regression_test(TestSpec {
            outputs,
            ..TestSpec::default()
        })
        .await;
    let steady = test.regression_test(TestSpec::default()).await;
    let mut runs = Vec::new();
    for (kind, _) in CASES {
        let run = test.run(RunSpec::default()).await;
        add_result(test, run, &changing, kind).await;
        add_result(test, run, &steady, Pass).await;
        test.complete(run).await;
        runs.push(run);
    }
    ([changing.0, steady.0], runs)
}

fn ids(results: &runlens_api_types::recent::RecentResults) -> Vec<i32> {
    results.runs.iter().map(|run| run.run_id).collect()
}

each_backend! {
    async fn a_status_is_relative_to_the_previous_result(test) {
        let ([changing, steady], runs) = create_all_cases(&test).await;
        let visitor = test.platform.visitor();
        let newest = test.platform.runs.load(&visitor, Scope::RunsRead, runs[8]).await.expect("a run");
        let query = RecentResultsQuery { regression_test_ids: vec![changing, steady, 999] };
        let results = newest.recent_results(&query).await.expect("results");
        assert_eq!(ids(&results), runs);
        assert_eq!(results.of(changing), CASES.map(|(_, status)| status));
        assert_eq!(results.of(steady), [RecentStatus::Pass; 9]);
        assert_eq!(results.of(999), [RecentStatus::NoResult; 9], "an unknown test has no results");
        let everywhere = test.platform.suite.recent_results(&visitor, &PlatformResultsQuery::new(query.regression_test_ids, RunChoice::Master, 50)).await.expect("results");
        assert_eq!(everywhere.data[0], results);
        assert_eq!(ids(&everywhere.data[1]), [0; 0], "nothing ran on Windows");
    }

    async fn the_newest_results_agree_with_the_run_and_its_comparison(test) {
        let ([changing, _], runs) = create_all_cases(&test).await;
        let visitor = test.platform.visitor();
        for run in &runs[1..] {
            let loaded = test.platform.runs.load(&visitor, Scope::RunsRead, *run).await.expect("a run");
            let results = loaded.recent_results(&RecentResultsQuery { regression_test_ids: vec![changing] }).await.expect("results");
            let here = *results.of(changing).last().expect("a status");
            let samples = loaded.test_results(&SampleQuery { page: PageQuery::FIRST_MAX, ..SampleQuery::default() }).await.expect("samples").data;
            let status = samples.iter().find(|sample| sample.regression_test_id == changing).map(|sample| sample.status);
            assert_eq!(Some(here.has_failed()), status.map(|status| matches!(status, ResultStatus::Fail | ResultStatus::MissingOutput)));
            let compared = loaded.comparison(&ComparisonQuery { page: PageQuery::FIRST_MAX, ..ComparisonQuery::default() }).await.expect("a comparison").data;
            let verdict = compared.iter().find(|test| test.regression_test_id == changing).map(|test| test.verdict);
            if here == RecentStatus::FailsDifferently && verdict != Some(Verdict::NoBaseline) {
                assert_eq!(verdict, Some(Verdict::FailingDifferently), "run {run}");
            }
            if here == RecentStatus::NoResult {
                assert_eq!(verdict, None, "run {run}");
            }
        }
    }

    async fn a_run_is_listed_after_the_ten_newest_master_runs_on_its_platform(test) {
        let regression_test = test.regression_test(TestSpec::default()).await;
        let mut masters = Vec::new();
        for number in 0..14 {
            // Runs that are not completed runs of master with results.
            let others = [
                RunSpec { platform: "windows", ..RunSpec::default() },
                RunSpec { branch: "fix", ..RunSpec::default() },
                RunSpec { github: Some("https://github.com/someone/ccextractor.git"), ..RunSpec::default() },
                RunSpec { test_type: "pr", pr_nr: 7, ..RunSpec::default() },
            ];
            for other in others {
                let run = test.run(other).await;
                test.pass(run, &regression_test).await;
                test.complete(run).await;
            }
            let without_results = test.run(RunSpec::default()).await;
            test.complete(without_results).await;
            let canceled = test.run(RunSpec::default()).await;
            test.pass(canceled, &regression_test).await;
            test.progress(canceled, "canceled", 5, "PR is closed").await;
            let run = test.run(RunSpec { commit: format!("{number:040}"), ..RunSpec::default() }).await;
            test.pass(run, &regression_test).await;
            test.complete(run).await;
            masters.push(run);
        }
        let tested_run = test.run(RunSpec { test_type: "pr", pr_nr: 7, branch: "fix", ..RunSpec::default() }).await;
        let later = test.run(RunSpec::default()).await;
        test.pass(later, &regression_test).await;
        test.complete(later).await;
        let visitor = test.platform.visitor();
        let query = RecentResultsQuery { regression_test_ids: vec![regression_test.0] };
        let loaded = test.platform.runs.load(&visitor, Scope::RunsRead, tested_run).await.expect("a run");
        let results = loaded.recent_results(&query).await.expect("results");
        let expected: Vec<i32> = masters[4..].iter().copied().chain([tested_run]).collect();
        assert_eq!(ids(&results), expected);
        let statuses: Vec<_> = [RecentStatus::Pass; 10].into_iter().chain([RecentStatus::NoResult]).collect();
        assert_eq!(results.of(regression_test.0), statuses, "the run itself has not started");
        assert_eq!(results.runs[0].revision.commit_sha, format!("{:040}", 4));
        assert_eq!(results.runs[10].revision.pull_request, Some(7));
        for (choice, expected) in [(RunChoice::Master, 15), (RunChoice::All, 50), (RunChoice::PullRequests, 14)] {
            let query = PlatformResultsQuery::new(vec![regression_test.0], choice, 50);
            let results = test.platform.suite.recent_results(&visitor, &query).await.expect("results");
            assert_eq!(results.data[0].runs.len(), expected, "{choice}");
            assert!(ids(&results.data[0]).is_sorted());
        }
    }

    async fn recent_results_take_a_fixed_number_of_queries(test) {
        let visitor = test.platform.visitor();
        let mut tests = Vec::new();
        let mut counts = Vec::new();
        for size in [2, 12] {
            for _ in 0..size {
                tests.push(test.regression_test(TestSpec::default()).await);
                let run = test.run(RunSpec::default()).await;
                for regression_test in &tests {
                    test.pass(run, regression_test).await;
                }
                test.complete(run).await;
            }
            let ids: Vec<i32> = tests.iter().map(|(id, _)| *id).collect();
            let loaded = test.platform.runs.load(&visitor, Scope::RunsRead, tests.len() as i32).await.expect("a run");
            loaded.summary().await.expect("a summary");
            test.take_queries();
            loaded.recent_results(&RecentResultsQuery { regression_test_ids: ids.clone() }).await.expect("results");
            let run_query_count = test.take_queries().len();
            test.platform.suite.recent_results(&visitor, &PlatformResultsQuery::new(ids, RunChoice::Master, 10)).await.expect("results");
            counts.push([run_query_count, test.take_queries().iter().filter(|sql| sql.contains("test_result")).count()]);
        }
        assert_eq!(counts, [[3, 4], [3, 4]]);
    }
}
