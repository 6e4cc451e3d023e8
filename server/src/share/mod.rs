//! What is shown of a run elsewhere: the picture of a link's preview, and badges. Public addresses: whoever asks sees what a visitor
//! without an account may see, whatever else they are.

mod badge;
mod draw;
mod facts;
mod picture;
mod svg;
mod text;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use runlens_api_types::{ErrorBody, ErrorCode, auth::Scope, run::RunQuery};
use runlens_domain::{Caller, Error};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use xxhash_rust::xxh3::xxh3_128;

pub(crate) use draw::Pictures;

use crate::{
    error::ApiError,
    extract::{Asked, RunId},
    limits::{Budget, Client},
    middleware::{client_address::ClientAddress, error_envelope, etag},
    state::AppState,
};
use badge::Badge;
use facts::Facts;

/// How long a picture or a badge of a run that goes on may be shown, in seconds.
const GOING_ON: u32 = 30;
/// That of a badge: services that show badges ask often, and a new run is to be seen soon.
const BADGE: u32 = 60;
/// That of a picture of a run that has ended: what it is compared with may yet change.
const ENDED: u32 = 600;

/// The routes.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/runs/{run_id}/preview.png", get(preview))
        .route("/runs/{run_id}/badge.svg", get(run_badge))
        .route("/badge.svg", get(newest_badge))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(in_plain_text))
                .layer(CatchPanicLayer::custom(error_envelope::panicked))
                .layer(from_fn(error_envelope::timeout))
                .layer(from_fn_with_state(state.clone(), admit)),
        )
}

/// The picture of a run, 1200 × 630.
async fn preview(
    State(state): State<AppState>,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let facts = Facts::of(&state.platform, &visitor(&state)?, id).await?;
    let seconds = if facts.run.status.is_in_progress() {
        GOING_ON
    } else {
        ENDED
    };
    let svg = picture::svg(&facts);
    // Known by what is drawn: neither is drawn again what the client has, nor what somebody has asked for before.
    let key = xxh3_128(svg.as_bytes());
    let answer = Answer {
        kind: "image/png",
        seconds,
        key,
    };
    if let Some(known) = answer.known(&headers) {
        return Ok(known);
    }
    Ok(answer.whole(state.pictures.draw(key, svg).await?))
}

/// The badge of a run.
async fn run_badge(
    State(state): State<AppState>,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let badge = match Facts::of(&state.platform, &visitor(&state)?, id).await {
        Ok(facts) => Badge::of_run(&facts),
        // Whoever shows the badge shows nothing at all of a failure.
        Err(Error::NotFound { .. }) => Badge::unknown(id),
        Err(error) => return Err(error.into()),
    };
    Ok(badge_answer(&badge, &headers))
}

/// The badge of the newest completed run of a branch or a pull request, on a platform or any.
async fn newest_badge(
    State(state): State<AppState>,
    Asked(asked): Asked<RunQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let visitor = visitor(&state)?;
    let query = badge::query(asked, &state.platform.settings().main_repository);
    let badge = match state.platform.newest_completed_run(&visitor, &query).await? {
        Some(id) => Badge::of_run(&Facts::of(&state.platform, &visitor, id).await?),
        None => Badge::no_runs(&query),
    };
    Ok(badge_answer(&badge, &headers))
}

fn badge_answer(badge: &Badge, headers: &HeaderMap) -> Response {
    let svg = badge.svg();
    let answer = Answer {
        kind: "image/svg+xml",
        seconds: BADGE,
        key: xxh3_128(svg.as_bytes()),
    };
    answer.known(headers).unwrap_or_else(|| answer.whole(svg.into()))
}

/// For whom everything here is made. Where visitors may not see runs, there is nothing here.
fn visitor(state: &AppState) -> Result<Caller, ApiError> {
    let visitor = state.platform.visitor();
    match visitor.require(Scope::RunsRead) {
        Ok(()) => Ok(visitor),
        Err(_) => Err(ApiError::new(
            ErrorCode::NotFound,
            "This installation shows runs to people who have signed in, and no pictures or badges of them.",
        )),
    }
}

/// An image on its way out.
struct Answer {
    kind: &'static str,
    /// How long it may be kept.
    seconds: u32,
    /// Where two are equal, so are the images.
    key: u128,
}

impl Answer {
    fn tag(&self) -> String {
        format!("\"{:032x}\"", self.key)
    }

    /// The answer to whoever has the image already.
    fn known(&self, headers: &HeaderMap) -> Option<Response> {
        etag::knows(headers, &self.tag()).then(|| self.with_headers(StatusCode::NOT_MODIFIED.into_response()))
    }

    fn whole(&self, image: Bytes) -> Response {
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
        .take(Budget::BrowserReads, Client::at(address))
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
