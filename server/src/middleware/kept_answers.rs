//! Answers that depend on nothing but the database and the caller's rights, kept as bytes while the database stays as it is.

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use moka::sync::Cache;
use runlens_domain::store::version::{Version, at_one_version};

use super::authentication::Access;
use crate::{error::ApiError, state::AppState};

/// The most bytes that are kept.
const CAPACITY: u64 = 16 * 1024 * 1024;

/// Of what an answer is made: a state of the database, rights, and an address.
type Key = (Version, u64, String);

/// The answers.
#[derive(Clone)]
pub(crate) struct KeptAnswers(Cache<Key, Bytes>);

impl Default for KeptAnswers {
    fn default() -> Self {
        let weigh = |(_, _, address): &Key, body: &Bytes| u32::try_from(address.len() + body.len() + 200).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(CAPACITY).weigher(weigh).build())
    }
}

/// Around everything: who asks, and what is answered, belong to one state of the database.
pub(crate) async fn one_version(request: Request, next: Next) -> Response {
    at_one_version(next.run(request)).await
}

/// Around routes that read nothing but the database: answers as before where nothing has changed since. The caller has been
/// found anew, and what it may see is part of what an answer is known by.
pub(crate) async fn keep(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let rights = request.extensions().get::<Access>().and_then(Access::rights);
    let (Some(version), Some(rights)) = (state.platform.store().version(), rights) else { return next.run(request).await };
    let key = (version, rights, request.uri().to_string());
    if let Some(known) = state.answers.0.get(&key) {
        return json(known);
    }
    let response = next.run(request).await;
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() != StatusCode::OK || !is_json || response.body().size_hint().exact().is_none() {
        return response;
    }
    match to_bytes(response.into_body(), usize::MAX).await {
        Ok(body) => {
            state.answers.0.insert(key, body.clone());
            json(body)
        }
        Err(error) => ApiError::internal(error.to_string()).into_response(),
    }
}

fn json(body: Bytes) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], Body::from(body)).into_response()
}
