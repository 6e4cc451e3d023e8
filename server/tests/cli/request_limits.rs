//! Limits of HTTP itself, which apply before any route.

use crate::installation::Installation;

/// Longer than hyper's longest URI, 65,534 bytes.
const TOO_LONG_URI_BYTES: usize = 70_000;
/// More than hyper's default of 100.
const TOO_MANY_HEADERS: usize = 101;

#[tokio::test]
async fn a_uri_that_is_too_long_is_414() {
    let server = Installation::new().await.serve(&[]);
    let reply = server.get(&format!("/runs?q={}", "x".repeat(TOO_LONG_URI_BYTES)), &[]);
    assert_eq!(reply.status, 414, "{}", reply.head);
    assert_eq!(server.get("/api/v1/system/health", &[]).status, 200);
}

#[tokio::test]
async fn too_many_headers_are_431() {
    let server = Installation::new().await.serve(&[]);
    let reply = server.get("/runs", &[("X-Header", "1"); TOO_MANY_HEADERS]);
    assert_eq!(reply.status, 431, "{}", reply.head);
    assert_eq!(server.get("/api/v1/system/health", &[]).status, 200);
}
