//! HEAD: what GET answers, without its body.

use axum::{extract::Request, http::Method, middleware::Next, response::Response};

/// Lets everything inside see a GET, so that status and headers are the same. The router itself, which has seen the HEAD, drops the
/// body and keeps its length.
pub(crate) async fn head_as_get(mut request: Request, next: Next) -> Response {
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    next.run(request).await
}
