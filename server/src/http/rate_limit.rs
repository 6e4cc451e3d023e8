//! Which budget a request of the API is taken from, and what its client is told.

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
};
use crate::{
    http::error::ApiError,
    limits::{Quota, RateLimitKey, Window},
    state::AppState,
};

/// Requests that the window allows.
pub(crate) const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
/// Requests that are left in it.
pub(crate) const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
/// Unix time at which it ends.
pub(crate) const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// The window that a request was counted in: set inside, read outside, also where a panic or a timeout lies between.
#[derive(Clone, Default)]
struct Counted(Arc<OnceLock<Window>>);

/// Tells in every answer what is left. Where nothing was counted, that is the address's budget of reads.
pub(crate) async fn rate_limit_headers(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(address) = address(&request) else {
        return outside().into_response();
    };
    let counted = Counted::default();
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

/// Finds out who asks, counts the request, and refuses it where the budget is used up. Handlers refuse what has no caller: a path that
/// leads nowhere needs none.
pub(crate) async fn enforce_rate_limit(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(address) = address(&request) else {
        return outside().into_response();
    };
    let (access, window) = match (request.method(), request.uri().path()) {
        // Whoever watches over the installation must not be kept from it; the budget is only shown.
        (method, "/system/health") if method.is_safe() => (
            AuthOutcome::nobody(),
            state.limits.peek(Quota::Reads, address).await,
        ),
        (&Method::POST, "/auth/tokens") => (
            AuthOutcome::nobody(),
            state.limits.consume(Quota::TokenRequests, address).await,
        ),
        (method, _) => {
            authentication::authenticate_and_count(&state, request.headers(), method.is_safe(), address).await
        }
    };
    if let Some(Counted(counted)) = request.extensions().get() {
        // A request is counted once.
        let _ = counted.set(window);
    }
    if let Some(retry_after) = window.retry_after {
        return rate_limited_error(&window, retry_after).into_response();
    }
    request.extensions_mut().insert(access);
    next.run(request).await
}

fn address(request: &Request) -> Option<RateLimitKey> {
    request
        .extensions()
        .get::<ClientAddress>()
        .map(|ClientAddress(address)| RateLimitKey::at(*address))
}

fn outside() -> ApiError {
    ApiError::internal("the route lies outside the addresses of clients")
}

/// What whoever asks too often is told.
pub(crate) fn rate_limited_error(window: &Window, retry_after: i64) -> ApiError {
    ErrorBody::new(
        ErrorCode::RateLimited,
        format!("Rate limit exceeded. Retry after {retry_after} seconds."),
    )
    .with("retry_after", retry_after)
    .with("limit", window.limit)
    .with("window", format!("{}s", window.seconds))
    .into()
}
