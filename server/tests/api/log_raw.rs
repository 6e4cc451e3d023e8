//! /api/v1/runs/{run_id}/logs/raw

use axum::http::{Method, StatusCode};
use futures::StreamExt as _;
use runlens_domain::{
    each_backend,
    files::{FileKey, Files},
    testing::{Backend, RunSpec, TestPlatform},
};
use serde_json::json;

use crate::{logs::LOG, server::Server};

each_backend! {
    async fn a_raw_log_supports_ranges_and_conditional_requests(test) {
        let run = test.run(RunSpec::default()).await;
        test.platform.files().put(&FileKey::log(run), LOG).await.expect("a log");
        let server = Server::new(test);
        let token = server.reader().await;
        let path = format!("/api/v1/runs/{run}/logs/raw");
        let request = || server.get(&path).token(&token);
        let whole = request().header("accept-encoding", "gzip, br").send().await;
        assert_eq!((whole.status, whole.text()), (StatusCode::OK, LOG.to_owned()));
        for (name, value) in [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-length", &LOG.len().to_string()),
            ("content-encoding", ""),
            ("content-disposition", &format!("attachment; filename=\"runlens-run-{run}.txt\"")),
            ("accept-ranges", "bytes"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "private, no-cache"),
        ] {
            assert_eq!(whole.header(name), value, "{name}");
        }
        let (tag, modified) = (whole.header("etag"), whole.header("last-modified"));
        assert!(tag.starts_with('"') && tag.len() == 34 && modified.ends_with(" GMT"), "{tag} {modified}");

        let part = request().header("range", "bytes=5-9").send().await;
        assert_eq!((part.status, part.text()), (StatusCode::PARTIAL_CONTENT, LOG[5..10].to_owned()));
        assert_eq!((part.header("content-range"), part.header("content-length")), (&*format!("bytes 5-9/{}", LOG.len()), "5"));
        assert_eq!((part.header("etag"), part.header("content-type")), (tag, "text/plain; charset=utf-8"));
        for (range, if_range, expected) in [
            ("bytes=-4", "", &LOG[LOG.len() - 4..]),
            ("bytes=3-", tag, &LOG[3..]),
            ("bytes=3-", "\"another\"", LOG),
            ("bytes=3-", modified, LOG),
            ("bytes=0-1,3-4", "", LOG),
            ("lines=1-2", "", LOG),
        ] {
            let call = request().header("range", range);
            let response = if if_range.is_empty() { call } else { call.header("if-range", if_range) }.send().await;
            assert_eq!(response.text(), expected, "{range} {if_range}");
            assert_eq!(response.status == StatusCode::PARTIAL_CONTENT, expected != LOG, "{range} {if_range}");
        }

        let beyond = request().header("range", "bytes=9999-").send().await;
        let body = beyond.failure(416, "range_not_satisfiable");
        assert_eq!(body["details"], json!({"run_id": run, "size_bytes": LOG.len()}));
        assert_eq!(beyond.header("content-range"), format!("bytes */{}", LOG.len()));

        for (name, value) in [("if-none-match", tag), ("if-none-match", "*"), ("if-modified-since", modified)] {
            let known = request().header(name, value).header("range", "bytes=0-1").send().await;
            assert_eq!((known.status, known.body.len(), known.header("etag")), (StatusCode::NOT_MODIFIED, 0, tag), "{name}");
            assert_eq!((known.header("content-type"), known.header("content-length")), ("", ""), "{name}");
        }
        let head = server.call(Method::HEAD, &path).token(&token).send().await;
        assert_eq!((head.status, head.body.len(), head.header("content-length")), (StatusCode::OK, 0, &*LOG.len().to_string()));
        assert_eq!((head.header("etag"), head.header("accept-ranges")), (tag, "bytes"));

        server.test.platform.files().put(&FileKey::log(run), "another").await.expect("a log");
        let changed = request().header("if-none-match", tag).send().await;
        assert_eq!((changed.status, changed.text()), (StatusCode::OK, "another".to_owned()));
        assert_ne!(changed.header("etag"), tag);
    }

    async fn a_log_requires_system_read_and_must_exist(test) {
        let run = test.run(RunSpec::default()).await;
        let server = Server::new(test);
        let token = server.token("tester", &[runlens_api_types::auth::Scope::RunsRead, runlens_api_types::auth::Scope::ResultsRead]).await;
        let reader = server.reader().await;
        for path in ["", "/outline", "/search?contains=x", "/raw"] {
            let path = format!("/api/v1/runs/{run}/logs{path}");
            server.get(&path).send().await.failure(401, "unauthorized");
            let body = server.get(&path).token(&token).send().await.failure(403, "forbidden");
            assert_eq!(body["details"]["required_scope"], "system:read", "{path}");
            let body = server.get(&path).token(&reader).send().await.failure(404, "log_not_found");
            assert_eq!(body["details"], json!({"run_id": run, "checked": ["local", "gcs"]}), "{path}");
            let unknown_run = path.replace(&format!("/{run}/"), "/9317/");
            server.get(&unknown_run).token(&reader).send().await.failure(404, "not_found");
        }
    }
}

