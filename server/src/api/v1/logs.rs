//! Build logs.

use axum::{Json, extract::State};
use runlens_api_types::{
    ErrorBody,
    log::{LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch, LogSearchQuery},
};
use runlens_domain::{Services, access};

use crate::{
    http::error::ApiResult,
    http::extract::{CurrentCaller, RunId, ValidatedQuery},
};

/// Get raw logs for a run
///
/// Uses cursor-based pagination; do not mix `cursor` and `offset`. Returns 404 with the code `log_not_found` when the log is
/// absent from both local and object storage.
///
/// Logs have up to millions of lines. Ask for the outline first (`get_run_log_outline`): it names the first and the last error and says
/// where the others are. Then read the region, with `from_line` and a small `limit`, or what passes a filter, with `context`. A page of a
/// filtered log ends where looking for matches has taken long; `examined` says how far it looked, and the cursor goes on from there.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs", tag = "logs", operation_id = "list_run_logs",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), LogQuery),
    responses(
        (status = OK, description = "Cursor-paginated run log lines", body = LogPage),
        (status = NOT_FOUND, description = "Run not found, or its log found in neither store", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::LIST_RUN_LOGS)))
)]
pub(crate) async fn list_run_logs(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<LogQuery>,
) -> ApiResult<LogPage> {
    Ok(Json(
        services
            .logs
            .page(
                &services.runs.load(&caller, access::LIST_RUN_LOGS, id).await?,
                &query,
            )
            .await?,
    ))
}

/// Get the outline of a run's log
///
/// What is in it as a whole: how large it is, how many lines there are of each level and source, where the first and the last error
/// are, and in which parts of it the errors lie. The small answer to begin with: outline first, then the region (`list_run_logs` with
/// `from_line`).
///
/// A log is gone through once. Where that takes longer than a second, the answer tells of the part that has been: `is_complete` is
/// false, and every number counts the first `indexed_bytes`. `is_growing` says that the run has not finished: more lines may follow.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs/outline", tag = "logs", operation_id = "get_run_log_outline",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), LogOutlineQuery),
    responses(
        (status = OK, description = "The outline", body = LogOutline),
        (status = NOT_FOUND, description = "Run not found, or its log found in neither store", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN_LOG_OUTLINE)))
)]
pub(crate) async fn get_run_log_outline(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<LogOutlineQuery>,
) -> ApiResult<LogOutline> {
    Ok(Json(
        services
            .logs
            .outline(
                &services
                    .runs
                    .load(&caller, access::GET_RUN_LOG_OUTLINE, id)
                    .await?,
                &query,
            )
            .await?,
    ))
}

/// Search the log of a run
///
/// Counts the lines of the whole log that pass the filter, exactly, and gives a page of them, with their numbers among all matches and
/// the places in their text to highlight. At least one part of the filter is required. `limit=0` only counts.
///
/// Where a search takes longer than a second, the answer tells of the part that has been searched: `is_complete` is false, and
/// `matches` counts the first `searched_bytes`. The search goes on; ask again for the rest. A page backward from behind that part has no
/// matches yet.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs/search", tag = "logs", operation_id = "search_run_log",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), LogSearchQuery),
    responses(
        (status = OK, description = "A page of matches", body = LogSearch),
        (status = NOT_FOUND, description = "Run not found, or its log found in neither store", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::SEARCH_RUN_LOG)))
)]
pub(crate) async fn search_run_log(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<LogSearchQuery>,
) -> ApiResult<LogSearch> {
    Ok(Json(
        services
            .logs
            .search(
                &services.runs.load(&caller, access::SEARCH_RUN_LOG, id).await?,
                &query,
            )
            .await?,
    ))
}
