//! `RUNLENS_LOG_FORMAT`.

use serde_json::Value;

use crate::installation::{Installation, Signal};

#[tokio::test]
async fn each_line_of_a_json_log_is_an_object() {
    let installation = Installation::new().await;
    let server = installation.serve(&[("RUNLENS_LOG_FORMAT", "json"), ("RUNLENS_LOG", "debug")]);
    assert_eq!(
        server.get("/api/v1/nope", &[("X-Request-Id", "job-17")]).status,
        404
    );
    server.signal(Signal::Terminate);
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(0));
    let events: Vec<Value> = log
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(events.len() >= 3, "{log:?}");
    for event in &events {
        for field in ["timestamp", "level", "target", "fields"] {
            assert!(!event[field].is_null(), "{field}: {event}");
        }
    }
    assert!(
        events.iter().any(|event| event["span"]["request_id"] == "job-17"),
        "{log:?}"
    );
}

#[tokio::test]
async fn a_text_log_outside_a_terminal_has_no_escape_sequences() {
    let installation = Installation::new().await;
    let server = installation.serve(&[]);
    server.signal(Signal::Terminate);
    let (_, log) = server.wait();
    assert!(log.iter().any(|line| line.contains(" INFO ")), "{log:?}");
    assert!(log.iter().all(|line| !line.contains('\u{1b}')), "{log:?}");
}
