//! /api/v1/samples, /regression-tests and /categories

use runlens_domain::{
    each_backend,
    testing::{OutputSpec, RunSpec, TestPlatform, TestSpec},
};
use serde_json::json;

use crate::server::Server;

/// Creates three tests of two samples, one test without a sample, and two runs.
async fn suite(test: &TestPlatform) {
    let outputs = &[
        OutputSpec {
            variants: &["variant", "another"],
            ..OutputSpec::SRT
        },
        OutputSpec {
            extension: ".ttxt",
            ignore: true,
            ..OutputSpec::SRT
        },
    ];
    let teletext = TestSpec {
        command: "-teletext -out=srt",
        sample: Some("Teletext_1.ts"),
        categories: &["Teletext"],
        outputs,
        ..TestSpec::default()
    };
    let first = test.regression_test(teletext.clone()).await;
    let second = test
        .regression_test(TestSpec {
            command: "-teletext --100%",
            categories: &["Teletext", "Broken"],
            ..teletext
        })
        .await;
    test.regression_test(TestSpec {
        sample: Some("atsc.mpg"),
        active: false,
        ..TestSpec::default()
    })
    .await;
    test.regression_test(TestSpec {
        command: "-stdin",
        sample: None,
        outputs: &[],
        ..TestSpec::default()
    })
    .await;
    let passing = test.run(RunSpec::default()).await;
    test.complete(passing).await;
    test.pass(passing, &first).await;
    test.pass(passing, &second).await;
    let failing = test
        .run(RunSpec {
            platform: "windows",
            test_type: "pr",
            branch: "fix-teletext",
            pr_nr: 1547,
            ..RunSpec::default()
        })
        .await;
    test.result(failing, first.0, Some(139), Some(0)).await;
    test.sql("UPDATE sample SET sha = 'c0ffee', extension = 'TS' WHERE id = 1")
        .await;
    test.sql(
        "UPDATE regression_test SET input_type = 'file', output_type = 'file', description = 'Pages', last_passed_on_linux = 1 WHERE id = 1",
    )
    .await;
}

