//! State of the installation.

use axum::{Json, extract::State, http::StatusCode};
use runlens_api_types::system::{Health, HealthStatus, Queue, QueueQuery};
use runlens_domain::{Services, access, system::dependency};

use crate::{
    http::{
        error::ApiResult,
        extract::{CurrentCaller, ValidatedQuery},
    },
    state::AppState,
};

/// Get the health of the installation
///
/// Needs no token, and does not count towards the rate limit.
#[utoipa::path(
    get, path = "/system/health", tag = "system", operation_id = "get_health",
    responses(
        (status = OK, description = "Available, possibly degraded", body = Health),
        (status = SERVICE_UNAVAILABLE, description = "Unavailable", body = Health)
    ),
    security()
)]
pub(crate) async fn get_health(State(state): State<AppState>) -> (StatusCode, Json<Health>) {
    let mut health = state.services.system.health().await;
    if let Some(redis) = state.limits.check().await {
        health = health.with(dependency("redis", HealthStatus::Degraded, redis));
    }
    let status = if health.status == HealthStatus::Down {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    (status, Json(health))
}

/// List the queue
///
/// Runs in progress by ID, then queued runs by ID. `meta` counts all of them, on every operating system.
#[utoipa::path(
    get, path = "/system/queue", tag = "system", operation_id = "list_queue", params(QueueQuery),
    responses((status = OK, description = "A page of the queue", body = Queue)),
    extensions(("x-required-scope" = json!(access::LIST_QUEUE)))
)]
pub(crate) async fn list_queue(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(query): ValidatedQuery<QueueQuery>,
) -> ApiResult<Queue> {
    Ok(Json(services.system.queue(&caller, &query).await?))
}
