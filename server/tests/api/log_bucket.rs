//! /api/v1/runs/{run_id}/logs and what lies below, where the log lies in a bucket.

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
async fn a_log_in_a_bucket_is_read_as_one_on_the_disk() {
    let Some(bucket) = Bucket::from_env() else { return };
    let root = tempfile::tempdir().expect("a directory");
    let test = platform(bucket.add_to(Files::none().with_local(root.path())), false).await;
    let run = test.run(RunSpec::default()).await;
    bucket.put(&FileKey::log(run).to_string(), LOG).await;
    let server = Server::new(test);
    let token = server.reader().await;
    let ask = |rest: &str| {
        server
            .get(&format!("/api/v1/runs/{run}/logs{rest}"))
            .token(&token)
    };

    let page = ask("?contains=error").send().await.ok();
    assert_eq!(page["data"].as_array().map(Vec::len), Some(3));
    let outline = ask("/outline").send().await.ok();
    assert_eq!(
        (&outline["store"], &outline["lines"], &outline["first_error_line"]),
        (&json!("gcs"), &json!(5), &json!(2))
    );
    let found = ask("/search?contains=error&limit=1&direction=backward")
        .send()
        .await
        .ok();
    assert_eq!(
        (&found["matches"], &found["data"][0]["line"]["line"]),
        (&json!(3), &json!(5))
    );
    let whole = ask("/raw").send().await;
    assert_eq!((whole.status, whole.text()), (StatusCode::OK, LOG.to_owned()));
    let part = ask("/raw")
        .header("range", "bytes=5-9")
        .header("if-range", whole.header("etag"))
        .send()
        .await;
    assert_eq!(
        (part.status, part.text()),
        (StatusCode::PARTIAL_CONTENT, LOG[5..10].to_owned())
    );
    let known = ask("/raw")
        .header("if-none-match", whole.header("etag"))
        .send()
        .await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);

    // What lies on the disk too is read there.
    server
        .test
        .platform
        .files()
        .put(&FileKey::log(run), "local\n")
        .await
        .expect("written");
    assert_eq!(ask("/outline").send().await.ok()["store"], "local");
    assert_eq!(ask("/search?contains=error").send().await.ok()["matches"], 0);
    assert_eq!(ask("/raw").send().await.text(), "local\n");

    let redirecting = Server::new(platform(bucket.add_to(Files::none().with_local(root.path())), true).await);
    assert_eq!(redirecting.test.run(RunSpec::default()).await, run);
    let token = redirecting.reader().await;
    let ask = || {
        redirecting
            .get(&format!("/api/v1/runs/{run}/logs/raw"))
            .token(&token)
    };
    assert_eq!(
        ask().send().await.text(),
        "local\n",
        "there is no address to lead to"
    );
    std::fs::remove_file(root.path().join(FileKey::log(run).to_string())).expect("removed");
    let answer = ask().send().await;
    assert_eq!(
        (answer.status, answer.header("cache-control"), answer.body.len()),
        (StatusCode::TEMPORARY_REDIRECT, "no-store", 0)
    );
    let address = answer.header("location");
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
