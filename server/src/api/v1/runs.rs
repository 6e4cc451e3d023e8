//! Runs: the list, one of them, its counts and its progress.

use axum::{Json, extract::State};
use runlens_api_types::{
    ErrorBody, Page,
    page::PageQuery,
    run::{CategorySummary, ProgressEntry, ProgressQuery, Run, RunConfig, RunQuery, RunSummary},
};
use runlens_domain::{Services, access};

use crate::{
    http::error::ApiResult,
    http::extract::{CurrentCaller, RunId, ValidatedQuery},
};

/// List runs
///
/// Newest first unless asked otherwise. `include=summary` adds each run's counts, `include=verdict` what it says beside its reference
/// run, which takes the scope `results:read` too; `include=summary,verdict` both.
#[utoipa::path(
    get, path = "/runs", tag = "runs", operation_id = "list_runs", params(RunQuery),
    responses((status = OK, description = "A page of runs", body = Page<Run>)),
    extensions(("x-required-scope" = json!(access::LIST_RUNS)))
)]
pub(crate) async fn list_runs(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(query): ValidatedQuery<RunQuery>,
) -> ApiResult<Page<Run>> {
    Ok(Json(services.runs.list(&caller, &query).await?))
}

/// Get a CI run
///
/// Status is derived from progress and results. `canceled` covers both explicit cancellation and infrastructure errors: the
/// platform does not tell them apart; `run_errors` does.
#[utoipa::path(
    get, path = "/runs/{run_id}", tag = "runs", operation_id = "get_run",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1)),
    responses(
        (status = OK, description = "Run details", body = Run),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN)))
)]
pub(crate) async fn get_run(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
) -> ApiResult<Run> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::GET_RUN, id)
            .await?
            .run()
            .await?,
    ))
}

/// Get a run's counts
///
/// How many of the run's tests have which status, how many errors they raise, and how long they ran.
#[utoipa::path(
    get, path = "/runs/{run_id}/summary", tag = "runs", operation_id = "get_run_summary",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1)),
    responses(
        (status = OK, description = "Counts of the run", body = RunSummary),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN_SUMMARY)))
)]
pub(crate) async fn get_run_summary(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
) -> ApiResult<RunSummary> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::GET_RUN_SUMMARY, id)
            .await?
            .summary()
            .await?,
    ))
}

/// List a run's progress
///
/// The worker's reports in the order in which they arrived.
#[utoipa::path(
    get, path = "/runs/{run_id}/progress", tag = "runs", operation_id = "list_run_progress",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), ProgressQuery),
    responses(
        (status = OK, description = "A page of reports", body = Page<ProgressEntry>),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::LIST_RUN_PROGRESS)))
)]
pub(crate) async fn list_run_progress(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<ProgressQuery>,
) -> ApiResult<Page<ProgressEntry>> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::LIST_RUN_PROGRESS, id)
            .await?
            .progress(&query)?,
    ))
}

/// List a run's counts by category
///
/// A test in two categories counts in both; a test in none counts under `uncategorized`.
#[utoipa::path(
    get, path = "/runs/{run_id}/categories", tag = "runs", operation_id = "list_run_categories",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), PageQuery),
    responses(
        (status = OK, description = "A page of counts, one entry a category", body = Page<CategorySummary>),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::LIST_RUN_CATEGORIES)))
)]
pub(crate) async fn list_run_categories(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(page): ValidatedQuery<PageQuery>,
) -> ApiResult<Page<CategorySummary>> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::LIST_RUN_CATEGORIES, id)
            .await?
            .categories(page)
            .await?,
    ))
}

/// Get a run's configuration
///
/// What the run tested, on what, and with which regression tests.
#[utoipa::path(
    get, path = "/runs/{run_id}/config", tag = "runs", operation_id = "get_run_config",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1)),
    responses(
        (status = OK, description = "Configuration of the run", body = RunConfig),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN_CONFIG)))
)]
pub(crate) async fn get_run_config(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
) -> ApiResult<RunConfig> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::GET_RUN_CONFIG, id)
            .await?
            .config()
            .await?,
    ))
}
