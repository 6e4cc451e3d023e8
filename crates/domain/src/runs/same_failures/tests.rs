//! Runs with identical failures, and the queries to find them.

use runlens_api_types::{TextEnum, auth::Scope, comparison::SameFailures, page::PageQuery};

use crate::{
    Caller, each_backend,
    testing::{RunSpec, TestPlatform, TestSpec},
};

type MadeTest = (i32, Vec<i32>);

async fn ask(test: &TestPlatform, run: i32) -> SameFailures {
    let everything = Caller::visitor(Scope::ALL.iter().copied());
    let open = test
        .platform
        .runs
        .load(&everything, Scope::RunsRead, run)
        .await
        .expect("opens");
    open.same_failures(PageQuery::default())
        .await
        .expect("same failures")
}

fn ids(same: &SameFailures) -> Vec<i32> {
    same.data.iter().map(|run| run.run_id).collect()
}

/// Creates a completed run in which the first test fails by an output, and the second by an exit code.
async fn failing(
    test: &TestPlatform,
    spec: RunSpec,
    tests: &[MadeTest; 2],
    got: &str,
    exit_code: i32,
) -> i32 {
    let run = test.run(spec).await;
    test.complete(run).await;
    test.result(run, tests[0].0, Some(0), Some(0)).await;
    test.file(run, tests[0].0, tests[0].1[0], Some(got)).await;
    test.result(run, tests[1].0, Some(exit_code), Some(0)).await;
    test.file(run, tests[1].0, tests[1].1[0], None).await;
    run
}

each_backend! {
    async fn runs_with_identical_failures_are_found_before_and_after(test) {
        let tests = [test.regression_test(TestSpec::default()).await, test.regression_test(TestSpec::default()).await];
        let linux = RunSpec::default;
        let before = failing(&test, linux(), &tests, "x", 1).await;
        let run = failing(&test, linux(), &tests, "x", 1).await;
        let after = failing(&test, RunSpec { test_type: "pr", pr_nr: 7, branch: "fix", ..linux() }, &tests, "x", 1).await;
        let other_output = failing(&test, linux(), &tests, "y", 1).await;
        failing(&test, linux(), &tests, "x", 2).await;
        failing(&test, RunSpec { platform: "windows", ..linux() }, &tests, "x", 1).await;
        let canceled = failing(&test, linux(), &tests, "x", 1).await;
        test.progress(canceled, "canceled", 700, "PR is closed").await;
        let passing = test.run(linux()).await;
        test.complete(passing).await;
        test.pass(passing, &tests[0]).await;

        let same = ask(&test, run).await;
        assert_eq!(ids(&same), [after, before]);
        assert_eq!((same.failing_count, same.runs_compared, same.pagination.total), (2, 5, 2));
        assert_eq!(ids(&ask(&test, other_output).await), Vec::<i32>::new());
        let none = ask(&test, passing).await;
        assert_eq!((none.failing_count, none.runs_compared), (0, 0));
        assert_eq!(ask(&test, canceled).await.pagination.total, 0, "the failures of a canceled run are incomplete");

        let narrow = Caller::visitor([Scope::RunsRead]);
        assert!(test.platform.runs.load(&narrow, Scope::RunsRead, run).await.expect("opens").same_failures(PageQuery::default()).await.is_err());
    }

    async fn fingerprints_expire_with_the_next_report_and_with_the_suite(test) {
        let tests = [test.regression_test(TestSpec::default()).await, test.regression_test(TestSpec::default()).await];
        let other = failing(&test, RunSpec::default(), &tests, "x", 1).await;
        let run = failing(&test, RunSpec::default(), &tests, "x", 1).await;
        assert_eq!(ids(&ask(&test, run).await), [other]);
        // The run is tested again, with another outcome.
        test.sql(&format!("UPDATE test_result SET exit_code = 3 WHERE test_id = {other} AND regression_test_id = {}", tests[1].0)).await;
        test.complete(other).await;
        assert_eq!(ids(&ask(&test, run).await), Vec::<i32>::new());
        test.sql(&format!("UPDATE test_result SET exit_code = 3 WHERE test_id = {run} AND regression_test_id = {}", tests[1].0)).await;
        assert_eq!(ids(&ask(&test, run).await), [other]);
        // An output becomes accepted: one identical failure remains on both sides.
        test.sql(&format!("INSERT INTO regression_test_output_files (file_hashes, regression_test_output_id) VALUES ('x', {})", tests[0].1[0])).await;
        let same = ask(&test, run).await;
        assert_eq!((same.failing_count, ids(&same)), (1, vec![other]));
    }

    async fn the_number_of_queries_does_not_grow_with_the_runs(test) {
        let tests = [test.regression_test(TestSpec::default()).await, test.regression_test(TestSpec::default()).await];
        let run = failing(&test, RunSpec::default(), &tests, "x", 1).await;
        let everything = Caller::visitor(Scope::ALL.iter().copied());
        let mut counts = Vec::new();
        for more in [1, 20] {
            for _ in 0..more {
                failing(&test, RunSpec::default(), &tests, "x", 1).await;
            }
            let open = test.platform.runs.load(&everything, Scope::RunsRead, run).await.expect("opens");
            open.run().await.expect("run");
            test.take_queries();
            let first = open.same_failures(PageQuery::default()).await.expect("same failures");
            let cold = test.take_queries().len();
            open.same_failures(PageQuery::default()).await.expect("same failures");
            // Their rows, and on databases without a data version the list of runs: their fingerprints are cached.
            counts.push((first.data.len(), cold, test.take_queries().len()));
        }
        let again = if test.platform.store().data_version().await.is_some() { 2 } else { 3 };
        assert_eq!(counts, [(1, 5, again), (21, 5, again)]);
    }
}
