//! Rate limits.

use runlens_domain::{
    each_backend,
    testing::{Backend, START, TestPlatform},
};
use runlens_server::limits::LimitSettings;
use serde_json::json;

use crate::server::{Server, http};

fn small() -> LimitSettings {
    LimitSettings { reads: 3, writes: 2, browser_reads: 9, token_requests: 2, ..LimitSettings::default() }
}

each_backend! {
    async fn a_token_has_so_many_reads_a_minute(test) {
        let server = Server::with(test, http(), small());
        let token = server.reader().await;
        for remaining in ["2", "1", "0"] {
            let answer = server.get("/api/v1/runs").token(&token).send().await;
            answer.ok();
            assert_eq!(answer.header("x-ratelimit-limit"), "3");
            assert_eq!(answer.header("x-ratelimit-remaining"), remaining);
            assert_eq!(answer.header("x-ratelimit-reset"), (START + 60).to_string());
        }
        server.test.advance(20);
        let answer = server.get("/api/v1/runs").token(&token).send().await;
        let body = answer.failure(429, "rate_limited");
        assert_eq!(body, json!({"code": "rate_limited", "message": "Rate limit exceeded. Retry after 40 seconds.",
            "details": {"retry_after": 40, "limit": 3, "window": "60s"}}));
        assert_eq!(answer.header("retry-after"), "40");
        assert_eq!(answer.header("x-ratelimit-remaining"), "0");
        server.get("/api/v1/runs/x").token(&token).send().await.failure(429, "rate_limited");
        server.get("/api/v1/system/health").token(&token).send().await.ok();
        server.test.advance(40);
        server.get("/api/v1/runs").token(&token).send().await.ok();
    }
}

async fn server() -> Server {
    Server::with(TestPlatform::new(Backend::Sqlite).await, http(), small())
}

#[tokio::test]
async fn refusals_are_counted_by_address() {
    let server = server().await;
    for _ in 0..3 {
        server.get("/api/v1/runs").send().await.failure(401, "unauthorized");
    }
    server.get("/api/v1/runs").token("spci_x").send().await.failure(429, "rate_limited");
    server.get("/api/v1/openapi.json").send().await.failure(429, "rate_limited");
    server.get("/api/v1/runs").from([127, 0, 0, 2]).send().await.failure(401, "unauthorized");
    let token = server.reader().await;
    server.get("/api/v1/runs").token(&token).send().await.ok();
}

#[tokio::test]
async fn reads_and_writes_are_counted_apart() {
    let server = server().await;
    for _ in 0..2 {
        server.post("/api/v1/runs").send().await.failure(405, "method_not_allowed");
    }
    server.post("/api/v1/runs").send().await.failure(429, "rate_limited");
    server.get("/api/v1/nope").send().await.failure(404, "not_found");
}

#[tokio::test]
async fn asking_for_tokens_has_a_window_of_its_own() {
    let server = server().await;
    let ask = || server.post("/api/v1/auth/tokens").json(&json!({}));
    ask().send().await.failure(400, "validation_error");
    for _ in 0..3 {
        server.get("/api/v1/auth/tokens").send().await.failure(401, "unauthorized");
        server.post("/api/v1/runs").send().await;
    }
    server.test.advance(600);
    let answer = ask().send().await;
    answer.failure(400, "validation_error");
    assert_eq!((answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")), ("2", "0"));
    let answer = ask().send().await;
    assert_eq!(answer.failure(429, "rate_limited")["details"], json!({"retry_after": 300, "limit": 2, "window": "900s"}));
    server.get("/api/v1/nope").send().await.failure(404, "not_found");
    server.test.advance(300);
    ask().send().await.failure(400, "validation_error");
}

#[tokio::test]
async fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
    let mut http = http();
    http.trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
    let server = Server::with(TestPlatform::new(Backend::Sqlite).await, http, small());
    for client in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"] {
        server.get("/api/v1/nope").from([10, 0, 0, 1]).header("x-forwarded-for", client).send().await.failure(404, "not_found");
    }
    let spoofed = |client| server.get("/api/v1/nope").from([203, 0, 113, 1]).header("x-forwarded-for", client);
    for client in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        spoofed(client).send().await.failure(404, "not_found");
    }
    spoofed("192.0.2.4").send().await.failure(429, "rate_limited");
}

#[tokio::test]
async fn of_many_at_once_exactly_the_limit_is_answered() {
    let server = server().await;
    let calls = (0..50).map(|_| server.get("/api/v1/nope").send());
    let statuses: Vec<_> = futures::future::join_all(calls).await.into_iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 3, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 47, "{statuses:?}");
}

#[tokio::test]
async fn without_limits_nobody_is_refused() {
    let limits = LimitSettings { is_on: false, ..small() };
    let server = Server::with(TestPlatform::new(Backend::Sqlite).await, http(), limits);
    for _ in 0..5 {
        let answer = server.get("/api/v1/nope").send().await;
        answer.failure(404, "not_found");
        assert_eq!(answer.header("x-ratelimit-remaining"), "3");
    }
}
