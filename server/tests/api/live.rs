//! GET /api/v1/runs/{run_id}/events

use std::time::Duration;

use axum::{
    body::BodyDataStream,
    http::{HeaderMap, Method, StatusCode},
};
use futures::StreamExt as _;
use runlens_api_types::auth::Scope;
use runlens_domain::{
    LiveSettings, each_backend,
    testing::{RunSpec, TestPlatform, TestSpec},
};
use runlens_server::config::LimitConfig;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::server::{Server, TestRequest, http};

const POLL_INTERVAL: Duration = Duration::from_millis(40);

fn with_fast_polling(test: TestPlatform) -> TestPlatform {
    test.with_live(LiveSettings {
        sqlite_poll_interval: POLL_INTERVAL,
        mysql_poll_interval: POLL_INTERVAL,
        remote_log_poll_interval: POLL_INTERVAL,
        reauthenticate_interval: POLL_INTERVAL * 2,
    })
}

/// A parsed event.
#[derive(Debug)]
struct Event {
    name: String,
    id: String,
    data: Value,
    retry: Option<String>,
}

/// A stream of server-sent events.
struct Events {
    headers: HeaderMap,
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(call: TestRequest<'_>) -> Self {
        let (headers, body) = call.open().await;
        assert_eq!(headers["content-type"], "text/event-stream");
        Self {
            headers,
            body,
            text: String::new(),
        }
    }

    /// Returns the next event, `None` at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| {
                    block
                        .lines()
                        .find_map(|line| line.strip_prefix(&format!("{name}: ")))
                        .map(str::to_owned)
                };
                // A block without an event is a comment.
                let Some(name) = field("event") else { continue };
                let data = serde_json::from_str(&field("data").expect("data")).expect("JSON");
                return Some(Event {
                    name,
                    id: field("id").expect("an id"),
                    data,
                    retry: field("retry"),
                });
            }
            let chunk = timeout(Duration::from_secs(20), self.body.next())
                .await
                .expect("an event arrives in time")?;
            self.text
                .push_str(std::str::from_utf8(&chunk.expect("a chunk")).expect("text"));
        }
    }
}

each_backend! {
    async fn a_run_is_streamed_to_its_end(test) {
        let test = with_fast_polling(test);
        let regression_test = test.regression_test(TestSpec::default()).await;
        let run = test.run(RunSpec::default()).await;
        let server = Server::new(test);
        let token = server.reader().await;
        let path = format!("/api/v1/runs/{run}/events");
        let mut streams = Vec::new();
        for _ in 0..2 {
            // Browsers accept compression, which would delay events.
            streams.push(Events::open(server.get(&path).token(&token).header("accept-encoding", "gzip, br")).await);
        }
        for (name, value) in [("cache-control", "no-cache"), ("x-accel-buffering", "no"), ("x-ratelimit-limit", "120")] {
            assert_eq!(streams[0].headers[name], value, "{name}");
        }
        assert!(!streams[0].headers.contains_key("content-encoding") && !streams[0].headers.contains_key("etag"));
        for stream in &mut streams {
            let event = stream.next().await.expect("an event");
            assert_eq!((event.name.as_str(), event.retry.as_deref()), ("state", Some("2000")));
            assert_eq!(event.data, json!({
                "run_id": run, "status": "queued", "stage": null, "created_at": null, "started_at": null, "completed_at": null,
                "total_samples": 1, "finished_count": 0, "failed_count": 0, "log_bytes": null
            }));
        }
        server.test.progress(run, "testing", 0, "").await;
        for stream in &mut streams {
            let event = stream.next().await.expect("an event");
            assert_eq!((&event.data["status"], &event.data["stage"]), (&json!("running"), &json!("testing")));
        }
        server.test.pass(run, &regression_test).await;
        server.test.progress(run, "completed", 60, "").await;
        for stream in &mut streams {
            let mut last = stream.next().await.expect("an event");
            while last.data["status"] != "pass" {
                last = stream.next().await.expect("an event");
            }
            let end = stream.next().await.expect("an event");
            assert_eq!((last.name.as_str(), end.name.as_str()), ("state", "end"));
            assert_eq!((&last.data, format!("{}-end", last.id)), (&end.data, end.id));
            assert!(stream.next().await.is_none(), "the stream is closed");
        }
        let mut again = Events::open(server.get(&path).token(&token)).await;
        let (state, end) = (again.next().await.expect("an event"), again.next().await.expect("an event"));
        assert_eq!((state.name.as_str(), &state.data["finished_count"], end.name.as_str()), ("state", &json!(1), "end"));
        assert!(again.next().await.is_none());
        // A client that has received the end gets 204, which stops it; any other gets the current state and
        // the end.
        let known = server.get(&path).token(&token).header("last-event-id", &end.id).send().await;
        assert_eq!((known.status, known.body.len()), (StatusCode::NO_CONTENT, 0));
        let mut missed = Events::open(server.get(&path).token(&token).header("last-event-id", &state.id)).await;
        assert_eq!(missed.next().await.expect("an event").id, state.id);
    }

    async fn a_stream_ends_when_its_token_is_revoked(test) {
        let test = with_fast_polling(test);
        let run = test.run(RunSpec::default()).await;
        let server = Server::new(test);
        let token = server.token("user", &[Scope::RunsRead]).await;
        let cookie = server.get("/").send().await.cookies();
        let path = format!("/api/v1/runs/{run}/events");
        let mut by_token = Events::open(server.get(&path).token(&token)).await;
        let mut by_cookie = Events::open(server.get(&path).header("cookie", &cookie)).await;
        by_token.next().await.expect("an event");
        by_cookie.next().await.expect("an event");
        server.test.sql("UPDATE api_token SET revoked_at = '2026-06-27 12:00:00'").await;
        assert!(by_token.next().await.is_none(), "the token is revoked");
        server.get(&path).token(&token).send().await.failure(401, "unauthorized");
        server.test.progress(run, "preparation", 0, "").await;
        assert_eq!(by_cookie.next().await.expect("an event").data["status"], "running");
    }
}

