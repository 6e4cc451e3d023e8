//! Strong validators: an answer that the client has already is not sent again.
//!
//! The tag is made of the plain bytes, inside the compression, which a 304 therefore never reaches. Outside of it the tag is given
//! the name of the encoding: other bytes, another strong tag. Either form is known again.

use std::convert::Infallible;

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream;
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::authentication::AuthOutcome;
use crate::http::error::ApiError;

/// Inside the compression: adds the `ETag`, and answers 304 where the client knows it.
pub(crate) async fn etag(request: Request, next: Next) -> Response {
    let is_get = request.method() == Method::GET;
    let rights = request
        .extensions()
        .get::<AuthOutcome>()
        .and_then(AuthOutcome::rights)
        .unwrap_or_default();
    let known: Vec<HeaderValue> = request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .cloned()
        .collect();
    let response = next.run(request).await;
    // What is sent while it is made has no known length, and is not held in memory for a tag.
    let is_whole = response.body().size_hint().exact().is_some();
    if !is_get || response.status() != StatusCode::OK || !is_whole {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return ApiError::internal(error.to_string()).into_response(),
    };
    // Fast rather than cryptographic: whoever finds two answers with one tag deceives only their own reader's cache.
    let stem = format!("\"{:032x}", xxh3_128_with_seed(&bytes, rights));
    let known = known
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(|list| known_form(list, &stem));
    let is_known = known.is_some();
    if let Ok(tag) = HeaderValue::from_str(&known.unwrap_or_else(|| format!("{stem}\""))) {
        parts.headers.insert(header::ETAG, tag);
    }
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        remove_body_headers(&mut parts.headers);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, bytes.into())
}

/// Outside the compression: names the encoding in the `ETag`.
pub(crate) async fn encoded_etag(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::NOT_MODIFIED {
        // Of an empty body the router would say that its length is 0, which is not that of the answer the client has.
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

/// Whether `If-None-Match` names a tag, which is written with its quotes.
pub(crate) fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let lists = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok());
    tag.strip_suffix('"')
        .is_some_and(|stem| lists.into_iter().any(|list| known_form(list, stem).is_some()))
}

/// The form of the tag that a list names: plain, or with an encoding.
fn known_form(list: &str, stem: &str) -> Option<String> {
    list.split(',').map(str::trim).find_map(|known| {
        if known == "*" {
            return Some(format!("{stem}\""));
        }
        let known = known.strip_prefix("W/").unwrap_or(known);
        matches!(known.strip_prefix(stem)?, "\"" | "-br\"" | "-gzip\"").then(|| known.to_owned())
    })
}

fn remove_body_headers(headers: &mut HeaderMap) {
    for name in [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::TRANSFER_ENCODING,
    ] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::known_form;

    #[test]
    fn a_tag_is_known_in_each_of_its_forms() {
        for (list, form) in [
            ("\"1a\"", Some("\"1a\"")),
            ("W/\"1a\"", Some("\"1a\"")),
            ("\"0\" , \"1a-gzip\",\"1a\"", Some("\"1a-gzip\"")),
            ("W/\"1a-br\"", Some("\"1a-br\"")),
            ("*", Some("\"1a\"")),
            ("\"1a-zip\"", None),
            ("\"1ab\"", None),
            ("1a", None),
            ("", None),
        ] {
            assert_eq!(known_form(list, "\"1a").as_deref(), form, "{list}");
        }
    }
}
