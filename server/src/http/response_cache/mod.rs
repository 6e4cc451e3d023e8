//! Caching of complete responses, for routes that depend on nothing but the URI, the database, local files
//! and the caller's permissions.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    body::{HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use runlens_domain::{files::FileDependencies, store::data_version::with_pinned_data_version};

use super::{authentication::AuthOutcome, error::ApiError};
use crate::{
    cache::{CachedResponse, ResponseKey},
    state::AppState,
};

/// Longest cached body: a few bodies of this size would evict everything else.
const MAX_BODY_BYTES: u64 = 256 * 1024;

/// Pins the data version for the whole request, so that authentication and response read the same one.
pub(crate) async fn pin_data_version(request: Request, next: Next) -> Response {
    with_pinned_data_version(next.run(request)).await
}

/// Answers from the cache if neither the database nor the files that the response read have changed. The
/// caller is already authenticated, and their permissions are part of the key.
pub(crate) async fn cache_response(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let permissions = request
        .extensions()
        .get::<AuthOutcome>()
        .and_then(AuthOutcome::permission_key);
    let (Some(data_version), Some(permissions)) = (state.services.system.data_version().await, permissions)
    else {
        return next.run(request).await;
    };
    let key = ResponseKey {
        data_version,
        permissions,
        uri: request.uri().to_string(),
    };
    if let Some(cached) = state.responses.get(&key) {
        return cached.to_response();
    }
    let (response, dependencies) =
        FileDependencies::collect(state.services.clock().now(), next.run(request)).await;
    let Some((header, file_dependencies)) = cacheable_header(&response).zip(dependencies) else {
        return response;
    };
    let status = response.status();
    match to_bytes(response.into_body(), usize::MAX).await {
        Ok(body) => {
            let cached = Arc::new(CachedResponse {
                status,
                header,
                body,
                file_dependencies,
            });
            state.responses.insert(key, cached.clone());
            cached.to_response()
        }
        Err(error) => ApiError::internal(error.to_string()).into_response(),
    }
}

/// The header to cache: `Content-Type` of JSON, `Location` of a redirect. `None` if the response is not
/// cacheable.
fn cacheable_header(response: &Response) -> Option<(HeaderName, HeaderValue)> {
    response
        .body()
        .size_hint()
        .exact()
        .filter(|length| *length <= MAX_BODY_BYTES)?;
    let value = |name| response.headers().get(&name).cloned().map(|value| (name, value));
    match response.status() {
        StatusCode::OK => value(header::CONTENT_TYPE).filter(|(_, kind)| kind == "application/json"),
        StatusCode::SEE_OTHER => value(header::LOCATION),
        _ => None,
    }
}
