//! /api/v1/runs/{run_id}/logs/outline

use runlens_domain::{each_backend, files::FileKey, testing::RunSpec};
use serde_json::json;

use crate::{logs::LOG, server::Server};

each_backend! {
    async fn an_outline_counts_and_locates_levels(test) {
        let run = test.run(RunSpec::default()).await;
        test.platform.files().put(&FileKey::log(run), LOG).await.expect("a log");
        test.progress(run, "completed", 0, "Completed").await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |query: &str| server.get(&format!("/api/v1/runs/{run}/logs/outline{query}")).token(&token).send().await.ok();
        insta::assert_json_snapshot!("log_outline", get("").await, { ".last_modified" => "…" });
        let coarse = get("?buckets=2").await;
        let buckets = coarse["density"].as_array().expect("buckets").iter().map(|bucket| (bucket["first_line"].as_u64(), bucket["lines"].as_u64()));
        assert_eq!(buckets.collect::<Vec<_>>(), [(Some(1), Some(3)), (Some(4), Some(2))]);
        assert_eq!(get("?buckets=0").await["density"], json!([]));
    }

    async fn the_log_of_an_unfinished_run_is_growing(test) {
        let (running, empty) = (test.run(RunSpec::default()).await, test.run(RunSpec::default()).await);
        test.progress(running, "testing", 0, "Running tests").await;
        test.platform.files().put(&FileKey::log(running), "one\n").await.expect("a log");
        test.platform.files().put(&FileKey::log(empty), "").await.expect("a log");
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |run: i32| server.get(&format!("/api/v1/runs/{run}/logs/outline")).token(&token).send().await.ok();
        let outline = get(running).await;
        assert_eq!((&outline["is_growing"], &outline["is_complete"], &outline["lines"]), (&json!(true), &json!(true), &json!(1)));
        // Appended lines are counted.
        server.test.platform.files().put(&FileKey::log(running), "one\nerror: two\n").await.expect("a log");
        let outline = get(running).await;
        assert_eq!((&outline["lines"], &outline["first_error_line"]), (&json!(2), &json!(2)));
        let outline = get(empty).await;
        assert_eq!((&outline["lines"], &outline["is_complete"], &outline["density"]), (&json!(0), &json!(true), &json!([])));
        assert_eq!((&outline["first_error_line"], &outline["last_error_line"]), (&json!(null), &json!(null)));
    }

    async fn an_outline_has_at_most_200_buckets(test) {
        let run = test.run(RunSpec::default()).await;
        let server = Server::new(test);
        let token = server.reader().await;
        for query in ["buckets=201", "buckets=-1", "buckets=many"] {
            let path = format!("/api/v1/runs/{run}/logs/outline?{query}");
            let body = server.get(&path).token(&token).send().await.failure(400, "validation_error");
            assert!(body["details"]["fields"]["buckets"].is_string(), "{body}");
        }
    }
}
