//! Status badges of runs, branches and pull requests, for READMEs.

mod badge;

use axum::{Router, extract::State, http::HeaderMap, response::Response, routing::get};
use runlens_api_types::run::RunQuery;
use runlens_domain::Error;

pub(crate) use badge::Badge;

use crate::{
    http::{error::ApiError, extract::ValidatedQuery, params::RunId},
    images::{ImageResponse, image_error, visitor_headline, with_image_middleware},
    state::AppState,
};

/// Cache lifetime. Sites that show badges request them often, and a new run should appear soon.
const MAX_AGE_SECS: u32 = 60;

pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let routes = Router::new()
        .route("/runs/{run_id}/badge.svg", get(run_badge))
        .route("/badge.svg", get(latest_badge));
    with_image_middleware(routes, state)
}

async fn run_badge(
    State(state): State<AppState>,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let badge = match visitor_headline(&state, id).await {
        Ok(headline) => Badge::of_run(&headline),
        // A site would show an error as a broken image.
        Err(Error::NotFound { .. }) => Badge::unknown_run(id),
        Err(error) => return Err(image_error(error)),
    };
    Ok(respond(&badge, &headers))
}

/// Badge of the newest completed run that matches the query.
async fn latest_badge(
    State(state): State<AppState>,
    ValidatedQuery(query): ValidatedQuery<RunQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let visitor = state.services.visitor();
    let query = badge::run_query(query, &state.services.settings().main_repository);
    let newest = state.services.runs.newest_completed(&visitor, &query).await;
    let badge = match newest.map_err(image_error)? {
        Some(id) => Badge::of_run(&visitor_headline(&state, id).await.map_err(image_error)?),
        None => Badge::no_runs(&query),
    };
    Ok(respond(&badge, &headers))
}

fn respond(badge: &Badge, headers: &HeaderMap) -> Response {
    let svg = badge.svg();
    let response = ImageResponse::new("image/svg+xml", MAX_AGE_SECS, &svg);
    response
        .not_modified(headers)
        .unwrap_or_else(|| response.with_image(svg))
}
