//! Rate limiting of API requests, and its headers.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::{Request, State},
    http::{HeaderName, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use runlens_api_types::{ErrorBody, ErrorCode};

use super::{
    authentication::{self, AuthOutcome},
    client_address::ClientAddress,
    error::ApiError,
};
use crate::{
    limits::{Quota, RateLimitKey, Window},
    state::AppState,
};

/// Requests allowed in the window.
pub(crate) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
/// Requests left in the window.
pub(crate) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// Unix time at which the window ends.
pub(crate) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Passes the window from `enforce_rate_limit` out to `rate_limit_headers`, past panics and timeouts in
/// between.
#[derive(Clone, Default)]
struct CountedWindow(Arc<OnceLock<Window>>);

/// Adds the rate limit headers to every response. They describe the window that counted the request, or the
/// read quota of the address if none did.
pub(crate) async fn rate_limit_headers(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let Ok(address) = address_key(&request) else {
        return next.run(request).await;
    };
    let counted = CountedWindow::default();
    request.extensions_mut().insert(counted.clone());
    let mut response = next.run(request).await;
    let window = match counted.0.get() {
        Some(window) => *window,
        None => state.limits.peek(Quota::Reads, address).await,
    };
    let headers = response.headers_mut();
    headers.insert(LIMIT, window.limit.into());
    headers.insert(REMAINING, window.remaining.into());
    headers.insert(RESET, window.resets_at.into());
    if let Some(retry_after) = window.retry_after {
        headers.insert(header::RETRY_AFTER, retry_after.into());
    }
    response
}

/// Authenticates and counts a request, and refuses it if its quota is exhausted.
pub(crate) async fn enforce_rate_limit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let address = match address_key(&request) {
        Ok(address) => address,
        Err(error) => return error.into_response(),
    };
    let (outcome, window) = match (request.method(), request.uri().path()) {
        // Monitoring must not be locked out, so health checks are not counted.
        (method, "/system/health") if method.is_safe() => (
            AuthOutcome::unauthenticated(),
            state.limits.peek(Quota::Reads, address).await,
        ),
        (&Method::POST, "/auth/tokens") => (
            AuthOutcome::unauthenticated(),
            state.limits.consume(Quota::TokenRequests, address).await,
        ),
        (method, _) => {
            authentication::authenticate_and_count(&state, request.headers(), method.is_safe(), address).await
        }
    };
    if let Some(CountedWindow(counted)) = request.extensions().get() {
        // Set once per request, so this cannot fail.
        let _ = counted.set(window);
    }
    if let Some(retry_after) = window.retry_after {
        return rate_limited_error(&window, retry_after).into_response();
    }
    request.extensions_mut().insert(outcome);
    next.run(request).await
}

/// The rate limit key of the client's address.
///
/// # Errors
/// 500 if the route is outside of the `client_address` layer.
pub(crate) fn address_key(request: &Request) -> Result<RateLimitKey, ApiError> {
    match request.extensions().get() {
        Some(ClientAddress(address)) => Ok(RateLimitKey::from_address(*address)),
        None => Err(ApiError::internal("route is outside of the client_address layer")),
    }
}

pub(crate) fn rate_limited_error(window: &Window, retry_after: i64) -> ApiError {
    ErrorBody::new(
        ErrorCode::RateLimited,
        format!("Rate limit exceeded. Retry after {retry_after} seconds."),
    )
    .with("retry_after", retry_after)
    .with("limit", window.limit)
    .with("window", format!("{}s", window.window_secs))
    .into()
}
