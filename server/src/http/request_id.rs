//! `X-Request-Id`: identifies a request in the log and in the response.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use runlens_domain::clock::random_bytes;
use tower_http::request_id::{MakeRequestId, RequestId};

pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

const MAX_ID_BYTES: usize = 128;

/// Removes an ID given by the client that could falsify the log.
pub(crate) async fn remove_unsafe_id(mut request: Request, next: Next) -> Response {
    let is_safe = |value: &HeaderValue| {
        let bytes = value.as_bytes();
        (1..=MAX_ID_BYTES).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte))
    };
    if request
        .headers()
        .get(X_REQUEST_ID)
        .is_some_and(|value| !is_safe(value))
    {
        request.headers_mut().remove(X_REQUEST_ID);
    }
    next.run(request).await
}

/// Generates IDs for requests without one.
#[derive(Clone, Copy)]
pub(crate) struct RandomId;

impl MakeRequestId for RandomId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = format!("{:032x}", u128::from_be_bytes(random_bytes()));
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// The ID of a request; empty outside of the request ID layer.
pub(crate) fn of<B>(request: &axum::http::Request<B>) -> &str {
    request
        .headers()
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
