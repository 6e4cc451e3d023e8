//! HTTP semantics: conditional requests, HEAD, bodies and other origins.

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

use crate::server::{Server, TestResponse, http};

each_backend! {
    async fn a_matching_etag_is_304(test) {
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

    async fn head_is_get_without_a_body(test) {
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
            let request = |method| {
                let call = server.call(method, &path).token(&token).header("x-request-id", "same");
                headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send()
            };
            let (get, head) = (request(Method::GET).await, request(Method::HEAD).await);
            assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
            let without_count = |response: &TestResponse| {
                let mut headers = response.headers.clone();
                headers.remove("x-ratelimit-remaining");
                headers
            };
            assert_eq!(without_count(&head), without_count(&get), "{path}");
            if !get.headers.contains_key("content-encoding") && get.status != StatusCode::NOT_MODIFIED {
                assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
            }
            let remaining = |response: &TestResponse| response.header("x-ratelimit-remaining").parse::<u32>().expect("a number");
            assert_eq!(remaining(&head) + 1, remaining(&get), "a HEAD counts as a read");
        }
    }
}

async fn server() -> Server {
    Server::new(TestPlatform::new(Backend::Sqlite).await)
}

#[tokio::test]
async fn each_encoding_has_its_own_strong_etag() {
    let server = server().await;
    let request = || server.get("/api/v1/openapi.json");
    let plain = request().send().await;
    let stem = plain.header("etag").trim_end_matches('"').to_owned();
    for encoding in ["br", "gzip"] {
        let packed = request().header("accept-encoding", encoding).send().await;
        assert_eq!(packed.header("content-encoding"), encoding);
        assert!(packed.body.len() < plain.body.len() / 5);
        let tag = packed.header("etag").to_owned();
        assert_eq!(tag, format!("{stem}-{encoding}\""));
        for (known, accepted) in [
            (&tag, encoding),
            (&tag, "identity"),
            (&format!("{stem}\""), encoding),
        ] {
            let again = request()
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
async fn an_etag_depends_on_the_scopes_of_the_caller() {
    let server = server().await;
    let (reader, writer) = (
        server.reader().await,
        server.token("user", &[Scope::RunsRead]).await,
    );
    let request = |token: &str| server.get("/api/v1/runs").token(token);
    let (mine, other_token) = (request(&reader).send().await, request(&writer).send().await);
    assert_eq!(mine.body, other_token.body);
    assert_ne!(mine.header("etag"), other_token.header("etag"));
    request(&writer)
        .header("if-none-match", mine.header("etag"))
        .send()
        .await
        .ok();
}

#[tokio::test]
async fn a_body_that_is_too_long_is_a_validation_error() {
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

fn preflight(server: &Server, origin: &str) -> impl Future<Output = TestResponse> {
    let call = server
        .call(Method::OPTIONS, "/api/v1/runs")
        .header("origin", origin);
    call.header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization")
        .send()
}

async fn server_open_to(origins: CorsOrigins) -> Server {
    let http = HttpConfig {
        cors_origins: origins,
        ..http()
    };
    Server::with(TestPlatform::new(Backend::Sqlite).await, http, Default::default())
}

#[tokio::test]
async fn other_origins_get_no_cors_headers_by_default() {
    let server = server().await;
    let origin = "https://dashboard.example.org";
    preflight(&server, origin)
        .await
        .failure(405, "method_not_allowed");
    let response = server
        .get("/api/v1/system/health")
        .header("origin", origin)
        .send()
        .await;
    assert!(
        !response
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control")),
        "{:?}",
        response.headers
    );
    let request = server
        .post("/api/v1/auth/tokens")
        .header("origin", origin)
        .header("sec-fetch-site", "cross-site");
    request.json(&json!({})).send().await.failure(403, "forbidden");
}

#[tokio::test]
async fn configured_origins_may_use_tokens_but_not_cookies() {
    let origin = "https://dashboard.example.org";
    let server = server_open_to(CorsOrigins::List(vec![origin.parse().expect("an origin")])).await;
    let token = server.reader().await;
    let response = preflight(&server, origin).await;
    assert_eq!((response.status, response.body.len()), (StatusCode::OK, 0));
    assert_eq!(response.header("access-control-allow-origin"), origin);
    assert!(
        response
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    assert_eq!(
        response.header("x-ratelimit-remaining"),
        "120",
        "preflight requests consume no quota"
    );
    assert_eq!(
        preflight(&server, "https://evil.example.org")
            .await
            .header("access-control-allow-origin"),
        ""
    );
    let runs = || server.get("/api/v1/runs").header("origin", origin);
    for response in [
        runs().token(&token).send().await,
        runs().token(&token).header("if-none-match", "*").send().await,
        runs().send().await,
    ] {
        assert_eq!(
            response.header("access-control-allow-origin"),
            origin,
            "{}",
            response.status
        );
        assert_eq!(response.header("access-control-allow-credentials"), "");
        for name in ["x-ratelimit-remaining", "etag", "x-request-id", "retry-after"] {
            assert!(
                response.header("access-control-expose-headers").contains(name),
                "{name}"
            );
        }
        let vary = response
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
    let request = || {
        server
            .post("/api/v1/auth/tokens")
            .header("origin", origin)
            .header("sec-fetch-site", "cross-site")
            .json(&json!({}))
    };
    request().send().await.failure(400, "validation_error");
    request()
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
        "CORS applies to the API only"
    );
}

#[tokio::test]
async fn any_origin_is_allowed_if_configured() {
    let server = server_open_to(CorsOrigins::Any).await;
    assert_eq!(
        preflight(&server, "https://any.example.org")
            .await
            .header("access-control-allow-origin"),
        "*"
    );
}

each_backend! {
    async fn cached_responses_depend_on_the_database_and_the_scopes(test) {
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
