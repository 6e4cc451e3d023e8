//! HTTP as it should be: validators, HEAD, bodies, other origins.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use runlens_api_types::auth::Scope;
use runlens_domain::{
    each_backend,
    testing::{Backend, RunSpec, TestPlatform},
};
use runlens_server::config::{CorsOrigins, HttpConfig};
use serde_json::json;

use crate::server::{Answer, Server, http};

each_backend! {
    async fn a_known_answer_is_not_sent_again(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        let runs = || server.get("/api/v1/runs").token(&token);
        let first = runs().send().await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
        for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let again = runs().header("if-none-match", &known).send().await;
            assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            assert_eq!(again.header("etag"), tag);
            assert_eq!((again.header("content-type"), again.header("content-length")), ("", ""));
            for name in ["cache-control", "vary", "x-ratelimit-limit", "x-request-id"] {
                assert_ne!(again.header(name), "", "{name}");
            }
        }
        server.test.run(RunSpec::default()).await;
        let changed = runs().header("if-none-match", &tag).send().await;
        changed.ok();
        assert_ne!(changed.header("etag"), tag);
        assert_eq!(server.get("/api/v1/runs/9").token(&token).header("if-none-match", "*").send().await.status, StatusCode::NOT_FOUND);
        assert_eq!(server.post("/api/v1/runs").token(&token).header("if-none-match", "*").send().await.status, StatusCode::METHOD_NOT_ALLOWED);
    }

    async fn a_head_is_a_get_without_its_body(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        let run = server.test.run(RunSpec::default()).await;
        for (path, headers) in [
            ("/api/v1/runs", &[][..]),
            ("/api/v1/runs/RUN", &[]),
            ("/api/v1/runs/RUN/samples", &[("if-none-match", "*")]),
            ("/api/v1/runs/x", &[]),
            ("/api/v1/runs/9317", &[]),
            ("/api/v1/nope", &[]),
            ("/api/v1/", &[]),
            ("/api/v1/auth/tokens", &[]),
            ("/api/v1/openapi.json", &[("accept-encoding", "br")]),
        ] {
            let path = path.replace("RUN", &run.to_string());
            let ask = |method| {
                let call = server.call(method, &path).token(&token).header("x-request-id", "same");
                headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send()
            };
            let (get, head) = (ask(Method::GET).await, ask(Method::HEAD).await);
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
            let without_count = |answer: &Answer| {
                let mut headers = answer.headers.clone();
                headers.remove("x-ratelimit-remaining");
                headers
            };
            assert_eq!(without_count(&head), without_count(&get), "{path}");
            if !get.headers.contains_key("content-encoding") && get.status != StatusCode::NOT_MODIFIED {
                assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
            }
            let remaining = |answer: &Answer| answer.header("x-ratelimit-remaining").parse::<u32>().expect("a number");
            assert_eq!(remaining(&head) + 1, remaining(&get), "a HEAD counts as a read");
        }
    }
}

async fn server() -> Server {
    Server::new(TestPlatform::new(Backend::Sqlite).await)
}

#[tokio::test]
async fn each_encoding_has_a_strong_tag_of_its_own_and_each_is_known() {
    let server = server().await;
    let ask = || server.get("/api/v1/openapi.json");
    let plain = ask().send().await;
    let stem = plain.header("etag").trim_end_matches('"').to_owned();
    for encoding in ["br", "gzip"] {
        let packed = ask().header("accept-encoding", encoding).send().await;
        assert_eq!(packed.header("content-encoding"), encoding);
        assert!(packed.body.len() < plain.body.len() / 5);
        let tag = packed.header("etag").to_owned();
        assert_eq!(tag, format!("{stem}-{encoding}\""));
        for (known, accepted) in [
            (&tag, encoding),
            (&tag, "identity"),
            (&format!("{stem}\""), encoding),
        ] {
            let again = ask()
                .header("accept-encoding", accepted)
                .header("if-none-match", known)
                .send()
                .await;
            assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
            assert_eq!(
                (again.header("etag"), again.header("content-encoding")),
                (known.as_str(), "")
            );
        }
    }
}

#[tokio::test]
async fn a_tag_is_bound_to_the_rights_of_its_caller() {
    let server = server().await;
    let (reader, writer) = (
        server.reader().await,
        server.token("user", &[Scope::RunsRead]).await,
    );
    let ask = |token: &str| server.get("/api/v1/runs").token(token);
    let (mine, theirs) = (ask(&reader).send().await, ask(&writer).send().await);
    assert_eq!(mine.body, theirs.body);
    assert_ne!(mine.header("etag"), theirs.header("etag"));
    ask(&writer)
        .header("if-none-match", mine.header("etag"))
        .send()
        .await
        .ok();
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_in_json() {
    let server = server().await;
    let post = || {
        server
            .post("/api/v1/auth/tokens")
            .header("content-type", "application/json")
    };
    let long = format!("{{\"email\":\"{}\"}}", "x".repeat(70_000));
    let chunks = long
        .as_bytes()
        .chunks(1000)
        .map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec()))
        .collect::<Vec<_>>();
    let chunked = Body::from_stream(futures::stream::iter(chunks));
    for call in [
        post().body(long.clone()),
        post().header("content-length", "70012").body(long.clone()),
        post().body(chunked),
    ] {
        let body = call.send().await.failure(400, "validation_error");
        assert_eq!(
            body["details"]["fields"],
            json!({"body": "must have at most 65536 bytes"})
        );
    }
    let not_utf8 = post()
        .body(b"{\"email\":\"\xff\"}".to_vec())
        .send()
        .await
        .failure(400, "validation_error");
    assert!(not_utf8["details"]["fields"].is_object(), "{not_utf8}");
}

