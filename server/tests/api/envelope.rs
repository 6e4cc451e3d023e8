//! Properties of all responses: error bodies, validation errors, security headers and request IDs.

use axum::http::Method;
use runlens_domain::{each_backend, testing::RunSpec};
use serde_json::json;

use crate::server::{Server, http};

each_backend! {
    async fn every_error_is_json(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        for path in ["/api/v1", "/api/v1/", "/api/v1/nope", "/api/v1/runs/", "/api/v1/runs/1/nope", "/api/v1/%ff", "/api/v1//runs", "/api/v1/runs//1", "/api/v1/system/health/"] {
            let body = server.get(path).token(&token).send().await.failure(404, "not_found");
            assert_eq!(body["details"]["path"], path);
        }
        for method in [Method::POST, Method::DELETE, Method::PUT, Method::PATCH, Method::OPTIONS, Method::TRACE] {
            let response = server.call(method, "/api/v1/runs").token(&token).send().await;
            response.failure(405, "method_not_allowed");
            assert_eq!(response.header("allow"), "GET,HEAD");
        }
        let body = server.get("/api/v1/runs/9317").token(&token).send().await.failure(404, "not_found");
        assert_eq!(body, json!({"code": "not_found", "message": "Run 9317 not found.", "details": {"resource": "run", "id": 9317}}));
    }

    async fn an_invalid_id_is_named(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        for id in ["0", "-1", "2147483648", "abc", "1.5", "+1", "%31x", "99999999999999999999", "%ff"] {
            let body = server.get(&format!("/api/v1/runs/{id}")).token(&token).send().await.failure(400, "validation_error");
            assert!(body["details"]["fields"]["run_id"].is_string(), "{id}: {body}");
        }
        let body = server.get("/api/v1/runs/x/samples/0").token(&token).send().await.failure(400, "validation_error");
        assert_eq!(body["details"]["fields"].as_object().map(serde_json::Map::len), Some(2));
    }

    async fn parameters_are_validated_strictly_and_unknown_ones_ignored(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        let run = server.test.run(RunSpec::default()).await;
        let run = format!("/api/v1/runs/{run}");
        for (path, fields) in [
            ("/api/v1/runs?limit=0&offset=-1&status=lost&platform=unknown", &["limit", "offset", "platform", "status"][..]),
            ("/api/v1/runs?commit_sha=abc&repository=a&pull_request=0&created_after=now&sort=name&include=all", &["commit_sha", "created_after", "include", "pull_request", "repository", "sort"]),
            ("/api/v1/runs?commit=abc&q=&test_type=x&reference=1&include=summary,", &["commit", "include", "q", "reference", "test_type"]),
            ("RUN/progress?limit=101&status=x", &["limit", "status"]),
            ("RUN/samples?status=x&category=", &["category", "status"]),
            ("RUN/categories?limit=x", &["limit"]),
            ("RUN/errors?type=x&severity=x&sample_id=0&regression_id=x", &["regression_id", "sample_id", "severity", "type"]),
            ("RUN/error-summary?group_by=x&severity=x", &["group_by", "severity"]),
            ("RUN/infrastructure-errors?type=x&severity=x&include_stack=1", &["include_stack", "severity", "type"]),
            ("RUN/logs?level=x&source=x&limit=0&direction=up&contains=", &["contains", "direction", "level", "limit", "source"]),
            ("RUN/logs?cursor=a&offset=1", &["offset"]),
            ("/api/v1/runs?branch=%ff&limit=%zz&x=%c3%28", &["branch", "limit", "x"]),
            ("RUN/logs?contains=100%", &["contains"]),
            ("/api/v1/samples?extension=&contains=&limit=x", &["contains", "extension", "limit"]),
            ("/api/v1/samples/x/history?status=x", &["sample_id"]),
            ("/api/v1/samples/1/history?status=x&platform=x&branch=&regression_test_id=0", &["branch", "platform", "regression_test_id", "status"]),
            ("/api/v1/regression-tests?active=1&category=&sample_id=x&contains=LONG", &["active", "category", "contains", "sample_id"]),
            ("/api/v1/regression-tests/0", &["regression_test_id"]),
            ("/api/v1/regression-tests/1/history?status=queued&offset=x", &["offset", "status"]),
            ("/api/v1/categories?limit=0", &["limit"]),
            ("/api/v1/system/queue?platform=bsd&limit=0", &["limit", "platform"]),
        ] {
            let body = server.get(&path.replace("RUN", &run).replace("LONG", &"x".repeat(101))).token(&token).send().await.failure(400, "validation_error");
            let named: Vec<_> = body["details"]["fields"].as_object().expect("fields").keys().collect();
            assert_eq!(named, fields, "{path}: {body}");
        }
        server.get("/api/v1/runs?utm_source=mail&limit=1").token(&token).send().await.ok();
    }

    async fn every_response_has_security_headers(test) {
        let server = Server::with(test, runlens_server::config::HttpConfig { public_url: "https://runlens.example.org".to_owned(), ..http() }, Default::default());
        for path in ["/api/v1/system/health", "/api/v1/runs", "/api/v1/nope"] {
            let response = server.get(path).send().await;
            assert_eq!(response.header("x-content-type-options"), "nosniff");
            assert_eq!(response.header("referrer-policy"), "same-origin");
            assert_eq!(response.header("strict-transport-security"), "max-age=31536000");
            assert_eq!(response.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
            assert_eq!(response.header("cache-control"), "private, no-cache");
            assert_eq!(response.header("vary"), "Authorization, Cookie, Accept-Encoding");
        }
        for path in ["/api/v1/nope", "/runs", "/pkg/nope.js", "/test/5"] {
            let response = server.get(path).send().await;
            assert_eq!(response.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(response.header("cross-origin-opener-policy"), "same-origin", "{path}");
            assert_eq!(response.header("cross-origin-resource-policy"), "same-origin", "{path}");
            assert_ne!(response.header("permissions-policy"), "", "{path}");
            assert_ne!(response.header("content-security-policy"), "", "{path}");
            assert_eq!(response.header("strict-transport-security"), "max-age=31536000", "{path}");
        }
    }

    async fn a_valid_request_id_is_kept(test) {
        let server = Server::new(test);
        let named = server.get("/api/v1/nope").header("x-request-id", "job-17/3").send().await;
        assert_eq!(named.header("x-request-id"), "job-17/3");
        let renamed = server.get("/api/v1/nope").header("x-request-id", "a b").send().await;
        assert_eq!(renamed.header("x-request-id").len(), 32);
    }

    async fn an_internal_error_reveals_no_internals(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        server.test.sql("ALTER TABLE test_progress RENAME TO gone").await;
        let response = server.get("/api/v1/runs/1").token(&token).header("x-request-id", "job-17").send().await;
        let body = response.failure(500, "internal_error");
        assert_eq!(body["details"], json!({"request_id": "job-17"}));
        assert!(!response.text().contains("gone") && !response.text().contains("test_progress"), "{body}");
    }
}
