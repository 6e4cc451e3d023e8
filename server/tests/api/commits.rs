//! GET /api/v1/commits/{sha}

use runlens_api_types::auth::Scope;
use runlens_domain::each_backend;
use serde_json::{Value, json};

use super::pull_requests::pull_request;
use crate::server::Server;

each_backend! {
    async fn a_commit_has_its_newest_runs_and_the_change_since_the_previous_commit(test) {
        let [first, linux, windows] = pull_request(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let body = server.get("/api/v1/commits/22222").token(&token).send().await.ok();
        assert_eq!(body["commit_sha"], "2".repeat(40));
        let latest = &body["latest_runs"];
        assert_eq!([&latest[0]["run_id"], &latest[1]["run_id"]], [&json!(linux), &json!(windows)]);
        assert_eq!(latest[0]["since_previous"]["run_id"], first);
        assert_eq!(body["new_failure_count"], 1);
        let ids: Vec<&Value> = body["runs"].as_array().expect("runs").iter().map(|run| &run["run_id"]).collect();
        assert_eq!(ids, [windows, linux]);
        let whole = server.get(&format!("/api/v1/commits/{}", "2".repeat(40))).token(&token).send().await.ok();
        assert_eq!(whole, body);
    }

    async fn an_ambiguous_prefix_lists_the_runs_of_all_matching_commits(test) {
        let [.., windows] = pull_request(&test).await;
        test.sql(&format!("UPDATE test SET `commit` = '2222333333333333333333333333333333333333' WHERE id = {windows}")).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let body = server.get("/api/v1/commits/2222").token(&token).send().await.ok();
        assert_eq!((&body["commit_sha"], &body["latest_runs"], &body["pagination"]["total"]), (&Value::Null, &json!([]), &json!(2)));
    }

    async fn a_commit_without_a_run_is_404_and_a_missing_scope_is_403(test) {
        pull_request(&test).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let missing = server.get("/api/v1/commits/abcd").token(&token).send().await.failure(404, "not_found");
        assert_eq!(missing["details"], json!({"resource": "commit", "id": "abcd"}));
        for wrong in ["abc", "xyz0", &"0".repeat(41)] {
            server.get(&format!("/api/v1/commits/{wrong}")).token(&token).send().await.failure(400, "validation_error");
        }
        let system = server.token("tester", &[Scope::SystemRead]).await;
        for sha in ["2222", "abcd"] {
            server.get(&format!("/api/v1/commits/{sha}")).token(&system).send().await.failure(403, "forbidden");
        }
    }
}
