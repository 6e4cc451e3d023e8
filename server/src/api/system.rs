//! The state of the installation.

use axum::{Json, extract::State, http::StatusCode};
use runlens_contract::system::{Health, HealthStatus};
use runlens_domain::Platform;

/// Get the health of the installation
///
/// Needs no token, and uses up no rate limit.
#[utoipa::path(
    get, path = "/system/health", tag = "system", operation_id = "get_health",
    responses(
        (status = OK, description = "It works, or works in part", body = Health),
        (status = SERVICE_UNAVAILABLE, description = "It does not work", body = Health)
    ),
    security()
)]
pub(crate) async fn get_health(State(platform): State<Platform>) -> (StatusCode, Json<Health>) {
    let health = platform.health().await;
    let status = if health.status == HealthStatus::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(health))
}
