//! Rate limits.

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use runlens_domain::{
    each_backend,
    testing::{Backend, START, TestPlatform, TestServer},
};
use runlens_server::{
    config::{LimitConfig, RedisConfig},
    limits::{MemoryStore, RateLimitStore, RedisStore},
};
use serde_json::json;

use crate::server::{Instance, Server, http};

fn small() -> LimitConfig {
    LimitConfig {
        reads: 3,
        writes: 2,
        browser_reads: 9,
        token_requests: 2,
        ..LimitConfig::default()
    }
}

each_backend! {
    async fn reads_of_a_token_are_limited_per_minute(test) {
        let server = Server::with(test, http(), small());
        let token = server.reader().await;
        for remaining in ["2", "1", "0"] {
            let response = server.get("/api/v1/runs").token(&token).send().await;
            response.ok();
            assert_eq!(response.header("x-ratelimit-limit"), "3");
            assert_eq!(response.header("x-ratelimit-remaining"), remaining);
            assert_eq!(response.header("x-ratelimit-reset"), (START + 60).to_string());
        }
        server.test.advance(20);
        let response = server.get("/api/v1/runs").token(&token).send().await;
        let body = response.failure(429, "rate_limited");
        assert_eq!(body, json!({"code": "rate_limited", "message": "Rate limit exceeded. Retry after 40 seconds.",
            "details": {"retry_after": 40, "limit": 3, "window": "60s"}}));
        assert_eq!(response.header("retry-after"), "40");
        assert_eq!(response.header("x-ratelimit-remaining"), "0");
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
async fn unauthorized_requests_count_by_address() {
    let server = server().await;
    for _ in 0..3 {
        server
            .get("/api/v1/runs")
            .send()
            .await
            .failure(401, "unauthorized");
    }
    server
        .get("/api/v1/runs")
        .token("spci_x")
        .send()
        .await
        .failure(429, "rate_limited");
    server
        .get("/api/v1/openapi.json")
        .send()
        .await
        .failure(429, "rate_limited");
    server
        .get("/api/v1/runs")
        .from([127, 0, 0, 2])
        .send()
        .await
        .failure(401, "unauthorized");
    let token = server.reader().await;
    server.get("/api/v1/runs").token(&token).send().await.ok();
}

#[tokio::test]
async fn reads_and_writes_have_separate_quotas() {
    let server = server().await;
    for _ in 0..2 {
        server
            .post("/api/v1/runs")
            .send()
            .await
            .failure(405, "method_not_allowed");
    }
    server
        .post("/api/v1/runs")
        .send()
        .await
        .failure(429, "rate_limited");
    server.get("/api/v1/nope").send().await.failure(404, "not_found");
}

#[tokio::test]
async fn token_requests_have_their_own_window() {
    let server = server().await;
    let request = || server.post("/api/v1/auth/tokens").json(&json!({}));
    request().send().await.failure(400, "validation_error");
    for _ in 0..3 {
        server
            .get("/api/v1/auth/tokens")
            .send()
            .await
            .failure(401, "unauthorized");
        server.post("/api/v1/runs").send().await;
    }
    server.test.advance(600);
    let response = request().send().await;
    response.failure(400, "validation_error");
    assert_eq!(
        (
            response.header("x-ratelimit-limit"),
            response.header("x-ratelimit-remaining")
        ),
        ("2", "0")
    );
    let response = request().send().await;
    assert_eq!(
        response.failure(429, "rate_limited")["details"],
        json!({"retry_after": 300, "limit": 2, "window": "900s"})
    );
    server.get("/api/v1/nope").send().await.failure(404, "not_found");
    server.test.advance(300);
    request().send().await.failure(400, "validation_error");
}

#[tokio::test]
async fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
    let mut http = http();
    http.trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
    let server = Server::with(TestPlatform::new(Backend::Sqlite).await, http, small());
    for client in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"] {
        server
            .get("/api/v1/nope")
            .from([10, 0, 0, 1])
            .header("x-forwarded-for", client)
            .send()
            .await
            .failure(404, "not_found");
    }
    let spoofed = |client| {
        server
            .get("/api/v1/nope")
            .from([203, 0, 113, 1])
            .header("x-forwarded-for", client)
    };
    for client in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        spoofed(client).send().await.failure(404, "not_found");
    }
    spoofed("192.0.2.4").send().await.failure(429, "rate_limited");
}

