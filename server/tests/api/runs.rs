//! /api/v1/runs

use runlens_api_types::auth::Scope;
use runlens_domain::{
    each_backend,
    testing::{OutputSpec, RunSpec, TestPlatform, TestSpec},
};
use serde_json::json;

use crate::server::Server;

/// Creates a run in which one test passes, one differs, one crashes without an output, and one has no result.
pub(crate) async fn failing_run(test: &TestPlatform) -> i32 {
    let teletext = TestSpec {
        command: "-teletext",
        sample: Some("teletext.ts"),
        categories: &["Teletext"],
        ..TestSpec::default()
    };
    let both = TestSpec {
        command: "-608 -708",
        sample: Some("atsc.ts"),
        categories: &["Broken", "Teletext"],
        ..TestSpec::default()
    };
    let passing = test.regression_test(TestSpec::default()).await;
    let differing = test.regression_test(teletext).await;
    let crashing = test.regression_test(both).await;
    test.regression_test(TestSpec {
        command: "-stdout",
        sample: None,
        outputs: &[OutputSpec::SRT],
        ..TestSpec::default()
    })
    .await;
    let run = test
        .run(RunSpec {
            test_type: "pr",
            pr_nr: 1547,
            branch: "fix-teletext",
            ..RunSpec::default()
        })
        .await;
    test.complete(run).await;
    test.pass(run, &passing).await;
    test.result(run, differing.0, Some(0), Some(0)).await;
    test.file(run, differing.0, differing.1[0], Some("other")).await;
    test.result(run, crashing.0, Some(139), Some(0)).await;
    run
}

