//! /api/v1/system

use runlens_domain::{Clock, Platform, Settings, each_backend, files::Files, store::Store};
use serde_json::json;

use crate::server::{Server, Web, http};

each_backend! {
    async fn health_needs_nothing_and_uses_nothing_up(test) {
        let server = Server::new(test);
        for _ in 0..3 {
            let answer = server.get("/api/v1/system/health").send().await;
            insta::assert_json_snapshot!("health", answer.ok());
            assert_eq!(answer.header("x-ratelimit-remaining"), "120");
        }
    }

    async fn a_table_of_another_version_is_named(test) {
        assert!(test.platform.check().await.iter().all(|finding| finding.problem.is_none()));
        test.sql("ALTER TABLE test_progress DROP COLUMN message").await;
        test.sql("DROP TABLE customized_test").await;
        let problems: Vec<_> = test.platform.check().await.into_iter().filter_map(|finding| finding.problem).collect();
        assert_eq!(problems.len(), 2, "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("table test_progress lacks column message: ")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("table customized_test is missing: ")), "{problems:?}");
    }
}

#[tokio::test]
async fn without_its_database_the_server_says_so() {
    // Port 9 of this machine has nobody who listens.
    let store = Store::open("mysql://nobody@127.0.0.1:9/none").await.expect("connects when it is asked");
    let platform = Platform::new(store, Files::none(), Clock::system(), Settings::default());
    let server = Web::new(platform, http(), Default::default());
    let answer = server.get("/api/v1/system/health").send().await;
    assert_eq!((answer.status.as_u16(), answer.json()["status"].clone()), (503, json!("down")));
    let token = format!("spci_{}", "x".repeat(43));
    let body = server.get("/api/v1/runs").token(&token).send().await.failure(503, "unavailable");
    assert!(!body.to_string().contains("127.0.0.1"), "{body}");
}
