//! A name for each request, in the log and in `X-Request-Id`.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use runlens_domain::clock::random_bytes;
use tower_http::request_id::{MakeRequestId, RequestId};

/// The header.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Forgets a name that the client gave and that is none: the log shows it.
pub(crate) async fn plain_request_id(mut request: Request, next: Next) -> Response {
    let is_plain = |value: &HeaderValue| {
        let bytes = value.as_bytes();
        (1..=128).contains(&bytes.len())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(byte))
    };
    if request
        .headers()
        .get(X_REQUEST_ID)
        .is_some_and(|value| !is_plain(value))
    {
        request.headers_mut().remove(X_REQUEST_ID);
    }
    next.run(request).await
}

/// Names a request that has no name yet.
#[derive(Clone, Copy)]
pub(crate) struct RandomId;

impl MakeRequestId for RandomId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = format!("{:032x}", u128::from_be_bytes(random_bytes()));
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// The name of a request, for the log.
pub(crate) fn of<B>(request: &axum::http::Request<B>) -> &str {
    request
        .headers()
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}
