//! `GET /openapi.json`.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{openapi, state::AppState};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_openapi))
}

/// Get this document
///
/// Needs no token.
#[utoipa::path(
    get, path = "/openapi.json", tag = "system", operation_id = "get_openapi",
    responses((status = OK, description = "OpenAPI 3.1", body = serde_json::Value, content_type = "application/json")),
    security()
)]
pub(crate) async fn get_openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi::document()).into_response()
}
