//! The state of the installation.

use axum::{Json, extract::State, http::StatusCode};
use runlens_contract::system::{Health, HealthStatus};
use runlens_domain::system::dependency;

use crate::state::AppState;

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
pub(crate) async fn get_health(State(state): State<AppState>) -> (StatusCode, Json<Health>) {
    let mut health = state.platform.health().await;
    if let Some(redis) = state.limits.check().await {
        health = health.with(dependency("redis", HealthStatus::Degraded, redis));
    }
    let status = if health.status == HealthStatus::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(health))
}
