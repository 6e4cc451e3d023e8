//! Which budget a request of the API is taken from, and what its client is told.

use axum::{
    extract::{Request, State},
    http::{HeaderName, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use runlens_contract::{ErrorBody, ErrorCode};

use super::{authentication::Access, client_address::ClientAddress};
use crate::{
    error::ApiError,
    limits::{Budget, Client, Window},
    state::AppState,
};

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Counts a request, refuses it where the budget is used up, and tells in either case what is left.
pub(crate) async fn rate_limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (Some(access), Some(ClientAddress(address))) = (request.extensions().get::<Access>(), request.extensions().get::<ClientAddress>())
    else {
        return ApiError::internal("a request without a client").into_response();
    };
    let (budget, client) = budget(&request, access, Client::at(*address));
    // Whoever watches over the installation must not be kept from it; the budget is only shown.
    let window = if request.uri().path() == "/system/health" {
        state.limits.look(budget, client).await
    } else {
        state.limits.take(budget, client).await
    };
    let mut response = match window.retry_after {
        Some(retry_after) => refusal(&window, retry_after).into_response(),
        None => next.run(request).await,
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

fn budget(request: &Request, access: &Access, address: Client) -> (Budget, Client) {
    if request.method() == Method::POST && request.uri().path() == "/auth/tokens" {
        return (Budget::TokenRequests, address);
    }
    let budget = match (request.method().is_safe(), access.is_browser) {
        (true, false) => Budget::Reads,
        (true, true) => Budget::BrowserReads,
        (false, _) => Budget::Writes,
    };
    (budget, access.client)
}

/// What whoever asks too often is told.
pub(crate) fn refusal(window: &Window, retry_after: i64) -> ApiError {
    ErrorBody::new(ErrorCode::RateLimited, format!("Rate limit exceeded. Retry after {retry_after} seconds."))
        .with("retry_after", retry_after)
        .with("limit", window.limit)
        .with("window", format!("{}s", window.seconds))
        .into()
}
