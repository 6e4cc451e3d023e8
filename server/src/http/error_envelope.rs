//! The body of every failure under /api/v1, and its line in the log.

use std::{any::Any, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::{OriginalUri, Request},
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use runlens_api_types::ErrorCode;

use super::request_id;
use crate::http::error::ApiError;

/// The longest that a handler may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Writes the body of a failure, and logs what is ours.
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
            tracing::error!(request_id, cause, "a request failed");
            body = body.with("request_id", request_id);
        }
        ErrorCode::Unavailable => {
            tracing::warn!(request_id, cause, "a request could not be answered");
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

/// 503 where a handler takes too long.
pub(crate) async fn timeout(request: Request, next: Next) -> Response {
    match tokio::time::timeout(TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => too_slow().into_response(),
    }
}

/// What is said where a handler takes too long.
pub(crate) fn too_slow() -> ApiError {
    let error = ApiError::new(
        ErrorCode::Unavailable,
        "The answer took too long. Try again in a minute.",
    );
    ApiError {
        cause: Some("timeout".into()),
        ..error
    }
}

/// 500 where a handler panics.
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> axum::http::Response<Body> {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    ApiError::internal(format!("panic: {}", message.unwrap_or("without a message"))).into_response()
}

/// 404 for a path that leads nowhere.
pub(crate) async fn no_such_path(OriginalUri(uri): OriginalUri) -> ApiError {
    let path: String = uri.path().chars().take(300).collect();
    runlens_api_types::ErrorBody::new(ErrorCode::NotFound, format!("There is nothing at {path}."))
        .with("path", path)
        .into()
}

/// 405 for a path that knows other methods; the router adds `Allow`.
pub(crate) async fn no_such_method(method: Method) -> ApiError {
    ApiError::new(
        ErrorCode::MethodNotAllowed,
        format!("{method} is not possible here; `Allow` lists what is."),
    )
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::to_bytes, middleware::from_fn, routing::get};
    use tower::{ServiceBuilder, ServiceExt};
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn answer(router: Router) -> (u16, serde_json::Value) {
        let router = router.layer(
            ServiceBuilder::new()
                .layer(from_fn(error_envelope))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(from_fn(timeout)),
        );
        let request = Request::builder()
            .uri("/")
            .header(request_id::X_REQUEST_ID, "job-17")
            .body(Body::empty())
            .expect("a request");
        let response = router.oneshot(request).await.expect("an answer");
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    #[tokio::test]
    async fn a_panic_is_a_500_that_says_nothing_of_the_inside() {
        async fn panicking() {
            panic!("the inside")
        }
        let (status, body) = answer(Router::new().route("/", get(panicking))).await;
        assert_eq!(
            (status, &body["code"], &body["details"]["request_id"]),
            (500, &"internal_error".into(), &"job-17".into())
        );
        assert!(!body.to_string().contains("the inside"));
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_answer_is_a_503() {
        let (status, body) = answer(Router::new().route("/", get(std::future::pending::<()>))).await;
        assert_eq!((status, &body["code"]), (503, &"unavailable".into()));
    }
}
