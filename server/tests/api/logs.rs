//! /api/v1/runs/{run_id}/logs

use runlens_domain::{each_backend, files::FileKey, testing::RunSpec};
use serde_json::json;

use crate::server::Server;

pub(crate) const LOG: &str = "2026-06-27 12:00:00 worker started\n[ERROR] build failed\r\nwarning: unused variable\n0 errors\n\u{1b}[31merror\u{1b}[0m: test_runner gave up";

each_backend! {
    async fn a_log_is_paged_and_filtered(test) {
        let run = test.run(RunSpec::default()).await;
        test.platform.files().put(&FileKey::log(run), LOG).await.expect("a log");
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |query: &str| server.get(&format!("/api/v1/runs/{run}/logs{query}")).token(&token).send().await.ok();
        let whole = get("").await;
        insta::assert_json_snapshot!("log", whole);
        let mut read = Vec::new();
        let mut query = "?limit=2".to_owned();
        loop {
            let page = get(&query).await;
            read.extend(page["data"].as_array().expect("lines").clone());
            let Some(cursor) = page["pagination"]["next_cursor"].as_str() else { break };
            query = format!("?limit=2&cursor={cursor}");
        }
        assert_eq!(json!(read), whole["data"]);
        for (query, lines) in [
            ("?level=error", vec![2, 5]),
            ("?source=worker", vec![1]),
            ("?contains=ERROR", vec![2, 4, 5]),
            ("?contains=error&level=info", vec![4]),
            ("?direction=backward&limit=1", vec![5]),
            ("?from_line=4", vec![4, 5]),
            ("?from_line=6", vec![]),
            ("?from_line=2&direction=backward", vec![1, 2]),
            ("?from_line=99&direction=backward&limit=2", vec![4, 5]),
            ("?tail=2", vec![4, 5]),
            ("?regex=%5E(%5C%5B%7Cwarn)", vec![2, 3]),
            ("?regex=(%3F-i)ERROR", vec![2]),
            ("?regex=%5Eerror", vec![5]),
        ] {
            let page = get(query).await;
            let found: Vec<_> = page["data"].as_array().expect("lines").iter().map(|line| line["line"].as_u64().expect("a number")).collect();
            assert_eq!(found, lines, "{query}");
        }
        let around = get("?level=warning&context=1").await;
        let found: Vec<_> = around["data"].as_array().expect("lines").iter().map(|line| (line["line"].clone(), line["is_context"].clone())).collect();
        assert_eq!(found, [(json!(2), json!(true)), (json!(3), json!(false)), (json!(4), json!(true))]);
        for (query, first, last) in [("", 1, 5), ("?limit=2", 1, 2), ("?tail=2", 4, 5), ("?level=warning", 1, 5), ("?from_line=3&limit=1", 3, 3)] {
            assert_eq!(get(query).await["examined"], json!({"first": first, "last": last}), "{query}");
        }
        for (query, name, error) in [
            ("regex=a(b", "regex", "has a fault at character 2: unclosed group"),
            ("regex=%C3%A9%5B", "regex", "has a fault at character 2: unclosed character class"),
            ("regex=%5Cw%7B200%7D%7B200%7D", "regex", "is too large: repeat less"),
            ("regex=a&contains=b", "regex", "must not be given together with `contains`"),
            ("tail=5&from_line=1", "tail", "must not be given together with `from_line`"),
            ("from_line=0", "from_line", "must be a whole number from 1 to 9007199254740991"),
        ] {
            let body = server.get(&format!("/api/v1/runs/{run}/logs?{query}")).token(&token).send().await.failure(400, "validation_error");
            assert_eq!(body["details"]["fields"][name], error, "{query}");
        }
        let invalid = server.get(&format!("/api/v1/runs/{run}/logs?cursor=nonsense")).token(&token).send().await.failure(400, "validation_error");
        assert!(invalid["details"]["fields"]["cursor"].is_string(), "{invalid}");
    }

    async fn a_missing_log_names_the_stores_checked(test) {
        let run = test.run(RunSpec::default()).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let body = server.get(&format!("/api/v1/runs/{run}/logs")).token(&token).send().await.failure(404, "log_not_found");
        assert_eq!(body["details"], json!({"run_id": run, "checked": ["local", "gcs"]}));
    }

    async fn an_empty_log_has_no_lines(test) {
        let run = test.run(RunSpec::default()).await;
        test.platform.files().put(&FileKey::log(run), "").await.expect("a log");
        let server = Server::new(test);
        let token = server.reader().await;
        let page = server.get(&format!("/api/v1/runs/{run}/logs")).token(&token).send().await.ok();
        assert_eq!(page, json!({"data": [], "pagination": {"limit": 100, "next_cursor": null}, "examined": null}));
    }
}
