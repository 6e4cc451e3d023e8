//! /api/v1/runs/{run_id}/errors, /error-summary and /infrastructure-errors

use runlens_contract::auth::Scope;
use runlens_domain::{each_backend, testing::RunSpec};
use serde_json::json;

use crate::{runs::failing_run, server::Server};

each_backend! {
    async fn errors_are_told_one_by_one(test) {
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

    async fn errors_are_told_in_groups(test) {
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

    async fn what_the_infrastructure_did_is_told(test) {
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
