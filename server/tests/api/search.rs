//! /api/v1/search

use runlens_domain::{each_backend, testing::RunSpec};
use serde_json::json;

use crate::{runs::failing_run, server::Server};

each_backend! {
    async fn search_results_are_grouped_by_kind(test) {
        failing_run(&test).await;
        test.run(RunSpec { pr_nr: 15, test_type: "pr", branch: "teletext", ..RunSpec::default() }).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let search = async |text: &str| server.get(&format!("/api/v1/search?q={text}")).token(&token).send().await.ok();
        insta::assert_json_snapshot!("search_for_a_number", search("1").await);
        insta::assert_json_snapshot!("search_for_words", search("teletext").await);
        assert_eq!(search("nowhere").await, json!({"groups": []}));
        assert_eq!(search("%20").await, json!({"groups": []}));
    }

    async fn a_search_term_is_required_and_bounded(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        for query in [String::new(), "?q=".to_owned(), format!("?q={}", "x".repeat(101)), "?q=%ff".to_owned()] {
            let body = server.get(&format!("/api/v1/search{query}")).token(&token).send().await.failure(400, "validation_error");
            assert!(body["details"]["fields"]["q"].is_string(), "{query}: {body}");
        }
        server.get(&format!("/api/v1/search?q={}", "%C3%BC".repeat(100))).token(&token).send().await.ok();
    }
}
