//! Runs: list, details, counts and progress.

use axum::{Json, extract::State};
use runlens_api_types::{
    Page,
    page::PageQuery,
    run::{CategorySummary, ProgressEntry, ProgressQuery, Run, RunConfig, RunQuery, RunSummary},
};
use runlens_domain::{Services, access};

use crate::http::{
    error::ApiResult,
    extract::{CurrentCaller, ValidatedQuery},
    params::RunId,
    responses::RunNotFound,
};

/// List runs
///
/// Newest first by default. `include=summary` adds the counts of each run, `include=verdict` its comparison with the
/// baseline, which also needs the scope `results:read`; `include=summary,verdict` adds both.
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
/// The status is derived from progress and results. `canceled` covers both cancellation and infrastructure errors, which
/// the platform does not distinguish; `run_errors` does.
#[utoipa::path(
    get, path = "/runs/{run_id}", tag = "runs", operation_id = "get_run",
    params(RunId),
    responses(
        (status = OK, description = "Run details", body = Run),
        RunNotFound
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
/// Number of tests by status, number of errors, and total duration.
#[utoipa::path(
    get, path = "/runs/{run_id}/summary", tag = "runs", operation_id = "get_run_summary",
    params(RunId),
    responses(
        (status = OK, description = "Counts of the run", body = RunSummary),
        RunNotFound
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
/// Reports of the worker, oldest first.
#[utoipa::path(
    get, path = "/runs/{run_id}/progress", tag = "runs", operation_id = "list_run_progress",
    params(RunId, ProgressQuery),
    responses(
        (status = OK, description = "A page of reports", body = Page<ProgressEntry>),
        RunNotFound
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
/// A test in several categories counts in each of them; a test without a category counts as `uncategorized`.
#[utoipa::path(
    get, path = "/runs/{run_id}/categories", tag = "runs", operation_id = "list_run_categories",
    params(RunId, PageQuery),
    responses(
        (status = OK, description = "A page of counts, one entry per category", body = Page<CategorySummary>),
        RunNotFound
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
/// Commit, platform and regression tests of the run.
#[utoipa::path(
    get, path = "/runs/{run_id}/config", tag = "runs", operation_id = "get_run_config",
    params(RunId),
    responses(
        (status = OK, description = "Configuration of the run", body = RunConfig),
        RunNotFound
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
