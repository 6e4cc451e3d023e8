//! Badges of runs.

pub(crate) mod badge;

use axum::{Router, extract::State, http::HeaderMap, response::Response, routing::get};
use runlens_api_types::run::RunQuery;
use runlens_domain::Error;
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    http::{
        error::ApiError,
        extract::{RunId, ValidatedQuery},
    },
    images::{self, Answer, image_error, visitor_headline},
    state::AppState,
};
use badge::Badge;

/// How long a badge may be shown, in seconds: services that show badges ask often, and a new run is to be seen soon.
const BADGE: u32 = 60;

/// The routes.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let routes = Router::new()
        .route("/runs/{run_id}/badge.svg", get(run_badge))
        .route("/badge.svg", get(newest_badge));
    images::with_layers(routes, state)
}

/// The badge of a run.
async fn run_badge(
    State(state): State<AppState>,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let badge = match visitor_headline(&state, id).await {
        Ok(headline) => Badge::of_run(&headline),
        // Whoever shows the badge shows nothing at all of a failure.
        Err(Error::NotFound { .. }) => Badge::unknown(id),
        Err(error) => return Err(image_error(error)),
    };
    Ok(badge_answer(&badge, &headers))
}

/// The badge of the newest completed run of a branch or a pull request, on a platform or any.
async fn newest_badge(
    State(state): State<AppState>,
    ValidatedQuery(asked): ValidatedQuery<RunQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let visitor = state.services.visitor();
    let query = badge::query(asked, &state.services.settings().main_repository);
    let newest = state.services.runs.newest_completed(&visitor, &query).await;
    let badge = match newest.map_err(image_error)? {
        Some(id) => Badge::of_run(&visitor_headline(&state, id).await.map_err(image_error)?),
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