each_backend! {
    async fn the_suite_is_returned_completely(test) {
        suite(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |path: &str| server.get(&format!("/api/v1{path}")).token(&token).send().await.ok();
        let samples = get("/samples").await;
        insta::assert_json_snapshot!("samples", samples);
        assert_eq!(get("/samples/2").await, samples["data"][1]);
        let tests = get("/regression-tests").await;
        insta::assert_json_snapshot!("regression_tests", tests);
        assert_eq!(get("/regression-tests/1").await, tests["data"][0]);
        insta::assert_json_snapshot!("categories", get("/categories").await);
        let history = get("/samples/1/history").await;
        insta::assert_json_snapshot!("history", history);
        assert_eq!(get("/samples/1/history?regression_test_id=1").await, get("/regression-tests/1/history").await);
        assert_eq!(get("/samples/1/history?status=missing_output&platform=windows&branch=fix-teletext").await["data"], json!([history["data"][0]]));
        assert_eq!(get("/samples/2/history").await["pagination"], json!({"limit": 50, "offset": 0, "total": 0, "next_offset": null}));
    }

    async fn the_suite_is_filtered(test) {
        suite(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        for (path, id, expected) in [
            ("/samples?extension=ts", "sample_id", &[1, 2][..]),
            ("/samples?extension=.TS&contains=TELE", "sample_id", &[1]),
            ("/samples?extension=mpg", "sample_id", &[]),
            ("/samples?contains=t_1", "sample_id", &[1]),
            ("/samples?contains=c_m", "sample_id", &[]),
            ("/samples?contains=%25", "sample_id", &[]),
            ("/samples?contains=%5C", "sample_id", &[]),
            ("/regression-tests?active=true", "regression_test_id", &[1, 2, 4]),
            ("/regression-tests?active=false", "regression_test_id", &[3]),
            ("/regression-tests?category=teletext", "regression_test_id", &[1, 2]),
            ("/regression-tests?category=uncategorized", "regression_test_id", &[3, 4]),
            ("/regression-tests?category=DVB", "regression_test_id", &[]),
            ("/regression-tests?sample_id=1", "regression_test_id", &[1, 2]),
            ("/regression-tests?sample_id=9", "regression_test_id", &[]),
            ("/regression-tests?contains=100%25", "regression_test_id", &[2]),
            ("/regression-tests?contains=OUT%3Dsrt&active=true", "regression_test_id", &[1]),
            ("/regression-tests?contains=!", "regression_test_id", &[]),
        ] {
            let page = server.get(&format!("/api/v1{path}")).token(&token).send().await.ok();
            let found: Vec<_> = page["data"].as_array().expect("a list").iter().map(|item| item[id].as_i64().expect("an id")).collect();
            assert_eq!(found, expected, "{path}");
            assert_eq!(page["pagination"]["total"], expected.len(), "{path}");
        }
    }

    async fn recent_results_cover_the_requested_tests(test) {
        suite(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |path: &str| server.get(&format!("/api/v1{path}")).token(&token).send().await;
        let of_run = get("/runs/1/recent-results?regression_test_ids=2,1,2,9").await.ok();
        assert_eq!(of_run["runs"].as_array().map(Vec::len), Some(1), "no run completed earlier");
        let expected = [(1, "pass"), (2, "pass"), (9, "no_result")].map(|(id, status)| json!({"regression_test_id": id, "statuses": [status]}));
        assert_eq!(of_run["tests"], json!(expected));
        let everywhere = get("/regression-tests/recent-results?regression_test_ids=1&runs=pull_requests").await.ok();
        assert_eq!(everywhere["data"][0], json!({"platform": "linux", "runs": [], "tests": [{"regression_test_id": 1, "statuses": []}]}));
        assert_eq!(everywhere["data"][1]["tests"], json!([{"regression_test_id": 1, "statuses": ["missing_output"]}]));
        assert_eq!(everywhere["data"][1]["runs"][0]["pull_request"], 1547);
        for (query, field) in [
            ("", "regression_test_ids"),
            ("?regression_test_ids=1,x", "regression_test_ids"),
            ("?regression_test_ids=1&run_count=51", "run_count"),
            ("?regression_test_ids=1&runs=some", "runs"),
        ] {
            let body = get(&format!("/regression-tests/recent-results{query}")).await.failure(400, "validation_error");
            assert!(body["details"]["fields"][field].is_string(), "{body}");
        }
    }

    async fn the_health_of_a_test_covers_a_fixed_window(test) {
        suite(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let health = server.get("/api/v1/regression-tests/1/health").token(&token).send().await.ok();
        assert_eq!((&health["regression_test_id"], &health["runs_looked_at"]), (&json!(1), &json!(200)));
        let linux = &health["platforms"][0];
        assert_eq!((&linux["latest"]["run_id"], &linux["latest"]["status"]), (&json!(1), &json!("pass")));
        assert_eq!((&linux["run_count"], &linux["oldest_run_id"], &linux["last_pass"]["run_id"]), (&json!(1), &json!(1), &json!(1)));
        let nothing = json!({
            "platform": "windows", "run_count": 0, "result_count": 0, "oldest_run_id": null, "latest": null, "failing": null,
            "last_pass": null, "last_failure": null, "flip_count": 0, "is_flaky": false, "flaky_evidence": [],
        });
        assert_eq!(health["platforms"][1], nothing, "runs of pull requests do not count for master");
    }

    async fn unknown_ids_of_the_suite_are_404(test) {
        suite(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        for (path, resource, message) in [
            ("/samples/99", "sample", "Sample 99 not found."),
            ("/samples/99/history?status=not_started", "sample", "Sample 99 not found."),
            ("/regression-tests/99", "regression_test", "Regression test 99 not found."),
            ("/regression-tests/99/history", "regression_test", "Regression test 99 not found."),
            ("/regression-tests/99/health", "regression_test", "Regression test 99 not found."),
            ("/runs/99/recent-results?regression_test_ids=1", "run", "Run 99 not found."),
        ] {
            let body = server.get(&format!("/api/v1{path}")).token(&token).send().await.failure(404, "not_found");
            assert_eq!(body, json!({"code": "not_found", "message": message, "details": {"resource": resource, "id": 99}}));
        }
    }
}
