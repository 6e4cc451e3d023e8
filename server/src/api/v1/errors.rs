//! What is wrong with a run: errors of its tests, one by one and in groups, and errors of the infrastructure.

use axum::{Json, extract::State};
use runlens_api_types::{
    ErrorBody, Page,
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    test_error::{ErrorBucket, ErrorQuery, ErrorSummaryQuery, TestError},
};
use runlens_domain::{Services, access};

use crate::{
    http::error::ApiResult,
    http::extract::{CurrentCaller, RunId, ValidatedQuery},
};

/// List a run's test errors
///
/// One result can raise several.
#[utoipa::path(
    get, path = "/runs/{run_id}/errors", tag = "errors", operation_id = "list_run_errors",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), ErrorQuery),
    responses(
        (status = OK, description = "A page of test errors", body = Page<TestError>),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
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
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), ErrorSummaryQuery),
    responses(
        (status = OK, description = "Paginated grouped error summary", body = Page<ErrorBucket>),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
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
/// Extracted from the worker's reports, which are unstructured text: `type` is decided by best-effort text matching. Stacks are
/// opt-in, to avoid leaking internal paths: `include_stack=true` needs the role `admin` or `contributor`.
#[utoipa::path(
    get, path = "/runs/{run_id}/infrastructure-errors", tag = "errors", operation_id = "list_run_infrastructure_errors",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), InfrastructureErrorQuery),
    responses(
        (status = OK, description = "Paginated infrastructure errors", body = Page<InfrastructureError>),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
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
