//! /api/v1/system

use runlens_domain::{
    Clock, Services, Settings, each_backend,
    files::Files,
    store::Store,
    testing::{RunSpec, TestPlatform},
};
use serde_json::{Value, json};

use crate::server::{Instance, Server, http};

/// Creates finished, running and queued runs on both operating systems.
async fn queue(test: &TestPlatform) {
    for (platform, reports) in [
        ("linux", &[][..]),
        ("linux", &["preparation", "testing", "completed"]),
        ("windows", &["preparation"]),
        ("windows", &[]),
        ("linux", &["canceled"]),
        ("linux", &["paused"]),
        ("linux", &["preparation", "canceled", "Testing "]),
        ("bsd", &[]),
        ("linux", &[]),
    ] {
        let run = test
            .run(RunSpec {
                platform,
                ..RunSpec::default()
            })
            .await;
        for (report, seconds) in reports.iter().zip([0, 60, 120]) {
            test.progress(run, report, seconds, "").await;
        }
    }
}

each_backend! {
    async fn the_queue_lists_running_and_queued_runs(test) {
        queue(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |path: &str| server.get(&format!("/api/v1{path}")).token(&token).send().await.ok();
        let whole = get("/system/queue").await;
        insta::assert_json_snapshot!("queue", whole);
        let ids = |page: &Value| page["data"].as_array().expect("runs").iter().map(|run| run["run_id"].clone()).collect::<Vec<_>>();
        for status in ["running", "queued"] {
            let listed = get(&format!("/runs?sort=run_id&status={status}")).await;
            let queued = whole["data"].as_array().expect("runs").iter().filter(|run| run["status"] == status);
            assert_eq!(queued.map(|run| run["run_id"].clone()).collect::<Vec<_>>(), ids(&listed), "{status}");
        }
        let mut read = Vec::new();
        for offset in 0..6 {
            let page = get(&format!("/system/queue?limit=1&offset={offset}")).await;
            assert_eq!((&page["meta"], &page["pagination"]["total"]), (&whole["meta"], &json!(6)));
            read.extend(page["data"].as_array().expect("runs").clone());
        }
        assert_eq!(json!(read), whole["data"]);
        assert_eq!(get("/system/queue?offset=6").await["data"], json!([]));
    }

    async fn filtering_the_queue_keeps_positions_and_counts(test) {
        queue(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        for (platform, expected) in [("linux", json!([[7, null], [1, 1], [9, 4]])), ("windows", json!([[3, null], [4, 2]]))] {
            let page = server.get(&format!("/api/v1/system/queue?platform={platform}")).token(&token).send().await.ok();
            let found: Vec<_> = page["data"].as_array().expect("runs").iter().map(|run| json!([run["run_id"], run["position"]])).collect();
            assert_eq!(json!(found), expected);
            assert_eq!(page["pagination"]["total"], found.len());
            assert_eq!(page["meta"], json!({"queue_depth": 4, "running_count": 2}));
        }
    }

    async fn health_needs_no_authentication_and_consumes_no_quota(test) {
        let server = Server::new(test);
        for _ in 0..3 {
            let response = server.get("/api/v1/system/health").send().await;
            insta::assert_json_snapshot!("health", response.ok());
            assert_eq!(response.header("x-ratelimit-remaining"), "120");
        }
    }

    async fn missing_tables_and_columns_are_reported(test) {
        assert!(test.platform.system.check().await.iter().all(|finding| finding.error.is_none()));
        test.sql("ALTER TABLE test_progress DROP COLUMN message").await;
        test.sql("DROP TABLE customized_test").await;
        let problems: Vec<_> = test.platform.system.check().await.into_iter().filter_map(|finding| finding.error).collect();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("table test_progress lacks column message: ")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("table customized_test is missing: ")), "{problems:?}");
    }
}

#[tokio::test]
async fn an_unreachable_database_is_reported_as_unavailable() {
    // No process listens on port 9.
    let store = Store::open("mysql://nobody@127.0.0.1:9/none")
        .await
        .expect("the connection is made lazily");
    let platform = Services::new(store, Files::none(), Clock::system(), Settings::default());
    let server = Instance::new(platform, http(), Default::default());
    let response = server.get("/api/v1/system/health").send().await;
    assert_eq!(
        (response.status.as_u16(), response.json()["status"].clone()),
        (503, json!("down"))
    );
    let token = format!("spci_{}", "x".repeat(43));
    let body = server
        .get("/api/v1/runs")
        .token(&token)
        .send()
        .await
        .failure(503, "unavailable");
    assert!(!body.to_string().contains("127.0.0.1"), "{body}");
}
