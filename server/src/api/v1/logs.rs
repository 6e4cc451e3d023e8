//! Build logs.

use axum::{Json, extract::State};
use runlens_api_types::log::{LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch, LogSearchQuery};
use runlens_domain::{Services, access};

use crate::http::{
    error::ApiResult,
    extract::{CurrentCaller, ValidatedQuery},
    params::RunId,
    responses::LogNotFound,
};

/// Get raw logs for a run
///
/// Uses cursor-based pagination; do not mix `cursor` and `offset`. Returns 404 with the code `log_not_found` when the log is
/// absent from both local and object storage.
///
/// Logs can have millions of lines. Read the outline first (`get_run_log_outline`): it locates the errors. Then read a
/// region with `from_line` and a small `limit`, or the matches of a filter with `context`. A page of a filtered log ends
/// early if finding matches takes long; `examined` is the number of lines read, and the cursor continues from there.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs", tag = "logs", operation_id = "list_run_logs",
    params(RunId, LogQuery),
    responses(
        (status = OK, description = "Cursor-paginated run log lines", body = LogPage),
        LogNotFound
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
/// A small summary of the whole log: its size, the number of lines by level and source, the first and the last error, and
/// the distribution of errors. Read it first, then a region (`list_run_logs` with `from_line`).
///
/// A log is indexed once. If that takes longer than a second, the response describes the part indexed so far:
/// `is_complete` is false, and all numbers refer to the first `indexed_bytes`. `is_growing` is true while the run is in
/// progress, since more lines may follow.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs/outline", tag = "logs", operation_id = "get_run_log_outline",
    params(RunId, LogOutlineQuery),
    responses(
        (status = OK, description = "The outline", body = LogOutline),
        LogNotFound
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
/// The exact number of matching lines in the whole log, and a page of them with their positions among all matches and the
/// ranges to highlight. At least one part of the filter is required. `limit=0` only counts.
///
/// If a search takes longer than a second, the response describes the part searched so far: `is_complete` is false, and
/// `matches` counts the first `searched_bytes`. The search continues; retry for the rest. A backward page that starts
/// behind that part has no matches yet.
#[utoipa::path(
    get, path = "/runs/{run_id}/logs/search", tag = "logs", operation_id = "search_run_log",
    params(RunId, LogSearchQuery),
    responses(
        (status = OK, description = "A page of matches", body = LogSearch),
        LogNotFound
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
