//! Pages of other origins that may ask the API: none, unless configured.

use std::time::Duration;

use axum::http::{Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{rate_limit, request_id};
use crate::config::OtherOrigins;

/// How long a browser remembers what it may ask.
const MAX_AGE: Duration = Duration::from_secs(600);

/// What other origins are told; none where there are no others. Cookies never count: other origins ask with tokens.
pub(crate) fn layer(origins: &OtherOrigins) -> Option<CorsLayer> {
    let origin = match origins {
        OtherOrigins::None => return None,
        OtherOrigins::Any => AllowOrigin::any(),
        OtherOrigins::These(origins) => AllowOrigin::list(origins.iter().cloned()),
    };
    let layer = CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            header::IF_RANGE,
            header::RANGE,
            request_id::X_REQUEST_ID,
        ])
        .expose_headers([
            header::ETAG,
            header::ACCEPT_RANGES,
            header::CONTENT_DISPOSITION,
            header::CONTENT_RANGE,
            header::RETRY_AFTER,
            header::LOCATION,
            request_id::X_REQUEST_ID,
            rate_limit::LIMIT,
            rate_limit::REMAINING,
            rate_limit::RESET,
        ])
        .max_age(MAX_AGE);
    Some(layer)
}
