//! GET /api/v1/pull-requests/{number}

use runlens_api_types::auth::Scope;
use runlens_domain::{
    each_backend,
    testing::{RunSpec, TestPlatform, TestSpec},
};
use serde_json::{Value, json};

use crate::server::Server;

const FIRST: &str = "1111111111111111111111111111111111111111";
const SECOND: &str = "2222222222222222222222222222222222222222";

/// Creates a completed run in which the tests at the indexes in `failed` fail.
async fn complete(test: &TestPlatform, tests: &[(i32, Vec<i32>)], run: RunSpec, failed: &[usize]) -> i32 {
    let run = test.run(run).await;
    for (index, regression_test) in tests.iter().enumerate() {
        if failed.contains(&index) {
            test.result(run, regression_test.0, Some(1), Some(0)).await;
            for output in &regression_test.1 {
                test.file(run, regression_test.0, *output, None).await;
            }
        } else {
            test.pass(run, regression_test).await;
        }
    }
    test.complete(run).await;
    run
}

fn on(platform: &'static str, commit: &'static str, pr_nr: i32) -> RunSpec {
    RunSpec {
        platform,
        commit: commit.to_owned(),
        pr_nr,
        test_type: if pr_nr == 0 { "commit" } else { "pr" },
        branch: if pr_nr == 0 { "master" } else { "fix" },
        ..RunSpec::default()
    }
}

/// Creates runs of master, and three runs of pull request 7: of its first commit on Linux, and of its second
/// commit on Linux and Windows. Returns the IDs of these three.
pub(crate) async fn pull_request(test: &TestPlatform) -> [i32; 3] {
    let mut tests = Vec::new();
    for _ in 0..3 {
        tests.push(test.regression_test(TestSpec::default()).await);
    }
    complete(test, &tests, on("linux", "c0", 0), &[2]).await;
    complete(test, &tests, on("windows", "c0", 0), &[2]).await;
    let first = complete(test, &tests, on("linux", FIRST, 7), &[0, 1, 2]).await;
    let linux = complete(test, &tests, on("linux", SECOND, 7), &[1, 2]).await;
    let windows = complete(test, &tests, on("windows", SECOND, 7), &[2]).await;
    [first, linux, windows]
}

each_backend! {
    async fn a_pull_request_has_its_newest_runs_and_new_failures(test) {
        let [first, linux, windows] = pull_request(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let body = server.get("/api/v1/pull-requests/7").token(&token).send().await.ok();
        let latest = &body["latest_runs"];
        assert_eq!([&latest[0]["run_id"], &latest[1]["run_id"]], [&json!(linux), &json!(windows)]);
        assert_eq!(latest[0]["counts"]["broken_here"], 1);
        assert_eq!(latest[0]["counts"]["failing_identically"], 1);
        assert_eq!(latest[1]["counts"]["broken_here"], 0);
        assert_eq!(latest[0]["since_previous"]["run_id"], first);
        assert_eq!(latest[0]["since_previous"]["commit_sha"], FIRST);
        assert_eq!(latest[0]["since_previous"]["counts"]["fixed_here"], 1);
        assert_eq!(latest[1]["since_previous"], Value::Null);
        assert_eq!(body["new_failure_count"], 1);
        assert_eq!(body["new_failures"][0]["regression_test_id"], 2);
        assert_eq!(body["new_failures"][0]["platforms"], json!([
            {"platform": "linux", "run_id": linux, "verdict": "broken_here"},
            {"platform": "windows", "run_id": windows, "verdict": null},
        ]));
        let ids: Vec<&Value> = body["runs"].as_array().expect("runs").iter().map(|run| &run["run_id"]).collect();
        assert_eq!(ids, [windows, linux, first]);
        assert_eq!(body["pagination"]["total"], 3);
        let second = server.get("/api/v1/pull-requests/7?limit=1&offset=1").token(&token).send().await.ok();
        assert_eq!((&second["runs"][0]["run_id"], &second["latest_runs"]), (&json!(linux), latest));
    }

    async fn a_pull_request_without_a_run_is_404_and_a_missing_scope_is_403(test) {
        pull_request(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let missing = server.get("/api/v1/pull-requests/8").token(&token).send().await.failure(404, "not_found");
        assert_eq!(missing["details"], json!({"resource": "pull_request", "id": 8}));
        server.get("/api/v1/pull-requests/0").token(&token).send().await.failure(400, "validation_error");
        let system = server.token("tester", &[Scope::SystemRead]).await;
        for number in [7, 8] {
            let url = format!("/api/v1/pull-requests/{number}");
            server.get(&url).token(&system).send().await.failure(403, "forbidden");
        }
    }

    async fn verdicts_of_a_pull_request_need_results_read(test) {
        pull_request(&test).await;
        let server = Server::new(test);
        let token = server.token("tester", &[Scope::RunsRead]).await;
        let body = server.get("/api/v1/pull-requests/7").token(&token).send().await.ok();
        assert_eq!((&body["new_failures"], &body["new_failure_count"]), (&Value::Null, &Value::Null));
        for latest in body["latest_runs"].as_array().expect("runs") {
            assert_eq!((&latest["counts"], &latest["since_previous"], &latest["baseline_run_id"]), (&Value::Null, &Value::Null, &Value::Null));
        }
    }

    async fn the_number_of_queries_does_not_depend_on_the_number_of_runs(test) {
        pull_request(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let count = async || {
            // A write, so that nothing is cached.
            server.test.run(RunSpec { pr_nr: 9, test_type: "pr", ..RunSpec::default() }).await;
            server.get("/api/v1/pull-requests/7").token(&token).send().await.ok();
            server.test.take_queries();
            server.test.run(RunSpec { pr_nr: 9, test_type: "pr", ..RunSpec::default() }).await;
            server.test.take_queries();
            server.get("/api/v1/pull-requests/7").token(&token).send().await.ok();
            server.test.take_queries().len()
        };
        let few = count().await;
        for _ in 0..30 {
            let run = server.test.run(on("linux", FIRST, 7)).await;
            server.test.progress(run, "canceled", 1, "PR is closed").await;
        }
        for platform in ["linux", "windows"] {
            let run = server.test.run(on(platform, SECOND, 7)).await;
            server.test.complete(run).await;
            for id in 1..=3 {
                server.test.result(run, id, Some(1), Some(0)).await;
            }
        }
        // Windows now has an earlier run of the commit, but none of an earlier commit, as before.
        assert_eq!(count().await, few);
    }
}