each_backend! {
    async fn a_run_is_returned_completely(test) {
        let run = failing_run(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |path: &str| server.get(&format!("/api/v1/runs/{run}{path}")).token(&token).send().await.ok();
        insta::assert_json_snapshot!("run", get("").await);
        insta::assert_json_snapshot!("config", get("/config").await);
        insta::assert_json_snapshot!("summary", get("/summary").await);
        insta::assert_json_snapshot!("progress", get("/progress").await);
        insta::assert_json_snapshot!("progress_of_a_stage", get("/progress?status=testing&limit=1").await);
        insta::assert_json_snapshot!("samples", get("/samples").await);
        insta::assert_json_snapshot!("sample", get("/samples/2").await);
        insta::assert_json_snapshot!("categories", get("/categories").await);
        assert_eq!(get("/samples?status=missing_output").await["pagination"]["total"], 1);
        assert_eq!(get("/samples?category=Teletext&limit=1").await["pagination"], json!({"limit": 1, "offset": 0, "total": 2, "next_offset": 1}));
        let missing = server.get(&format!("/api/v1/runs/{run}/samples/99")).token(&token).send().await;
        insta::assert_json_snapshot!("sample_not_found", missing.failure(404, "not_found"));
    }

    async fn an_unknown_run_is_404_on_every_route(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        for part in ["", "/config", "/summary", "/progress", "/samples", "/samples/1", "/categories", "/errors", "/error-summary", "/comparison", "/infrastructure-errors", "/logs", "/artifacts", "/samples/1/regression-tests/1/outputs/1/diff"] {
            let body = server.get(&format!("/api/v1/runs/9317{part}")).token(&token).send().await.failure(404, "not_found");
            assert_eq!(body["details"], json!({"resource": "run", "id": 9317}), "{part}");
        }
    }

    async fn the_configuration_of_a_run_lists_its_tests(test) {
        let active = test.regression_test(TestSpec::default()).await.0;
        let inactive = test.regression_test(TestSpec { active: false, ..TestSpec::default() }).await.0;
        let last = test.regression_test(TestSpec::default()).await.0;
        let (whole, chosen) = (test.run(RunSpec::default()).await, test.run(RunSpec::default()).await);
        for regression_test in [last, inactive, last] {
            test.choose(chosen, regression_test).await;
        }
        // A result of an unselected test does not add the test to the run.
        test.result(chosen, active, Some(0), Some(0)).await;
        let server = Server::new(test);
        let token = server.reader().await;
        for (run, expected) in [(whole, [active, last]), (chosen, [inactive, last])] {
            let config = server.get(&format!("/api/v1/runs/{run}/config")).token(&token).send().await.ok();
            assert_eq!(config["regression_test_ids"], json!(expected));
        }
    }

    async fn runs_are_listed_newest_first_and_filtered(test) {
        let failing = failing_run(&test).await;
        let queued = test.run(RunSpec { platform: "windows", ..RunSpec::default() }).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let ids = async |query: &str| {
            let page = server.get(&format!("/api/v1/runs{query}")).token(&token).send().await.ok();
            page["data"].as_array().expect("runs").iter().map(|run| run["run_id"].as_i64().expect("an id")).collect::<Vec<_>>()
        };
        let (failing, queued) = (i64::from(failing), i64::from(queued));
        for (query, expected) in [
            ("", vec![queued, failing]),
            ("?sort=run_id", vec![failing, queued]),
            ("?limit=1", vec![queued]),
            ("?limit=1&offset=1", vec![failing]),
            ("?offset=2147483647", vec![]),
            ("?status=fail", vec![failing]),
            ("?status=queued", vec![queued]),
            ("?status=error", vec![]),
            ("?platform=windows", vec![queued]),
            ("?branch=fix-teletext", vec![failing]),
            ("?commit_sha=C0FFEE0123456789C0FFEE0123456789C0FFEE01", vec![queued, failing]),
            ("?commit=C0ff", vec![queued, failing]),
            ("?commit=c0ffee0123456789c0ffee0123456789c0ffee02", vec![]),
            ("?q=teletext%20ccextractor", vec![failing]),
            ("?q=%231547", vec![failing]),
            ("?q=c0ffee", vec![queued, failing]),
            ("?q=nowhere", vec![]),
            ("?test_type=pr", vec![failing]),
            ("?test_type=commit&platform=windows", vec![queued]),
            ("?reference=true", vec![]),
            ("?reference=false", vec![queued, failing]),
            ("?repository=CCExtractor/ccextractor", vec![queued, failing]),
            ("?repository=someone/ccextractor", vec![]),
            ("?pull_request=1547", vec![failing]),
            ("?created_after=2026-06-27T11:59:59Z", vec![failing]),
            ("?created_before=2026-06-27T12:00:00Z", vec![]),
        ] {
            assert_eq!(ids(query).await, expected, "{query}");
        }
        insta::assert_json_snapshot!("runs", server.get("/api/v1/runs?include=summary").token(&token).send().await.ok());
    }
    async fn runs_are_listed_with_their_comparison_to_master(test) {
        let passing = test.regression_test(TestSpec::default()).await;
        let master = test.run(RunSpec::default()).await;
        test.complete(master).await;
        test.pass(master, &passing).await;
        let failing = failing_run(&test).await;
        test.pass(failing, &passing).await;
        let stopped = test.run(RunSpec { platform: "windows", ..RunSpec::default() }).await;
        test.progress(stopped, "canceled", 60, "GCP operation timed out.").await;
        let server = Server::new(test);
        let token = server.reader().await;
        let list = async |query: &str| server.get(&format!("/api/v1/runs{query}")).token(&token).send().await.ok()["data"].clone();
        let with_both = list("?include=verdict,summary").await;
        assert_eq!(with_both, list("?include=summary,verdict").await);
        assert_eq!(with_both[1]["run_id"], failing);
        assert_eq!(
            with_both[1]["comparison"],
            json!({"reference_run_id": master, "counts": {"broken_here": 0, "failing_differently": 0, "failing_identically": 0, "fixed_here": 0, "no_reference": 3}})
        );
        assert_eq!(with_both[0]["comparison"]["reference_run_id"], json!(null));
        assert_eq!(with_both[0]["infrastructure_error_type"], "vm_provisioning");
        assert_eq!(with_both[1].get("infrastructure_error_type"), None);
        assert!(with_both[1]["summary"].is_object());
        let without = list("").await;
        assert_eq!((without[1].get("comparison"), without[0].get("infrastructure_error_type"), without[1].get("summary")), (None, None, None));
        assert_eq!(list("?reference=true").await[0]["run_id"], master);

        let runs_only = server.token("tester", &[Scope::RunsRead]).await;
        server.get("/api/v1/runs?include=verdict").token(&runs_only).send().await.failure(403, "forbidden");
        server.get("/api/v1/runs?include=summary").token(&runs_only).send().await.ok();
    }
}
