//! Link previews: an image of a run, 1200 × 630, that other sites show for a link to the run.

mod picture;
mod render;

#[cfg(test)]
pub(crate) use render::svg_to_png;

use axum::{Router, extract::State, http::HeaderMap, response::Response, routing::get};

use crate::{
    http::{error::ApiError, params::RunId},
    images::{ImageResponse, image_error, visitor_headline, with_image_middleware},
    state::AppState,
};

/// Cache lifetime of the preview of a run in progress.
const IN_PROGRESS_MAX_AGE_SECS: u32 = 30;
/// Cache lifetime of the preview of a finished run. Its baseline may still change.
const FINISHED_MAX_AGE_SECS: u32 = 600;

pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let routes = Router::new().route("/runs/{run_id}/preview.png", get(preview));
    with_image_middleware(routes, state)
}

async fn preview(
    State(state): State<AppState>,
    RunId(id): RunId,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let headline = visitor_headline(&state, id).await.map_err(image_error)?;
    let max_age_secs = if headline.run.status.is_in_progress() {
        IN_PROGRESS_MAX_AGE_SECS
    } else {
        FINISHED_MAX_AGE_SECS
    };
    let svg = picture::svg(&headline);
    let response = ImageResponse::new("image/png", max_age_secs, &svg);
    if let Some(not_modified) = response.not_modified(&headers) {
        return Ok(not_modified);
    }
    let image = state
        .previews
        .get_or_render(response.hash(), move || render::svg_to_png(&svg))
        .await?;
    Ok(response.with_image(image))
}
