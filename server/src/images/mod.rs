//! Shared parts of images of runs for other sites: link previews and badges.
//!
//! Every client gets the image that a visitor without an account may see, so that shared caches may store it.

pub(crate) mod svg;
pub(crate) mod text;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use headers::HeaderMapExt as _;
use runlens_api_types::{ErrorBody, ErrorCode};
use runlens_domain::{Error, access, runs::RunHeadline};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    http::{
        conditional::{has_etag, strong_etag},
        error::ApiError,
        error_envelope,
        rate_limit::address_key,
    },
    limits::Quota,
    state::AppState,
};

/// Adds the middleware of images.
pub(crate) fn with_image_middleware(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn(errors_as_text))
            .layer(CatchPanicLayer::custom(error_envelope::handle_panic))
            .layer(from_fn(error_envelope::timeout))
            .layer(from_fn_with_state(state.clone(), enforce_rate_limit)),
    )
}

/// Loads a run as a visitor without an account sees it.
pub(crate) async fn visitor_headline(state: &AppState, id: i32) -> Result<RunHeadline, Error> {
    let visitor = state.services.visitor();
    let run = state.services.runs.load(&visitor, access::GET_RUN, id).await?;
    run.headline().await
}

/// 404 instead of 403 if visitors may not read runs, since signing in does not help.
pub(crate) fn image_error(error: Error) -> ApiError {
    match error {
        Error::MissingScope(_) => ApiError::new(
            ErrorCode::NotFound,
            "Images of runs are not available, because this installation requires signing in.",
        ),
        error => error.into(),
    }
}

/// The response for one version of an image.
pub(crate) struct ImageResponse {
    content_type: &'static str,
    max_age_secs: u32,
    /// Hash of the SVG: equal for equal images.
    hash: u128,
}

impl ImageResponse {
    pub(crate) fn new(content_type: &'static str, max_age_secs: u32, svg: &str) -> Self {
        Self {
            content_type,
            max_age_secs,
            hash: xxh3_128(svg.as_bytes()),
        }
    }

    pub(crate) fn hash(&self) -> u128 {
        self.hash
    }

    /// 304 if the client has the image.
    pub(crate) fn not_modified(&self, headers: &HeaderMap) -> Option<Response> {
        has_etag(headers, &self.tag()).then(|| self.with_headers(StatusCode::NOT_MODIFIED.into_response()))
    }

    pub(crate) fn with_image(&self, image: impl Into<Bytes>) -> Response {
        let mut response = Body::from(image.into()).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        self.with_headers(response)
    }

    fn tag(&self) -> String {
        format!("{:032x}", self.hash)
    }

    fn with_headers(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        if let Some(etag) = strong_etag(&self.tag()) {
            headers.typed_insert(etag);
        }
        if let Ok(value) = HeaderValue::try_from(format!("public, max-age={}", self.max_age_secs)) {
            headers.insert(header::CACHE_CONTROL, value);
        }
        // Other sites embed images. Opened directly, an SVG must not run anything.
        headers.insert(
            "cross-origin-resource-policy",
            HeaderValue::from_static("cross-origin"),
        );
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
        );
        response
    }
}

/// Counts the request as a browser's read.
async fn enforce_rate_limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let address = match address_key(&request) {
        Ok(address) => address,
        Err(error) => return error.into_response(),
    };
    let window = state.limits.consume(Quota::BrowserReads, address).await;
    if let Some(retry_after) = window.retry_after {
        let error = ApiError::new(
            ErrorCode::RateLimited,
            format!("Too many requests. Try again in {retry_after} seconds."),
        );
        return ([(header::RETRY_AFTER, retry_after.to_string())], error).into_response();
    }
    next.run(request).await
}

/// Writes errors as a line of text, since images are not part of the API.
async fn errors_as_text(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(ApiError { body, cause }) = response.extensions_mut().remove() else {
        return response;
    };
    if let Some(cause) = cause {
        tracing::error!(%cause, "image request failed");
    }
    let ErrorBody { message, .. } = body;
    let (head, text) = format!("{message}\n").into_response().into_parts();
    response.headers_mut().extend(head.headers);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = text;
    response
}