#[tokio::test]
async fn concurrent_requests_are_admitted_up_to_the_limit() {
    let server = server().await;
    let calls = (0..50).map(|_| server.get("/api/v1/nope").send());
    let statuses: Vec<_> = futures::future::join_all(calls)
        .await
        .into_iter()
        .map(|response| response.status.as_u16())
        .collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 404).count(),
        3,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 429).count(),
        47,
        "{statuses:?}"
    );
}

#[tokio::test]
async fn disabled_limits_admit_every_request() {
    let limits = LimitConfig {
        is_on: false,
        ..small()
    };
    let server = Server::with(TestPlatform::new(Backend::Sqlite).await, http(), limits);
    for _ in 0..5 {
        let response = server.get("/api/v1/nope").send().await;
        response.failure(404, "not_found");
        assert_eq!(response.header("x-ratelimit-remaining"), "3");
    }
}

#[tokio::test]
async fn every_response_has_rate_limit_headers() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let token = server.reader().await;
    for (method, path, status) in [
        (Method::GET, "/api/v1/runs", 200),
        (Method::GET, "/api/v1/runs/9", 404),
        (Method::GET, "/api/v1/runs/x", 400),
        (Method::GET, "/api/v1/nope", 404),
        (Method::GET, "/api/v1/", 404),
        (Method::GET, "/api/v1/%ff", 404),
        (Method::DELETE, "/api/v1/runs", 405),
        (Method::OPTIONS, "/api/v1/runs", 405),
        (Method::POST, "/api/v1/auth/tokens", 400),
        (Method::GET, "/api/v1/system/health", 200),
    ] {
        let response = server.call(method.clone(), path).token(&token).send().await;
        assert_eq!(response.status, status, "{method} {path}");
        for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
            assert!(
                response.header(name).parse::<u64>().is_ok(),
                "{method} {path} {name}"
            );
        }
    }
}

#[tokio::test]
async fn queries_for_invalid_tokens_are_bounded_by_the_quota_of_their_address() {
    let server = server().await;
    let token = server.reader().await;
    let guess = |number: u32| format!("spci_{number:043}");
    server.get("/api/v1/runs").token(&token).send().await.ok();
    server.test.take_queries();
    for _ in 0..3 {
        server
            .get("/api/v1/runs")
            .token(&guess(0))
            .send()
            .await
            .failure(401, "unauthorized");
    }
    assert_eq!(
        server.test.take_queries().len(),
        1,
        "a repeated token is looked up once"
    );
    for number in 0..20 {
        let body = server
            .get("/api/v1/runs")
            .token(&guess(number))
            .send()
            .await
            .failure(429, "rate_limited");
        assert_eq!(
            body["details"],
            json!({"retry_after": 60, "limit": 3, "window": "60s"})
        );
    }
    assert_eq!(server.test.take_queries().len(), 2, "three tokens in total");
    server.get("/api/v1/runs").token(&token).send().await.ok();
    server.test.take_queries();
    for _ in 0..3 {
        server.get("/api/v1/runs").token(&token).send().await;
    }
    server
        .get("/api/v1/runs")
        .token(&token)
        .send()
        .await
        .failure(429, "rate_limited");
    let queries = server.test.take_queries();
    server
        .get("/api/v1/runs")
        .token(&token)
        .send()
        .await
        .failure(429, "rate_limited");
    assert_eq!(
        server.test.take_queries().len(),
        0,
        "a token without quota is not looked up: {queries:?}"
    );
}

