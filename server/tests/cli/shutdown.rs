//! Stopping `runlens serve` by signals.

use std::{
    net::TcpStream,
    time::{Duration, Instant},
};

use runlens_domain::testing::{Backend, RunSpec, TestPlatform};

use crate::installation::{Installation, ServerProcess, Signal};

/// Waits until the server has closed its listening socket.
fn wait_until_refusing(server: &ServerProcess) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(server.address).is_ok() {
        assert!(Instant::now() < deadline, "the server still accepts connections");
        std::thread::yield_now();
    }
}

async fn stops_gracefully(signal: Signal) {
    let server = Installation::new().await;
    let server = server.serve(&[]);
    let body = "{}";
    let mut connection = server.connect();
    connection.send(&format!(
        "POST /api/v1/auth/tokens HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Expect: 100-continue\r\n\r\n",
        server.address,
        body.len()
    ));
    // The handler reads the body from here on: the request is in flight.
    assert_eq!(connection.head().status, 100);
    server.signal(signal);
    wait_until_refusing(&server);
    connection.send(body);
    let reply = connection.reply();
    assert_eq!(reply.status, 400, "{}", reply.text());
    assert!(reply.text().contains("validation_error"), "{}", reply.text());
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(0), "{signal:?}: {log:?}");
}

#[tokio::test]
async fn on_sigterm_requests_in_flight_are_answered() {
    stops_gracefully(Signal::Terminate).await;
}

#[tokio::test]
async fn on_sigint_requests_in_flight_are_answered() {
    stops_gracefully(Signal::Interrupt).await;
}

#[tokio::test]
async fn on_sigterm_event_streams_end() {
    let test = TestPlatform::new(Backend::Sqlite).await;
    let run = test.run(RunSpec::default()).await;
    let server = Installation::of(&test).await.serve(&[]);
    let page = server.get("/runs", &[]);
    let cookie = page
        .header("set-cookie")
        .split(';')
        .next()
        .expect("a visitor's cookie")
        .to_owned();
    let mut events = server.connect();
    events.send(&format!(
        "GET /api/v1/runs/{run}/events HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n",
        server.address
    ));
    let head = events.head();
    assert_eq!(
        (head.status, head.header("content-type")),
        (200, "text/event-stream"),
        "{}",
        head.head
    );
    server.signal(Signal::Terminate);
    let body = String::from_utf8(events.rest()).expect("text");
    assert!(body.contains("event: "), "{body}");
    let (status, log) = server.wait();
    assert_eq!(status.code(), Some(0), "{log:?}");
}
