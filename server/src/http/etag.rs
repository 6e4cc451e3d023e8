//! `ETag` of responses that are in memory.
//!
//! `etag` runs inside the compression and hashes the plain bytes, so a 304 is never compressed.
//! `add_encoding_to_etag` runs outside of it: compressed bytes differ, so their strong tag must differ too.

use std::convert::Infallible;

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream;
use headers::{HeaderMapExt as _, IfNoneMatch};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::{
    authentication::AuthOutcome,
    conditional::{matching_etag, strong_etag},
    error::ApiError,
};

/// Adds the `ETag`, and answers 304 if the client has it.
pub(crate) async fn etag(request: Request, next: Next) -> Response {
    let is_get = request.method() == Method::GET;
    let permissions = request
        .extensions()
        .get::<AuthOutcome>()
        .and_then(AuthOutcome::permission_key)
        .unwrap_or_default();
    let if_none_match = request.headers().typed_get::<IfNoneMatch>();
    let response = next.run(request).await;
    // A stream has no exact size, and must not be collected in memory.
    let is_in_memory = response.body().size_hint().exact().is_some();
    if !is_get || response.status() != StatusCode::OK || !is_in_memory {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return ApiError::internal(error.to_string()).into_response(),
    };
    // Not cryptographic: a collision harms only the cache of the client that produced it.
    let tag = format!("{:032x}", xxh3_128_with_seed(&bytes, permissions));
    if let Some(etag) = if_none_match.and_then(|list| matching_etag(&list, &tag)) {
        parts.headers.typed_insert(etag);
        parts.status = StatusCode::NOT_MODIFIED;
        for name in [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
            header::TRANSFER_ENCODING,
        ] {
            parts.headers.remove(name);
        }
        return Response::from_parts(parts, Body::empty());
    }
    if let Some(etag) = strong_etag(&tag) {
        parts.headers.typed_insert(etag);
    }
    Response::from_parts(parts, bytes.into())
}

/// Appends the encoding to the tag of a compressed response.
pub(crate) async fn add_encoding_to_etag(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::NOT_MODIFIED {
        // The router would add `Content-Length: 0` to an empty body, which is not the length of the cached
        // response.
        *response.body_mut() = Body::from_stream(stream::empty::<Result<Bytes, Infallible>>());
    }
    let headers = response.headers_mut();
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    if let (Some(tag), Some(encoding)) = (text(header::ETAG), text(header::CONTENT_ENCODING))
        && let Some(stem) = tag.strip_suffix('"')
        && let Ok(tag) = HeaderValue::from_str(&format!("{stem}-{encoding}\""))
    {
        headers.insert(header::ETAG, tag);
    }
    response
}