#[tokio::test]
async fn a_new_token_works_while_another_client_repeats_an_invalid_one() {
    let server = server().await;
    for _ in 0..20 {
        server
            .get("/api/v1/runs")
            .token(&format!("spci_{:043}", 0))
            .send()
            .await;
    }
    let token = server.reader().await;
    server.get("/api/v1/runs").token(&token).send().await.ok();
}

#[tokio::test]
async fn a_revoked_token_counts_by_address() {
    let server = server().await;
    let token = server.reader().await;
    server.get("/api/v1/runs").token(&token).send().await.ok();
    server
        .test
        .sql("UPDATE api_token SET revoked_at = created_at")
        .await;
    for remaining in ["2", "1", "0"] {
        let response = server.get("/api/v1/runs").token(&token).send().await;
        response.failure(401, "unauthorized");
        assert_eq!(response.header("x-ratelimit-remaining"), remaining);
    }
    server
        .get("/api/v1/runs")
        .token(&token)
        .send()
        .await
        .failure(429, "rate_limited");
}

/// Sends 64 concurrent requests to two instances.
async fn assert_shared_limit(counters: [Arc<dyn RateLimitStore>; 2]) {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let instances = counters.map(|counters| {
        Instance::with_rate_limit_store(
            test.platform.clone(),
            LimitConfig { reads: 40, ..small() },
            counters,
        )
    });
    for (round, end) in [(0, START + 60), (1, START + 120)] {
        let calls = (0..64).map(|number| instances[number % 2].get("/api/v1/nope").send());
        let responses = futures::future::join_all(calls).await;
        let count = |status| {
            responses
                .iter()
                .filter(|response| response.status == status)
                .count()
        };
        assert_eq!((count(404), count(429)), (40, 24), "round {round}");
        assert!(
            responses
                .iter()
                .all(|response| response.header("x-ratelimit-reset") == end.to_string()),
            "round {round}"
        );
        test.advance(60);
    }
}

#[tokio::test]
async fn two_instances_share_a_limit_in_memory() {
    let counters: Arc<dyn RateLimitStore> = Arc::new(MemoryStore::default());
    assert_shared_limit([counters.clone(), counters]).await;
}

#[tokio::test]
async fn two_instances_share_a_limit_in_redis() {
    let Some(url) = TestServer::Redis.locate() else {
        return;
    };
    let redis = RedisConfig::parse(&url).expect("an address");
    let prefix = format!("test:{:?}", runlens_domain::clock::random_bytes::<8>());
    let counters = || {
        RedisStore::new(redis.client())
            .with_key_prefix(&prefix)
            .with_timeout(Duration::from_secs(20))
    };
    let instances = [Arc::new(counters()), Arc::new(counters())];
    assert_shared_limit(
        instances
            .clone()
            .map(|counters| counters as Arc<dyn RateLimitStore>),
    )
    .await;
    for counters in instances {
        assert_eq!(counters.check().await, Ok(()), "no request was counted in memory");
    }
}

#[tokio::test]
async fn without_redis_limits_apply_and_health_is_degraded() {
    // No process listens on port 9.
    let redis = RedisConfig::parse("redis://:secret@127.0.0.1:9").expect("an address");
    let counters = Arc::new(RedisStore::new(redis.client()));
    let test = TestPlatform::new(Backend::Sqlite).await;
    let server = Instance::with_rate_limit_store(test.platform.clone(), small(), counters);
    let health = server.get("/api/v1/system/health").send().await.ok();
    assert_eq!(health["status"], "degraded");
    let redis = health["dependencies"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|part| part["name"] == "redis")
        .expect("the dependency");
    assert_eq!(redis["status"], "degraded");
    assert!(
        !health.to_string().contains("127.0.0.1") && !health.to_string().contains("secret"),
        "{health}"
    );
    for _ in 0..3 {
        server.get("/api/v1/nope").send().await.failure(404, "not_found");
    }
    server
        .get("/api/v1/nope")
        .send()
        .await
        .failure(429, "rate_limited");
}