async fn with_log(content: &[u8]) -> (Server, String, String) {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let run = test.run(RunSpec::default()).await;
    test.platform
        .files()
        .put(&FileKey::log(run), content.to_vec())
        .await
        .expect("a log");
    let server = Server::new(test);
    let token = server.reader().await;
    (server, token, format!("/api/v1/runs/{run}/logs/raw"))
}

#[tokio::test]
async fn a_log_that_is_not_utf8_is_declared_windows_1252() {
    let (server, token, path) = with_log(b"caf\xe9\n").await;
    let response = server.get(&path).token(&token).send().await;
    assert_eq!(
        (response.header("content-type"), response.body.as_slice()),
        ("text/plain; charset=windows-1252", &b"caf\xe9\n"[..])
    );
}

#[tokio::test]
async fn an_empty_log_is_an_empty_body() {
    let (server, token, path) = with_log(b"").await;
    for range in ["bytes=0-", "bytes=-1"] {
        let response = server
            .get(&path)
            .token(&token)
            .header("range", range)
            .send()
            .await;
        assert_eq!(
            (
                response.status,
                response.body.len(),
                response.header("content-length")
            ),
            (StatusCode::OK, 0, "0")
        );
        assert!(response.header("etag").len() == 34);
    }
}

#[tokio::test]
async fn a_large_file_is_streamed_in_chunks_and_a_truncated_one_fails() {
    let (root, test) = (
        tempfile::tempdir().expect("a directory"),
        TestPlatform::new(Backend::Sqlite).await,
    );
    let run = test.run(RunSpec::default()).await;
    let test = test.with_files(Files::none().with_local(root.path()));
    let line = "a line of a log of some megabytes\n";
    test.platform
        .files()
        .put(&FileKey::log(run), line.repeat(200_000))
        .await
        .expect("a log");
    let server = Server::new(test);
    let token = server.reader().await;
    let path = format!("/api/v1/runs/{run}/logs/raw");
    let (first, mut rest) = server.get(&path).token(&token).open().await;
    assert_eq!(first["content-length"], (line.len() * 200_000).to_string());
    let (mut chunks, mut bytes) = (0, 0);
    while let Some(chunk) = rest.next().await {
        let chunk = chunk.expect("a chunk");
        assert!(chunk.len() <= 1 << 20, "{}", chunk.len());
        (chunks, bytes) = (chunks + 1, bytes + chunk.len());
    }
    assert!(chunks > 4 && bytes == line.len() * 200_000, "{chunks} {bytes}");

    let (_, mut rest) = server.get(&path).token(&token).open().await;
    rest.next().await.expect("a chunk").expect("a chunk");
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(root.path().join(format!("LogFiles/{run}.txt")))
        .expect("opened");
    file.set_len(3 << 20).expect("cut");
    let (mut bytes, mut is_broken) = (0, false);
    while let Some(chunk) = rest.next().await {
        is_broken |= chunk.is_err();
        bytes += chunk.map_or(0, |chunk| chunk.len());
        if is_broken {
            break;
        }
    }
    assert!(is_broken && bytes <= 3 << 20, "{bytes}");
}
