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
    async fn the_file_is_sent_as_it_lies_whole_or_in_parts(test) {
        let run = test.run(RunSpec::default()).await;
        test.platform.files().put(&FileKey::log(run), LOG).await.expect("a log");
        let server = Server::new(test);
        let token = server.reader().await;
        let path = format!("/api/v1/runs/{run}/logs/raw");
        let ask = || server.get(&path).token(&token);
        let whole = ask().header("accept-encoding", "gzip, br").send().await;
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

        let part = ask().header("range", "bytes=5-9").send().await;
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
            let call = ask().header("range", range);
            let answer = if if_range.is_empty() { call } else { call.header("if-range", if_range) }.send().await;
            assert_eq!(answer.text(), expected, "{range} {if_range}");
            assert_eq!(answer.status == StatusCode::PARTIAL_CONTENT, expected != LOG, "{range} {if_range}");
        }

        let beyond = ask().header("range", "bytes=9999-").send().await;
        let body = beyond.failure(416, "range_not_satisfiable");
        assert_eq!(body["details"], json!({"run_id": run, "size_bytes": LOG.len()}));
        assert_eq!(beyond.header("content-range"), format!("bytes */{}", LOG.len()));

        for (name, value) in [("if-none-match", tag), ("if-none-match", "*"), ("if-modified-since", modified)] {
            let known = ask().header(name, value).header("range", "bytes=0-1").send().await;
            assert_eq!((known.status, known.body.len(), known.header("etag")), (StatusCode::NOT_MODIFIED, 0, tag), "{name}");
            assert_eq!((known.header("content-type"), known.header("content-length")), ("", ""), "{name}");
        }
        let head = server.call(Method::HEAD, &path).token(&token).send().await;
        assert_eq!((head.status, head.body.len(), head.header("content-length")), (StatusCode::OK, 0, &*LOG.len().to_string()));
        assert_eq!((head.header("etag"), head.header("accept-ranges")), (tag, "bytes"));

        server.test.platform.files().put(&FileKey::log(run), "another").await.expect("a log");
        let changed = ask().header("if-none-match", tag).send().await;
        assert_eq!((changed.status, changed.text()), (StatusCode::OK, "another".to_owned()));
        assert_ne!(changed.header("etag"), tag);
    }

    async fn a_log_needs_the_right_to_read_the_system_and_has_to_be_there(test) {
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
            let of_no_run = path.replace(&format!("/{run}/"), "/9317/");
            server.get(&of_no_run).token(&reader).send().await.failure(404, "not_found");
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
async fn what_is_no_utf8_is_said_to_be_windows_1252() {
    let (server, token, path) = with_log(b"caf\xe9\n").await;
    let answer = server.get(&path).token(&token).send().await;
    assert_eq!(
        (answer.header("content-type"), answer.body.as_slice()),
        ("text/plain; charset=windows-1252", &b"caf\xe9\n"[..])
    );
}

#[tokio::test]
async fn an_empty_log_is_an_empty_file() {
    let (server, token, path) = with_log(b"").await;
    for range in ["bytes=0-", "bytes=-1"] {
        let answer = server
            .get(&path)
            .token(&token)
            .header("range", range)
            .send()
            .await;
        assert_eq!(
            (answer.status, answer.body.len(), answer.header("content-length")),
            (StatusCode::OK, 0, "0")
        );
        assert!(answer.header("etag").len() == 34);
    }
}

#[tokio::test]
async fn a_large_file_arrives_piece_by_piece_and_one_that_is_cut_meanwhile_ends_short() {
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
    let (mut pieces, mut bytes) = (0, 0);
    while let Some(piece) = rest.next().await {
        let piece = piece.expect("a piece");
        assert!(piece.len() <= 1 << 20, "{}", piece.len());
        (pieces, bytes) = (pieces + 1, bytes + piece.len());
    }
    assert!(pieces > 4 && bytes == line.len() * 200_000, "{pieces} {bytes}");

    let (_, mut rest) = server.get(&path).token(&token).open().await;
    rest.next().await.expect("a piece").expect("a piece");
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(root.path().join(format!("LogFiles/{run}.txt")))
        .expect("opened");
    file.set_len(3 << 20).expect("cut");
    let (mut bytes, mut is_broken) = (0, false);
    while let Some(piece) = rest.next().await {
        is_broken |= piece.is_err();
        bytes += piece.map_or(0, |piece| piece.len());
        if is_broken {
            break;
        }
    }
    assert!(is_broken && bytes <= 3 << 20, "{bytes}");
}
