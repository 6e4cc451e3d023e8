//! Build logs.

use axum::{Json, extract::State};
use runlens_contract::{
    ErrorBody,
    log::{LogPage, LogQuery},
};
use runlens_domain::Platform;

use crate::{
    error::ApiResult,
    extract::{Asked, Asker, RunId},
};

/// Get raw logs for a run
///
/// Uses cursor-based pagination; do not mix `cursor` and `offset`. Returns 404 with the code `log_not_found` when the log is
/// absent from both local and object storage.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs", tag = "logs", operation_id = "list_run_logs",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), LogQuery),
    responses(
        (status = OK, description = "Cursor-paginated run log lines", body = LogPage),
        (status = NOT_FOUND, description = "Run not found, or its log found in neither store", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!("system:read")))
)]
pub(crate) async fn list_run_logs(
    State(platform): State<Platform>,
    Asker(caller): Asker,
    RunId(id): RunId,
    Asked(query): Asked<LogQuery>,
) -> ApiResult<LogPage> {
    Ok(Json(platform.open_run(&caller, id).await?.logs(&query).await?))
}
