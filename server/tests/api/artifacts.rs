//! /api/v1/runs/{run_id}/artifacts

use std::path::Path;

use runlens_api_types::auth::Scope;
use runlens_domain::{
    each_backend,
    files::{FileKey, Files},
    testing::{Backend, RunSpec, TestPlatform},
};
use serde_json::{Value, json};

use crate::server::Server;

async fn put(test: &TestPlatform, run: i32, name: &str) {
    let key = FileKey::artifact(run, name).expect("a name");
    test.platform
        .files()
        .put(&key, name.to_owned())
        .await
        .expect("written");
}

each_backend! {
    async fn artifacts_of_a_run_are_listed(test) {
        let linux = test.run(RunSpec::default()).await;
        let windows = test.run(RunSpec { platform: "windows", ..RunSpec::default() }).await;
        for name in ["ccextractor", "combined_stdout.log", "coredump", "trace.json", "a name with? <signs>#.bin"] {
            put(&test, linux, name).await;
        }
        put(&test, windows + 9, "coredump").await;
        let server = Server::new(test);
        let token = server.reader().await;
        let get = async |run: i32, query: &str| server.get(&format!("/api/v1/runs/{run}/artifacts{query}")).token(&token).send().await.ok();
        insta::assert_json_snapshot!("artifacts", get(linux, "").await);
        insta::assert_json_snapshot!("artifacts_missing", get(windows, "").await);
        let page = get(linux, "?limit=1&offset=2").await;
        assert_eq!(page["data"][0]["filename"], "a name with? <signs>#.bin");
        assert_eq!(page["pagination"], json!({"limit": 1, "offset": 2, "total": 5, "next_offset": 3}));
        let run = server.get(&format!("/api/v1/runs/{linux}")).token(&token).send().await.ok();
        let link = run["links"]["artifacts"].as_str().and_then(|link| link.strip_prefix("http://127.0.0.1:3000")).expect("a link");
        assert_eq!(server.get(link).token(&token).send().await.ok()["pagination"]["total"], 5);
    }

    async fn artifacts_require_results_read(test) {
        let run = test.run(RunSpec::default()).await;
        let server = Server::new(test);
        let token = server.token("tester", &[Scope::RunsRead, Scope::SystemRead]).await;
        server.get(&format!("/api/v1/runs/{run}/artifacts")).token(&token).send().await.failure(403, "forbidden");
    }
}

fn write(root: &Path, run: i32, name: &str) {
    let directory = root.join(format!("test_artifacts/{run}"));
    std::fs::create_dir_all(&directory).expect("a directory");
    std::fs::write(directory.join(name), "text").expect("written");
}

#[tokio::test]
async fn an_artifact_missing_from_one_store_is_degraded_and_failing_stores_are_503() {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let run = test.run(RunSpec::default()).await;
    let (first, second) = (
        tempfile::tempdir().expect("a directory"),
        tempfile::tempdir().expect("a directory"),
    );
    write(first.path(), run, "ccextractor");
    write(second.path(), run, "ccextractor");
    write(second.path(), run, "combined_stdout.log");
    let server =
        Server::new(test.with_files(Files::none().with_local(first.path()).with_local(second.path())));
    let token = server.reader().await;
    let path = format!("/api/v1/runs/{run}/artifacts");
    let statuses = async || {
        let page = server.get(&path).token(&token).send().await.ok();
        page["data"]
            .as_array()
            .expect("files")
            .iter()
            .map(|file| file["storage_status"].clone())
            .collect::<Vec<Value>>()
    };
    assert_eq!(statuses().await, ["ok", "degraded"]);
    // A file in place of the directory makes the store fail.
    std::fs::remove_dir_all(first.path().join("test_artifacts")).expect("removed");
    std::fs::write(first.path().join("test_artifacts"), "").expect("written");
    assert_eq!(statuses().await, ["degraded", "degraded"]);
    std::fs::remove_dir_all(second.path().join("test_artifacts")).expect("removed");
    assert_eq!(statuses().await, ["degraded", "degraded"]);
    std::fs::write(second.path().join("test_artifacts"), "").expect("written");
    server
        .get(&path)
        .token(&token)
        .send()
        .await
        .failure(503, "unavailable");
}

#[tokio::test]
async fn invalid_file_names_are_skipped() {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let run = test.run(RunSpec::default()).await;
    let root = tempfile::tempdir().expect("a directory");
    let invalid = [
        "a..b",
        "back\\slash",
        "<script>alert(1)<_script>",
        "%2e%2e",
        "trace #1?.log",
    ];
    for name in invalid.iter().chain(&["ccextractor", "combined_stdout.log"]) {
        write(root.path(), run, name);
    }
    std::fs::create_dir_all(root.path().join(format!("test_artifacts/{run}/deeper"))).expect("a directory");
    write(root.path(), run, "deeper/coredump");
    let server = Server::new(test.with_files(Files::none().with_local(root.path())));
    let token = server.reader().await;
    let names = async || {
        let page = server
            .get(&format!("/api/v1/runs/{run}/artifacts"))
            .token(&token)
            .send()
            .await
            .ok();
        let names = page["data"]
            .as_array()
            .expect("files")
            .iter()
            .filter_map(|file| file["filename"].as_str().map(str::to_owned));
        names.collect::<Vec<String>>()
    };
    assert_eq!(
        names().await,
        [
            "ccextractor",
            "combined_stdout.log",
            "%2e%2e",
            "<script>alert(1)<_script>",
            "trace #1?.log"
        ]
    );
    write(root.path(), run, "coredump");
    // Such a name ends the listing; well-known artifacts are still found.
    for name in ["a\nb", "\u{1b}[31mred"] {
        write(root.path(), run, name);
    }
    let found = names().await;
    assert!(
        ["ccextractor", "combined_stdout.log", "coredump"]
            .iter()
            .all(|name| found.iter().any(|found| found == name)),
        "{found:?}"
    );
}
