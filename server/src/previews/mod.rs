//! The picture of a link's preview.

mod picture;
pub(crate) mod render;

use axum::{Router, extract::State, http::HeaderMap, response::Response, routing::get};
use xxhash_rust::xxh3::xxh3_128;

use crate::{
    http::{error::ApiError, extract::RunId},
    images::{self, Answer, image_error, visitor_headline},
    state::AppState,
};

/// How long a picture of a run that goes on may be shown, in seconds.
const GOING_ON: u32 = 30;
/// That of a picture of a run that has ended: what it is compared with may yet change.
const ENDED: u32 = 600;

/// The routes.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    images::with_layers(
        Router::new().route("/runs/{run_id}/preview.png", get(preview)),
        state,
    )
}

/// The picture of a run, 1200 × 630.
async fn preview(
    State(state): State<AppState>,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let headline = visitor_headline(&state, id).await.map_err(image_error)?;
    let seconds = if headline.run.status.is_in_progress() {
        GOING_ON
    } else {
        ENDED
    };
    let svg = picture::svg(&headline);
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
