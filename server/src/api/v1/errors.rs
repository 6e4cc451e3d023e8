//! Test errors, error groups and infrastructure errors of runs.

use axum::{Json, extract::State};
use runlens_api_types::{
    Page,
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    test_error::{ErrorBucket, ErrorQuery, ErrorSummaryQuery, TestError},
};
use runlens_domain::{Services, access};

use crate::http::{
    error::ApiResult,
    extract::{CurrentCaller, ValidatedQuery},
    params::RunId,
    responses::RunNotFound,
};

/// List a run's test errors
///
/// A result can have several errors.
#[utoipa::path(
    get, path = "/runs/{run_id}/errors", tag = "errors", operation_id = "list_run_errors",
    params(RunId, ErrorQuery),
    responses(
        (status = OK, description = "A page of test errors", body = Page<TestError>),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::LIST_RUN_ERRORS)))
)]
pub(crate) async fn list_run_errors(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<ErrorQuery>,
) -> ApiResult<Page<TestError>> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::LIST_RUN_ERRORS, id)
            .await?
            .errors(&query)
            .await?,
    ))
}

/// Get grouped error summary for a run
///
/// Use this to triage a run before drilling into individual errors. `group_by=type` gives a high-level failure breakdown;
/// `group_by=sample_id` helps identify flaky samples. Most errors first.
#[utoipa::path(
    get, path = "/runs/{run_id}/error-summary", tag = "errors", operation_id = "get_run_error_summary",
    params(RunId, ErrorSummaryQuery),
    responses(
        (status = OK, description = "Paginated grouped error summary", body = Page<ErrorBucket>),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN_ERROR_SUMMARY)))
)]
pub(crate) async fn get_run_error_summary(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<ErrorSummaryQuery>,
) -> ApiResult<Page<ErrorBucket>> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::GET_RUN_ERROR_SUMMARY, id)
            .await?
            .error_summary(&query)
            .await?,
    ))
}

/// Get worker, provisioning, and build errors for a run
///
/// Extracted from the worker's reports, which are unstructured text: `type` is a best-effort match. Stacks may contain
/// internal paths: `include_stack=true` needs the role `admin` or `contributor`.
#[utoipa::path(
    get, path = "/runs/{run_id}/infrastructure-errors", tag = "errors", operation_id = "list_run_infrastructure_errors",
    params(RunId, InfrastructureErrorQuery),
    responses(
        (status = OK, description = "Paginated infrastructure errors", body = Page<InfrastructureError>),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::LIST_RUN_INFRASTRUCTURE_ERRORS)))
)]
pub(crate) async fn list_run_infrastructure_errors(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<InfrastructureErrorQuery>,
) -> ApiResult<Page<InfrastructureError>> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::LIST_RUN_INFRASTRUCTURE_ERRORS, id)
            .await?
            .infrastructure_errors(&query)?,
    ))
}