async fn fast_polling_server(limits: LimitConfig) -> (Server, i32) {
    let test = with_fast_polling(TestPlatform::new(runlens_domain::testing::Backend::Sqlite).await);
    let run = test.run(RunSpec::default()).await;
    (Server::with(test, http(), limits), run)
}

#[tokio::test]
async fn streams_are_limited_per_client_and_in_total() {
    let (server, run) = fast_polling_server(LimitConfig {
        streams: 2,
        all_streams: 3,
        ..LimitConfig::default()
    })
    .await;
    let (ada, bob) = (
        server.token("user", &[Scope::RunsRead]).await,
        server.token("tester", &[Scope::RunsRead]).await,
    );
    let path = format!("/api/v1/runs/{run}/events");
    let first = Events::open(server.get(&path).token(&ada)).await;
    let _second = Events::open(server.get(&path).token(&ada)).await;
    let refused = server
        .get(&path)
        .token(&ada)
        .send()
        .await
        .failure(429, "rate_limited");
    assert_eq!(refused["details"], json!({"retry_after": 60, "limit": 2}));
    let _third = Events::open(server.get(&path).token(&bob)).await;
    server
        .get(&path)
        .token(&bob)
        .send()
        .await
        .failure(503, "unavailable");
    drop(first);
    let _fourth = Events::open(server.get(&path).token(&bob)).await;
}

#[tokio::test]
async fn unknown_and_forbidden_runs_have_no_events() {
    let (server, run) = fast_polling_server(LimitConfig::default()).await;
    let (reader, other) = (
        server.reader().await,
        server.token("user", &[Scope::ResultsRead]).await,
    );
    server
        .get("/api/v1/runs/9317/events")
        .token(&reader)
        .send()
        .await
        .failure(404, "not_found");
    server
        .get("/api/v1/runs/x/events")
        .token(&reader)
        .send()
        .await
        .failure(400, "validation_error");
    server
        .get(&format!("/api/v1/runs/{run}/events"))
        .token(&other)
        .send()
        .await
        .failure(403, "forbidden");
    server
        .get(&format!("/api/v1/runs/{run}/events"))
        .send()
        .await
        .failure(401, "unauthorized");
    let head = server
        .call(Method::HEAD, &format!("/api/v1/runs/{run}/events"))
        .token(&reader)
        .send()
        .await;
    assert_eq!(
        (head.status, head.header("content-type"), head.body.len()),
        (StatusCode::OK, "text/event-stream", 0)
    );
}

#[tokio::test]
async fn streams_end_on_shutdown() {
    let (server, run) = fast_polling_server(LimitConfig::default()).await;
    let token = server.reader().await;
    let mut stream = Events::open(server.get(&format!("/api/v1/runs/{run}/events")).token(&token)).await;
    stream.next().await.expect("an event");
    server.streams.shut_down();
    assert!(stream.next().await.is_none());
}
