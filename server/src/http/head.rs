//! HEAD requests: the headers of GET without its body.

use axum::{extract::Request, http::Method, middleware::Next, response::Response};

/// Passes HEAD requests on as GET, so that status and headers are the same. The outer router has seen the
/// HEAD, and removes the body without changing `Content-Length`.
pub(crate) async fn head_as_get(mut request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    next.run(request).await
}
