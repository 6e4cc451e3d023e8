//! Test results of runs.

use axum::{Json, extract::State};
use runlens_api_types::{
    ErrorBody, Page,
    sample::{SampleQuery, TestResult},
};
use runlens_domain::{Services, access};

use crate::http::{
    error::ApiResult,
    extract::{CurrentCaller, ValidatedQuery},
    params::{RunId, RunTestPath},
    responses::RunNotFound,
};

/// List a run's results
///
/// One entry per regression test of the run, including tests without a result.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples", tag = "runs", operation_id = "list_run_samples",
    params(RunId, SampleQuery),
    responses(
        (status = OK, description = "A page of results", body = Page<TestResult>),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::LIST_RUN_SAMPLES)))
)]
pub(crate) async fn list_run_samples(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<SampleQuery>,
) -> ApiResult<Page<TestResult>> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::LIST_RUN_SAMPLES, id)
            .await?
            .test_results(&query)
            .await?,
    ))
}

/// Get one result of a run
#[utoipa::path(
    get, path = "/runs/{run_id}/samples/{regression_test_id}", tag = "runs", operation_id = "get_run_sample",
    params(RunTestPath),
    responses(
        (status = OK, description = "The result", body = TestResult),
        (status = NOT_FOUND, description = "Run or regression test not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN_SAMPLE)))
)]
pub(crate) async fn get_run_sample(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    path: RunTestPath,
) -> ApiResult<TestResult> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::GET_RUN_SAMPLE, path.run_id)
            .await?
            .test_result(path.regression_test_id)
            .await?,
    ))
}
