//! Protection against cross-site request forgery: a write with a cookie must come from this site's own pages.
//!
//! Own code instead of `tower_http::csrf::CsrfLayer` (0.7), which allows a request with a cookie if it has
//! neither `Sec-Fetch-Site` nor `Origin`, as old browsers send it, and one with `Sec-Fetch-Site: none`. Here
//! both are refused.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use runlens_api_types::ErrorCode;

use crate::{http::error::ApiError, state::AppState};

/// Refuses API writes from other sites. Runs after rate limiting, so refused requests are counted.
pub(crate) async fn refuse_cross_site_writes(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    // A token is never added by the browser itself, so its requests need no protection.
    let has_token = headers.contains_key(header::AUTHORIZATION);
    let is_allowed_origin =
        !headers.contains_key(header::COOKIE) && state.http.cors_origins.allows(headers.get(header::ORIGIN));
    let is_allowed = is_same_origin_or_read(request.method(), headers, &state.http.public_url);
    if has_token || is_allowed_origin || is_allowed {
        return next.run(request).await;
    }
    ApiError::new(
        ErrorCode::Forbidden,
        "A write with a cookie must come from this site's own pages.",
    )
    .into_response()
}

/// Whether a request is a read, comes from this site, or comes from a client that is not a browser: such
/// clients send no origin, and may send no cookie.
pub(crate) fn is_same_origin_or_read(method: &Method, headers: &HeaderMap, public_url: &str) -> bool {
    if method.is_safe() {
        return true;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return !headers.contains_key(header::COOKIE);
    };
    let Ok(origin) = origin.to_str() else { return false };
    let host = text("host");
    origin == public_url
        || host.is_some_and(|host| {
            origin
                .split_once("://")
                .is_some_and(|(_, origin_host)| origin_host == host)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_with_a_cookie_must_be_same_origin() {
        let cases: [(&[(&str, &str)], bool); 10] = [
            (&[], true),
            (&[("cookie", "runlens_visitor=x")], false),
            (&[("cookie", "x"), ("sec-fetch-site", "same-origin")], true),
            (&[("cookie", "x"), ("sec-fetch-site", "same-site")], false),
            (&[("cookie", "x"), ("sec-fetch-site", "none")], false),
            (
                &[
                    ("cookie", "x"),
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://runlens.example.org"),
                ],
                false,
            ),
            (
                &[("cookie", "x"), ("origin", "https://runlens.example.org")],
                true,
            ),
            (
                &[
                    ("cookie", "x"),
                    ("origin", "http://127.0.0.1:3000"),
                    ("host", "127.0.0.1:3000"),
                ],
                true,
            ),
            (
                &[("origin", "https://evil.example.org"), ("host", "127.0.0.1:3000")],
                false,
            ),
            (&[("origin", "null")], false),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in given {
                headers.insert(*name, value.parse().expect("a header"));
            }
            assert_eq!(
                is_same_origin_or_read(&Method::POST, &headers, "https://runlens.example.org"),
                expected,
                "{given:?}"
            );
            assert!(is_same_origin_or_read(
                &Method::GET,
                &headers,
                "https://runlens.example.org"
            ));
        }
    }
}
