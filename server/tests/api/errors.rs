//! /api/v1/runs/{run_id}/errors, /error-summary, /comparison and /infrastructure-errors

use runlens_api_types::auth::Scope;
use runlens_domain::{
    each_backend,
    testing::{RunSpec, TestPlatform, TestSpec},
};
use serde_json::json;

use crate::{runs::failing_run, server::Server};

/// Creates a run of master and a later one of a pull request, with one test per verdict and one that passes
/// in both.
pub(crate) async fn compared_runs(test: &TestPlatform) -> (i32, i32) {
    let mut tests = Vec::new();
    for command in [
        "-broken",
        "-identical",
        "-different",
        "-fixed",
        "-new",
        "-passing",
    ] {
        tests.push(
            test.regression_test(TestSpec {
                command,
                ..TestSpec::default()
            })
            .await,
        );
    }
    let master = test
        .run(RunSpec {
            branch: "master",
            ..RunSpec::default()
        })
        .await;
    let pull_request = test
        .run(RunSpec {
            test_type: "pr",
            pr_nr: 1547,
            branch: "fix",
            ..RunSpec::default()
        })
        .await;
    for (run, produced) in [
        (
            master,
            [
                Some(None),
                Some(Some("x")),
                Some(Some("x")),
                Some(Some("x")),
                None,
                Some(None),
            ],
        ),
        (
            pull_request,
            [
                Some(Some("x")),
                Some(Some("x")),
                Some(Some("y")),
                Some(None),
                Some(Some("x")),
                Some(None),
            ],
        ),
    ] {
        test.complete(run).await;
        for ((id, outputs), got) in tests.iter().zip(produced) {
            let Some(got) = got else { continue };
            test.result(run, *id, Some(0), Some(0)).await;
            test.file(run, *id, outputs[0], got).await;
        }
    }
    (master, pull_request)
}

each_backend! {
    async fn a_run_is_compared_with_its_baseline(test) {
        let (master, run) = compared_runs(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |path: &str| server.get(&format!("/api/v1/runs/{path}")).token(&token).send().await;
        insta::assert_json_snapshot!("comparison", get(&format!("{run}/comparison")).await.ok());
        let page = get(&format!("{run}/comparison?verdict=failing_differently&limit=1")).await.ok();
        assert_eq!((&page["pagination"]["total"], &page["data"][0]["label"]), (&json!(1), &json!("#3 -different")));
        assert_eq!(page["counts"]["broken_here"], 1);

        let swapped = get(&format!("{master}/comparison?against={run}")).await.ok();
        assert_eq!((&swapped["counts"]["fixed_here"], &swapped["counts"]["broken_here"]), (&json!(1), &json!(1)));
        let without_baseline = get(&format!("{master}/comparison")).await.ok();
        assert_eq!((&without_baseline["reference"], &without_baseline["counts"]["no_reference"]), (&json!(null), &json!(5)));
        assert_eq!(without_baseline["counts"]["failing_identically"], 0);

        let errors = get(&format!("{run}/errors")).await.ok();
        let values = |field: &str| errors["data"].as_array().expect("errors").iter().map(|error| error[field].clone()).collect::<Vec<_>>();
        assert_eq!(values("verdict"), ["broken_here", "failing_identically", "failing_differently", "no_reference"]);
        assert_eq!(values("is_new"), [json!(true), json!(false), json!(true), json!(null)]);
        let bucket = &get(&format!("{run}/error-summary")).await.ok()["data"][0];
        assert_eq!((&bucket["count"], &bucket["new_count"], &bucket["known_count"]), (&json!(4), &json!(2), &json!(1)));
        let bucket = &get(&format!("{master}/error-summary")).await.ok()["data"][0];
        assert_eq!((&bucket["count"], &bucket["new_count"], &bucket["known_count"]), (&json!(3), &json!(null), &json!(null)));

        let missing = get(&format!("{run}/comparison?against=9317")).await.failure(404, "not_found");
        assert_eq!(missing["details"], json!({"resource": "run", "id": 9317}));
        let bad = get(&format!("{run}/comparison?against=0&verdict=odd")).await.failure(400, "validation_error");
        assert!(bad["details"]["fields"]["against"].is_string() && bad["details"]["fields"]["verdict"].is_string());
        let runs_only = server.token("tester", &[Scope::RunsRead]).await;
        server.get(&format!("/api/v1/runs/{run}/comparison")).token(&runs_only).send().await.failure(403, "forbidden");
    }

    async fn errors_are_listed_and_filtered(test) {
        let run = failing_run(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |query: &str| server.get(&format!("/api/v1/runs/{run}/errors{query}")).token(&token).send().await.ok();
        insta::assert_json_snapshot!("errors", get("").await);
        for (query, total) in [
            ("?type=diff_mismatch", 1),
            ("?severity=error", 2),
            ("?severity=info", 0),
            ("?regression_id=3", 2),
            ("?sample_id=2", 1),
            ("?category=Teletext", 3),
            ("?category=uncategorized", 0),
        ] {
            assert_eq!(get(query).await["pagination"]["total"], total, "{query}");
        }
    }

    async fn errors_are_grouped(test) {
        let run = failing_run(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |query: &str| server.get(&format!("/api/v1/runs/{run}/error-summary{query}")).token(&token).send().await.ok();
        for group_by in ["type", "sample_id", "regression_id", "category", "severity"] {
            insta::assert_json_snapshot!(format!("error_summary_by_{group_by}"), get(&format!("?group_by={group_by}")).await);
        }
        assert_eq!(get("").await, get("?group_by=type").await);
        insta::assert_json_snapshot!("error_summary_of_warnings", get("?severity=warning&group_by=category").await);
        let page = get("?group_by=type&limit=1&offset=1").await;
        assert_eq!(page["pagination"], json!({"limit": 1, "offset": 1, "total": 3, "next_offset": 2}));
    }

    async fn infrastructure_errors_are_listed(test) {
        let run = test.run(RunSpec::default()).await;
        test.progress(run, "preparation", 0, "Preparing").await;
        test.progress(run, "canceled", 5, "VM creation failed (ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS). Try later.\nTraceback:\n  at /srv/worker.py").await;
        test.progress(run, "canceled", 6, "Canceled via API by ada").await;
        test.progress(run, "canceled", 7, "Duplicate Entries").await;
        let server = Server::new(test);
        let contributor = server.reader().await;
        let tester = server.token("tester", &[Scope::SystemRead]).await;
        let path = format!("/api/v1/runs/{run}/infrastructure-errors");
        let get = async |query: &str| server.get(&format!("{path}{query}")).token(&contributor).send().await.ok();
        insta::assert_json_snapshot!("infrastructure_errors", get("").await);
        insta::assert_json_snapshot!("infrastructure_errors_with_stacks", get("?include_stack=true").await);
        for (query, total) in [("?type=worker", 1), ("?type=vm_provisioning", 1), ("?severity=critical", 2), ("?severity=error", 0), ("?type=storage", 0)] {
            assert_eq!(get(query).await["pagination"]["total"], total, "{query}");
        }
        server.get(&path).token(&tester).send().await.ok();
        let refused = server.get(&format!("{path}?include_stack=true")).token(&tester).send().await;
        refused.failure(403, "forbidden");
        assert!(!refused.text().contains("worker.py"));
    }
}
