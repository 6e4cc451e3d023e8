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

use crate::server::{Server, Web, http};

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
async fn reads_and_writes_are_counted_apart() {
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
async fn asking_for_tokens_has_a_window_of_its_own() {
    let server = server().await;
    let ask = || server.post("/api/v1/auth/tokens").json(&json!({}));
    ask().send().await.failure(400, "validation_error");
    for _ in 0..3 {
        server
            .get("/api/v1/auth/tokens")
            .send()
            .await
            .failure(401, "unauthorized");
        server.post("/api/v1/runs").send().await;
    }
    server.test.advance(600);
    let answer = ask().send().await;
    answer.failure(400, "validation_error");
    assert_eq!(
        (
            answer.header("x-ratelimit-limit"),
            answer.header("x-ratelimit-remaining")
        ),
        ("2", "0")
    );
    let answer = ask().send().await;
    assert_eq!(
        answer.failure(429, "rate_limited")["details"],
        json!({"retry_after": 300, "limit": 2, "window": "900s"})
    );
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
async fn of_many_at_once_exactly_the_limit_is_answered() {
    let server = server().await;
    let calls = (0..50).map(|_| server.get("/api/v1/nope").send());
    let statuses: Vec<_> = futures::future::join_all(calls)
        .await
        .into_iter()
        .map(|answer| answer.status.as_u16())
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
async fn without_limits_nobody_is_refused() {
    let limits = LimitConfig {
        is_on: false,
        ..small()
    };
    let server = Server::with(TestPlatform::new(Backend::Sqlite).await, http(), limits);
    for _ in 0..5 {
        let answer = server.get("/api/v1/nope").send().await;
        answer.failure(404, "not_found");
        assert_eq!(answer.header("x-ratelimit-remaining"), "3");
    }
}

#[tokio::test]
async fn every_answer_says_what_is_left() {
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
        let answer = server.call(method.clone(), path).token(&token).send().await;
        assert_eq!(answer.status, status, "{method} {path}");
        for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"] {
            assert!(
                answer.header(name).parse::<u64>().is_ok(),
                "{method} {path} {name}"
            );
        }
    }
}

#[tokio::test]
async fn a_flood_of_tokens_that_do_not_work_costs_no_more_queries_than_an_address_has_reads() {
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
        "the same token is looked up once"
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
    assert_eq!(server.test.take_queries().len(), 2, "three tokens in all");
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
        "neither does a token whose budget is used up: {queries:?}"
    );
}

#[tokio::test]
async fn a_new_token_works_beside_a_client_that_repeats_a_wrong_one() {
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
async fn a_token_that_is_revoked_counts_with_its_address() {
    let server = server().await;
    let token = server.reader().await;
    server.get("/api/v1/runs").token(&token).send().await.ok();
    server
        .test
        .sql("UPDATE api_token SET revoked_at = created_at")
        .await;
    for remaining in ["2", "1", "0"] {
        let answer = server.get("/api/v1/runs").token(&token).send().await;
        answer.failure(401, "unauthorized");
        assert_eq!(answer.header("x-ratelimit-remaining"), remaining);
    }
    server
        .get("/api/v1/runs")
        .token(&token)
        .send()
        .await
        .failure(429, "rate_limited");
}

/// 64 clients at once at two instances of the server.
async fn rush(counters: [Arc<dyn RateLimitStore>; 2]) {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let instances = counters.map(|counters| {
        Web::with_rate_limit_store(
            test.platform.clone(),
            LimitConfig { reads: 40, ..small() },
            counters,
        )
    });
    for (round, end) in [(0, START + 60), (1, START + 120)] {
        let calls = (0..64).map(|number| instances[number % 2].get("/api/v1/nope").send());
        let answers = futures::future::join_all(calls).await;
        let count = |status| answers.iter().filter(|answer| answer.status == status).count();
        assert_eq!((count(404), count(429)), (40, 24), "round {round}");
        assert!(
            answers
                .iter()
                .all(|answer| answer.header("x-ratelimit-reset") == end.to_string()),
            "round {round}"
        );
        test.advance(60);
    }
}

#[tokio::test]
async fn two_instances_let_exactly_the_limit_through_in_memory() {
    let counters: Arc<dyn RateLimitStore> = Arc::new(MemoryStore::default());
    rush([counters.clone(), counters]).await;
}

#[tokio::test]
async fn two_instances_let_exactly_the_limit_through_in_redis() {
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
    rush(
        instances
            .clone()
            .map(|counters| counters as Arc<dyn RateLimitStore>),
    )
    .await;
    for counters in instances {
        assert_eq!(counters.check().await, Ok(()), "nothing was counted in memory");
    }
}

#[tokio::test]
async fn without_redis_limits_hold_and_health_says_so() {
    // Port 9 of this machine has nobody who listens.
    let redis = RedisConfig::parse("redis://:secret@127.0.0.1:9").expect("an address");
    let counters = Arc::new(RedisStore::new(redis.client()));
    let test = TestPlatform::new(Backend::Sqlite).await;
    let server = Web::with_rate_limit_store(test.platform.clone(), small(), counters);
    let health = server.get("/api/v1/system/health").send().await.ok();
    assert_eq!(health["status"], "degraded");
    let redis = health["dependencies"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|part| part["name"] == "redis")
        .expect("its part");
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
