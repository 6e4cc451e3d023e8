//! Cookies and tokens of requests, independent of routes and middleware.

mod cookies;
mod token_cache;

use axum::http::HeaderValue;

pub(crate) use cookies::Cookies;
pub(crate) use token_cache::{CachedToken, TokenCache};

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer_token(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}
