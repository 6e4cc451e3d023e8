//! Answers that depend on nothing but the database, local files and the caller's rights, kept as bytes while those stay as they are.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use moka::sync::Cache;
use runlens_domain::{
    files::FileDependencies,
    store::data_version::{DataVersion, with_pinned_data_version},
};

use super::authentication::AuthOutcome;
use crate::{http::error::ApiError, state::AppState};

/// The most bytes that are kept.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// The longest body that is kept, in bytes: few as long as the longest would push out all others.
const MAX_BODY: u64 = 256 * 1024;

/// Of what an answer is made, besides files: a state of the database, rights, and an address.
type Key = (DataVersion, u64, String);

/// The answers.
#[derive(Clone)]
pub(crate) struct ResponseCache(Cache<Key, Arc<Answer>>);

struct Answer {
    status: StatusCode,
    /// The one header that the handler gives it.
    header: (HeaderName, HeaderValue),
    body: Bytes,
    /// What it says of files.
    files: FileDependencies,
}

impl Default for ResponseCache {
    fn default() -> Self {
        let weigh = |(_, _, address): &Key, answer: &Arc<Answer>| {
            u32::try_from(address.len() + answer.body.len() + answer.files.memory_bytes() + 300)
                .unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(CAPACITY).weigher(weigh).build())
    }
}

/// Around everything: who asks, and what is answered, belong to one state of the database.
pub(crate) async fn pin_data_version(request: Request, next: Next) -> Response {
    with_pinned_data_version(next.run(request)).await
}

/// Around routes that read nothing but the database and files: answers as before where nothing has changed since. The caller has been
/// found anew, and what it may see is part of what an answer is known by.
pub(crate) async fn cache_response(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let rights = request
        .extensions()
        .get::<AuthOutcome>()
        .and_then(AuthOutcome::rights);
    let (Some(version), Some(rights)) = (state.services.system.data_version().await, rights) else {
        return next.run(request).await;
    };
    let key = (version, rights, request.uri().to_string());
    if let Some(known) = state.answers.0.get(&key).filter(|known| known.files.is_fresh()) {
        return known.to_response();
    }
    let (response, files) = FileDependencies::collect(state.services.clock().now(), next.run(request)).await;
    let Some((header, files)) = cacheable_header(&response).zip(files) else {
        return response;
    };
    let status = response.status();
    match to_bytes(response.into_body(), usize::MAX).await {
        Ok(body) => {
            let answer = Arc::new(Answer {
                status,
                header,
                body,
                files,
            });
            state.answers.0.insert(key, answer.clone());
            answer.to_response()
        }
        Err(error) => ApiError::internal(error.to_string()).into_response(),
    }
}

/// What is kept of an answer's headers: of JSON that it is such, of another address where it leads. None where the answer is
/// not kept.
fn cacheable_header(response: &Response) -> Option<(HeaderName, HeaderValue)> {
    response
        .body()
        .size_hint()
        .exact()
        .filter(|length| *length <= MAX_BODY)?;
    let value = |name| response.headers().get(&name).cloned().map(|value| (name, value));
    match response.status() {
        StatusCode::OK => value(header::CONTENT_TYPE).filter(|(_, kind)| kind == "application/json"),
        StatusCode::SEE_OTHER => value(header::LOCATION),
        _ => None,
    }
}

impl Answer {
    fn to_response(&self) -> Response {
        (self.status, [self.header.clone()], Body::from(self.body.clone())).into_response()
    }
}