fn preflight(server: &Server, origin: &str) -> impl Future<Output = Answer> {
    let call = server
        .call(Method::OPTIONS, "/api/v1/runs")
        .header("origin", origin);
    call.header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization")
        .send()
}

async fn open_to(origins: CorsOrigins) -> Server {
    let http = HttpConfig {
        cors_origins: origins,
        ..http()
    };
    Server::with(TestPlatform::new(Backend::Sqlite).await, http, Default::default())
}

#[tokio::test]
async fn other_origins_are_told_nothing_unless_configured() {
    let server = server().await;
    let origin = "https://dashboard.example.org";
    preflight(&server, origin)
        .await
        .failure(405, "method_not_allowed");
    let answer = server
        .get("/api/v1/system/health")
        .header("origin", origin)
        .send()
        .await;
    assert!(
        !answer
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control")),
        "{:?}",
        answer.headers
    );
    let ask = server
        .post("/api/v1/auth/tokens")
        .header("origin", origin)
        .header("sec-fetch-site", "cross-site");
    ask.json(&json!({})).send().await.failure(403, "forbidden");
}

#[tokio::test]
async fn origins_that_are_named_may_ask_with_tokens_and_never_with_cookies() {
    let origin = "https://dashboard.example.org";
    let server = open_to(CorsOrigins::List(vec![origin.parse().expect("an origin")])).await;
    let token = server.reader().await;
    let answer = preflight(&server, origin).await;
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
    assert_eq!(answer.header("access-control-allow-origin"), origin);
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    assert_eq!(
        answer.header("x-ratelimit-remaining"),
        "120",
        "asking for leave is free"
    );
    assert_eq!(
        preflight(&server, "https://evil.example.org")
            .await
            .header("access-control-allow-origin"),
        ""
    );
    let runs = || server.get("/api/v1/runs").header("origin", origin);
    for answer in [
        runs().token(&token).send().await,
        runs().token(&token).header("if-none-match", "*").send().await,
        runs().send().await,
    ] {
        assert_eq!(
            answer.header("access-control-allow-origin"),
            origin,
            "{}",
            answer.status
        );
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        for name in ["x-ratelimit-remaining", "etag", "x-request-id", "retry-after"] {
            assert!(
                answer.header("access-control-expose-headers").contains(name),
                "{name}"
            );
        }
        let vary = answer
            .headers
            .get_all("vary")
            .iter()
            .map(|value| value.to_str().expect("text"))
            .collect::<Vec<_>>()
            .join(", ");
        assert!(
            vary.contains("Authorization") && vary.contains("origin"),
            "{vary}"
        );
    }
    let ask = || {
        server
            .post("/api/v1/auth/tokens")
            .header("origin", origin)
            .header("sec-fetch-site", "cross-site")
            .json(&json!({}))
    };
    ask().send().await.failure(400, "validation_error");
    ask()
        .header("cookie", "runlens_visitor=x")
        .send()
        .await
        .failure(403, "forbidden");
    assert_eq!(
        server
            .get("/runs")
            .header("origin", origin)
            .send()
            .await
            .header("access-control-allow-origin"),
        "",
        "only the API"
    );
}

#[tokio::test]
async fn every_origin_may_ask_where_that_is_configured() {
    let server = open_to(CorsOrigins::Any).await;
    assert_eq!(
        preflight(&server, "https://any.example.org")
            .await
            .header("access-control-allow-origin"),
        "*"
    );
}

each_backend! {
    async fn an_answer_is_kept_for_one_state_of_the_database_and_one_set_of_rights(test) {
        let run = test.run(RunSpec::default()).await;
        test.progress(run, "canceled", 0, "Worker died\n  at run.py:1").await;
        let server = Server::new(test);
        let (contributor, tester) = (server.reader().await, server.token("tester", &[Scope::SystemRead]).await);
        let path = format!("/api/v1/runs/{run}/infrastructure-errors?include_stack=true");
        for _ in 0..2 {
            assert!(server.get(&path).token(&contributor).send().await.ok()["data"][0]["stack"].is_array());
            server.get(&path).token(&tester).send().await.failure(403, "forbidden");
        }
        server.test.progress(run, "canceled", 1, "Duplicate Entries").await;
        assert_eq!(server.get(&path).token(&contributor).send().await.ok()["pagination"]["total"], 2);
        server.test.sql("UPDATE api_token SET revoked_at = '2026-06-27 12:00:00'").await;
        server.get(&path).token(&contributor).send().await.failure(401, "unauthorized");
    }
}
