//! /api/v1/runs/{run_id}/logs/search

use runlens_domain::{
    each_backend,
    files::FileKey,
    testing::{Backend, RunSpec, TestPlatform},
};
use serde_json::{Value, json};

use crate::{logs::LOG, server::Server};

fn numbers(page: &Value) -> Vec<u64> {
    page["data"]
        .as_array()
        .expect("matches")
        .iter()
        .filter_map(|found| found["number"].as_u64())
        .collect()
}

each_backend! {
    async fn a_search_counts_and_locates_matches(test) {
        let run = test.run(RunSpec::default()).await;
        test.platform.files().put(&FileKey::log(run), LOG).await.expect("a log");
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |query: &str| server.get(&format!("/api/v1/runs/{run}/logs/search?{query}")).token(&token).send().await.ok();
        insta::assert_json_snapshot!("log_search", get("contains=ERROR").await);
        for (query, matches, page) in [
            ("contains=nothing", 0, vec![]),
            ("regex=^.error", 1, vec![1]),
            ("level=error", 2, vec![1, 2]),
            ("source=worker", 1, vec![1]),
            ("contains=error&level=info", 1, vec![1]),
            ("level=error&source=build", 1, vec![1]),
            ("contains=error&limit=0", 3, vec![]),
            ("contains=error&limit=1&direction=backward", 3, vec![3]),
            ("contains=error&from_line=3", 3, vec![2, 3]),
            ("contains=error&from_line=4&direction=backward", 3, vec![1, 2]),
            ("contains=error&from_line=99", 3, vec![]),
            ("contains=error&from_match=2&limit=1", 3, vec![2]),
            ("contains=error&from_match=2&direction=backward", 3, vec![1, 2]),
        ] {
            let found = get(query).await;
            assert_eq!((&found["matches"], numbers(&found)), (&json!(matches), page), "{query}");
            assert_eq!((&found["is_complete"], &found["searched_bytes"]), (&json!(true), &json!(LOG.len())), "{query}");
        }
    }

    async fn an_invalid_search_is_rejected(test) {
        let run = test.run(RunSpec::default()).await;
        test.platform.files().put(&FileKey::log(run), LOG).await.expect("a log");
        let server = Server::new(test);
        let token = server.reader().await;
        let path = format!("/api/v1/runs/{run}/logs/search?regex=err(or");
        let body = server.get(&path).token(&token).send().await.failure(400, "validation_error");
        let error = body["details"]["fields"]["regex"].as_str().expect("an error");
        assert!(error.contains("character 4"), "{error}");
        for (query, field) in [
            ("", "contains"),
            ("limit=5", "contains"),
            ("contains=", "contains"),
            ("contains=a&regex=b", "regex"),
            ("contains=a&from_line=1&from_match=1", "from_match"),
            ("contains=a&cursor=nonsense", "cursor"),
            ("contains=a&limit=101", "limit"),
            ("contains=a&offset=5", "offset"),
        ] {
            let path = format!("/api/v1/runs/{run}/logs/search?{query}");
            let body = server.get(&path).token(&token).send().await.failure(400, "validation_error");
            assert!(body["details"]["fields"][field].is_string(), "{query}: {body}");
        }
    }
}

#[tokio::test]
async fn a_search_across_blocks_is_paged_in_both_directions() {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let run = test.run(RunSpec::default()).await;
    let log: String = (1..=40_000)
        .map(|line| {
            format!(
                "line {line} of a log{}\n",
                if line % 997 == 0 { ", with a Needle" } else { "" }
            )
        })
        .collect();
    test.platform
        .files()
        .put(&FileKey::log(run), log)
        .await
        .expect("a log");
    let server = Server::new(test);
    let token = server.reader().await;
    let get = async |query: &str| {
        server
            .get(&format!("/api/v1/runs/{run}/logs/search?contains=needle{query}"))
            .token(&token)
            .send()
            .await
            .ok()
    };
    let lines = |page: &Value| -> Vec<u64> {
        page["data"]
            .as_array()
            .expect("matches")
            .iter()
            .filter_map(|found| found["line"]["line"].as_u64())
            .collect()
    };
    for direction in ["forward", "backward"] {
        let (mut pages, mut query) = (Vec::new(), format!("&limit=7&direction={direction}"));
        loop {
            let page = get(&query).await;
            assert_eq!(page["matches"], 40);
            pages.push(lines(&page));
            let Some(cursor) = page["pagination"]["next_cursor"].as_str() else {
                break;
            };
            query = format!("&limit=7&direction={direction}&cursor={cursor}");
        }
        if direction == "backward" {
            pages.reverse();
        }
        assert_eq!(
            pages.concat(),
            (1..=40).map(|number| number * 997).collect::<Vec<u64>>(),
            "{direction}"
        );
    }
    let nth = get("&from_match=33&limit=1").await;
    assert_eq!(
        (lines(&nth), &nth["data"][0]["ranges"]),
        (vec![33 * 997], &json!([{"start": 28, "end": 34}]))
    );
}
