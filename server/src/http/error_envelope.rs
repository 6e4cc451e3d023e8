//! JSON bodies of errors under /api/v1, and their log events.

use std::{any::Any, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::{OriginalUri, Request},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use runlens_api_types::{ErrorBody, ErrorCode};

use super::{
    error::{ApiError, panic_message},
    request_id,
};

const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);
/// Characters of the path that a 404 repeats.
const MAX_PATH_CHARS: usize = 300;

/// Writes the body of an error, and logs server errors with their cause.
pub(crate) async fn error_envelope(request: Request, next: Next) -> Response {
    let request_id = request_id::of(&request).to_owned();
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<ApiError>() else {
        return response;
    };
    let mut body = error.body;
    let cause = error.cause.as_deref().unwrap_or_default();
    match body.code {
        ErrorCode::InternalError => {
            tracing::error!(request_id, cause, "request failed");
            body = body.with("request_id", request_id);
        }
        ErrorCode::Unavailable => {
            tracing::warn!(request_id, cause, "request failed, dependency unavailable");
            body = body.with("request_id", request_id);
        }
        ErrorCode::Unauthorized => {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    let (json, text) = Json(body).into_response().into_parts();
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().extend(json.headers);
    *response.body_mut() = text;
    response
}

/// Answers 503 if the handler exceeds [`HANDLER_TIMEOUT`]. Own code instead of `tower_http::timeout`, whose
/// response has no body.
pub(crate) async fn timeout(request: Request, next: Next) -> Response {
    match tokio::time::timeout(HANDLER_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => timeout_error().into_response(),
    }
}

pub(crate) fn timeout_error() -> ApiError {
    let error = ApiError::new(
        ErrorCode::Unavailable,
        "The request took too long. Try again in a minute.",
    );
    ApiError {
        cause: Some("timeout".into()),
        ..error
    }
}

/// Answers 500 if the handler panics.
pub(crate) fn handle_panic(panic: Box<dyn Any + Send + 'static>) -> axum::http::Response<Body> {
    ApiError::internal(format!("panic: {}", panic_message(&*panic))).into_response()
}

/// Answers 404 for an unknown path.
pub(crate) async fn unknown_path(OriginalUri(uri): OriginalUri) -> ApiError {
    let path: String = uri.path().chars().take(MAX_PATH_CHARS).collect();
    ErrorBody::new(ErrorCode::NotFound, format!("Not found: {path}"))
        .with("path", path)
        .into()
}

/// Answers 405 for a known path; the router adds `Allow`.
pub(crate) async fn method_not_allowed(method: Method) -> ApiError {
    ApiError::new(
        ErrorCode::MethodNotAllowed,
        format!("Method {method} not allowed. `Allow` lists the allowed methods."),
    )
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::to_bytes, middleware::from_fn, routing::get};
    use tower::{ServiceBuilder, ServiceExt};
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn get_root(router: Router) -> (u16, serde_json::Value) {
        let router = router.layer(
            ServiceBuilder::new()
                .layer(from_fn(error_envelope))
                .layer(CatchPanicLayer::custom(handle_panic))
                .layer(from_fn(timeout)),
        );
        let request = Request::builder()
            .uri("/")
            .header(request_id::X_REQUEST_ID, "job-17")
            .body(Body::empty())
            .expect("a request");
        let response = router.oneshot(request).await.expect("a response");
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    #[tokio::test]
    async fn panic_is_a_500_without_the_message() {
        async fn panicking() {
            panic!("the inside")
        }
        let (status, body) = get_root(Router::new().route("/", get(panicking))).await;
        assert_eq!(
            (status, &body["code"], &body["details"]["request_id"]),
            (500, &"internal_error".into(), &"job-17".into())
        );
        assert!(!body.to_string().contains("the inside"));
    }

    #[tokio::test(start_paused = true)]
    async fn handler_timeout_is_a_503() {
        let (status, body) = get_root(Router::new().route("/", get(std::future::pending::<()>))).await;
        assert_eq!((status, &body["code"]), (503, &"unavailable".into()));
    }
}
