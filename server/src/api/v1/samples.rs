//! Results of a run, one per regression test.

use axum::{Json, extract::State};
use runlens_api_types::{
    ErrorBody, Page,
    sample::{SampleQuery, TestResult},
};
use runlens_domain::{Services, access};

use crate::{
    http::error::ApiResult,
    http::extract::{CurrentCaller, RunId, RunTest, ValidatedQuery},
};

/// List a run's results
///
/// One entry per regression test of the run, those without a result included.
#[utoipa::path(
    get, path = "/runs/{run_id}/samples", tag = "runs", operation_id = "list_run_samples",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), SampleQuery),
    responses(
        (status = OK, description = "A page of results", body = Page<TestResult>),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
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
    params(
        ("run_id" = i32, Path, description = "Numeric run ID", minimum = 1),
        ("regression_test_id" = i32, Path, description = "Numeric regression test ID", minimum = 1)
    ),
    responses(
        (status = OK, description = "The result", body = TestResult),
        (status = NOT_FOUND, description = "Run or regression test not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN_SAMPLE)))
)]
pub(crate) async fn get_run_sample(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ids: RunTest,
) -> ApiResult<TestResult> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::GET_RUN_SAMPLE, ids.run_id)
            .await?
            .test_result(ids.regression_test_id)
            .await?,
    ))
}
