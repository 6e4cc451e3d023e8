//! What is shown of a run elsewhere: the picture of a link's preview, and badges. Public addresses: whoever asks sees what a visitor
//! without an account may see, whatever else they are.

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
use runlens_api_types::{ErrorBody, ErrorCode};
use runlens_domain::{Error, access, runs::RunHeadline};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    http::{client_address::ClientAddress, error::ApiError, error_envelope, etag},
    limits::{Quota, RateLimitKey},
    state::AppState,
};

/// Routes of images, with what lies around them.
pub(crate) fn with_layers(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn(in_plain_text))
            .layer(CatchPanicLayer::custom(error_envelope::panicked))
            .layer(from_fn(error_envelope::timeout))
            .layer(from_fn_with_state(state.clone(), admit)),
    )
}

/// Loads a run as a visitor without an account sees it: images are public, whoever requests them.
pub(crate) async fn visitor_headline(state: &AppState, id: i32) -> Result<RunHeadline, Error> {
    let visitor = state.services.visitor();
    let run = state.services.runs.load(&visitor, access::GET_RUN, id).await?;
    run.headline().await
}

/// Translates an error for a reader who cannot sign in: where visitors may not see runs, there are no images of them.
pub(crate) fn image_error(error: Error) -> ApiError {
    match error {
        Error::MissingScope(_) => ApiError::new(
            ErrorCode::NotFound,
            "This installation shows runs to people who have signed in, and no pictures or badges of them.",
        ),
        error => error.into(),
    }
}

/// An image on its way out.
pub(crate) struct Answer {
    pub(crate) kind: &'static str,
    /// How long it may be kept.
    pub(crate) seconds: u32,
    /// Where two are equal, so are the images.
    pub(crate) key: u128,
}

impl Answer {
    fn tag(&self) -> String {
        format!("\"{:032x}\"", self.key)
    }

    /// The answer to whoever has the image already.
    pub(crate) fn known(&self, headers: &HeaderMap) -> Option<Response> {
        etag::knows(headers, &self.tag()).then(|| self.with_headers(StatusCode::NOT_MODIFIED.into_response()))
    }

    pub(crate) fn whole(&self, image: Bytes) -> Response {
        let mut response = Body::from(image).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        self.with_headers(response)
    }

    fn with_headers(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        for (name, value) in [
            (header::ETAG, self.tag()),
            (header::CACHE_CONTROL, format!("public, max-age={}", self.seconds)),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        // It is made to be shown on other sites, and opened by itself it may do nothing.
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

/// Counts the request as one of a visitor's browser.
async fn admit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let Some(ClientAddress(address)) = request.extensions().get().copied() else {
        return ApiError::internal("the route lies outside the addresses of clients").into_response();
    };
    if let Some(retry_after) = state
        .limits
        .consume(Quota::BrowserReads, RateLimitKey::at(address))
        .await
        .retry_after
    {
        let error = ApiError::new(
            ErrorCode::RateLimited,
            format!("Too many requests. Try again in {retry_after} seconds."),
        );
        return ([(header::RETRY_AFTER, retry_after.to_string())], error).into_response();
    }
    next.run(request).await
}

/// Says what went wrong in a line of text: these addresses are no API.
async fn in_plain_text(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(ApiError { body, cause }) = response.extensions_mut().remove() else {
        return response;
    };
    if let Some(cause) = cause {
        tracing::error!(%cause, "a picture or a badge could not be made");
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
