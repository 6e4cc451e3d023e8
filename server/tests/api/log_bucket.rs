//! /api/v1/runs/{run_id}/logs and its subpaths, for a log in a bucket.

use axum::http::StatusCode;
use runlens_domain::{
    Settings,
    files::{FileKey, Files},
    testing::{Backend, Bucket, RunSpec, TestPlatform},
};
use serde_json::json;

use crate::{logs::LOG, server::Server};

async fn platform(files: Files, redirect_raw_logs: bool) -> TestPlatform {
    TestPlatform::with(
        Backend::Sqlite,
        Settings {
            redirect_raw_logs,
            ..Settings::default()
        },
    )
    .await
    .with_files(files)
}

#[tokio::test]
async fn a_log_in_a_bucket_is_read_like_a_local_one() {
    let Some(bucket) = Bucket::from_env() else { return };
    let root = tempfile::tempdir().expect("a directory");
    let test = platform(bucket.add_to(Files::none().with_local(root.path())), false).await;
    let run = test.run(RunSpec::default()).await;
    bucket.put(&FileKey::log(run).to_string(), LOG).await;
    let server = Server::new(test);
    let token = server.reader().await;
    let request = |rest: &str| {
        server
            .get(&format!("/api/v1/runs/{run}/logs{rest}"))
            .token(&token)
    };

    let page = request("?contains=error").send().await.ok();
    assert_eq!(page["data"].as_array().map(Vec::len), Some(3));
    let outline = request("/outline").send().await.ok();
    assert_eq!(
        (&outline["store"], &outline["lines"], &outline["first_error_line"]),
        (&json!("gcs"), &json!(5), &json!(2))
    );
    let found = request("/search?contains=error&limit=1&direction=backward")
        .send()
        .await
        .ok();
    assert_eq!(
        (&found["matches"], &found["data"][0]["line"]["line"]),
        (&json!(3), &json!(5))
    );
    let whole = request("/raw").send().await;
    assert_eq!((whole.status, whole.text()), (StatusCode::OK, LOG.to_owned()));
    let part = request("/raw")
        .header("range", "bytes=5-9")
        .header("if-range", whole.header("etag"))
        .send()
        .await;
    assert_eq!(
        (part.status, part.text()),
        (StatusCode::PARTIAL_CONTENT, LOG[5..10].to_owned())
    );
    let known = request("/raw")
        .header("if-none-match", whole.header("etag"))
        .send()
        .await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);

    // A local file takes precedence over the bucket.
    server
        .test
        .platform
        .files()
        .put(&FileKey::log(run), "local\n")
        .await
        .expect("written");
    assert_eq!(request("/outline").send().await.ok()["store"], "local");
    assert_eq!(request("/search?contains=error").send().await.ok()["matches"], 0);
    assert_eq!(request("/raw").send().await.text(), "local\n");

    let redirecting = Server::new(platform(bucket.add_to(Files::none().with_local(root.path())), true).await);
    assert_eq!(redirecting.test.run(RunSpec::default()).await, run);
    let token = redirecting.reader().await;
    let request = || {
        redirecting
            .get(&format!("/api/v1/runs/{run}/logs/raw"))
            .token(&token)
    };
    assert_eq!(
        request().send().await.text(),
        "local\n",
        "a local file has no signed URL"
    );
    std::fs::remove_file(root.path().join(FileKey::log(run).to_string())).expect("removed");
    let response = request().send().await;
    assert_eq!(
        (
            response.status,
            response.header("cache-control"),
            response.body.len()
        ),
        (StatusCode::TEMPORARY_REDIRECT, "no-store", 0)
    );
    let address = response.header("location");
    assert!(
        address.starts_with(&bucket.url) && address.contains("X-Goog-Expires=900"),
        "{address}"
    );
    assert_eq!(bucket.fetch(address).await, LOG);
    redirecting
        .get(&format!("/api/v1/runs/{run}/logs/raw"))
        .send()
        .await
        .failure(401, "unauthorized");
}
