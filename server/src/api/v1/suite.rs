//! The test suite: samples, regression tests, categories, and results across runs.

use axum::{Json, extract::State};
use runlens_api_types::{
    ErrorBody, Page,
    health::TestHealth,
    page::PageQuery,
    recent::{PlatformResults, PlatformResultsQuery, RecentResults, RecentResultsQuery},
    suite::{
        Category, HistoryEntry, HistoryQuery, RegressionTest, RegressionTestQuery, Sample,
        SampleHistoryQuery, SuiteSampleQuery,
    },
};
use runlens_domain::{Services, access};

use crate::http::{
    error::ApiResult,
    extract::{CurrentCaller, ValidatedQuery},
    params::{RegressionTestId, RunId, SampleId},
    responses::RunNotFound,
};

/// List samples
///
/// Ordered by ID.
#[utoipa::path(
    get, path = "/samples", tag = "suite", operation_id = "list_samples", params(SuiteSampleQuery),
    responses((status = OK, description = "A page of samples", body = Page<Sample>)),
    extensions(("x-required-scope" = json!(access::LIST_SAMPLES)))
)]
pub(crate) async fn list_samples(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(query): ValidatedQuery<SuiteSampleQuery>,
) -> ApiResult<Page<Sample>> {
    Ok(Json(services.suite.samples(&caller, &query).await?))
}

/// Get a sample
#[utoipa::path(
    get, path = "/samples/{sample_id}", tag = "suite", operation_id = "get_sample",
    params(SampleId),
    responses(
        (status = OK, description = "The sample", body = Sample),
        (status = NOT_FOUND, description = "Sample not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_SAMPLE)))
)]
pub(crate) async fn get_sample(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    SampleId(id): SampleId,
) -> ApiResult<Sample> {
    Ok(Json(services.suite.sample(&caller, id).await?))
}

/// List a sample's history
///
/// Results of every regression test that uses the sample today, newest run first, then by regression test ID.
#[utoipa::path(
    get, path = "/samples/{sample_id}/history", tag = "suite", operation_id = "list_sample_history",
    params(
        SampleId,
        SampleHistoryQuery
    ),
    responses(
        (status = OK, description = "A page of results", body = Page<HistoryEntry>),
        (status = NOT_FOUND, description = "Sample not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::LIST_SAMPLE_HISTORY)))
)]
pub(crate) async fn list_sample_history(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    SampleId(id): SampleId,
    ValidatedQuery(query): ValidatedQuery<SampleHistoryQuery>,
) -> ApiResult<Page<HistoryEntry>> {
    Ok(Json(services.suite.sample_history(&caller, id, &query).await?))
}

/// List regression tests
///
/// Current definitions ordered by ID, including inactive tests.
#[utoipa::path(
    get, path = "/regression-tests", tag = "suite", operation_id = "list_regression_tests", params(RegressionTestQuery),
    responses((status = OK, description = "A page of regression tests", body = Page<RegressionTest>)),
    extensions(("x-required-scope" = json!(access::LIST_REGRESSION_TESTS)))
)]
pub(crate) async fn list_regression_tests(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(query): ValidatedQuery<RegressionTestQuery>,
) -> ApiResult<Page<RegressionTest>> {
    Ok(Json(services.suite.regression_tests(&caller, &query).await?))
}

/// Get recent results of regression tests
///
/// Results of up to 100 tests in the newest runs on each operating system, oldest first. By default completed runs of the
/// main repository's `master`.
#[utoipa::path(
    get, path = "/regression-tests/recent-results", tag = "suite", operation_id = "get_recent_results",
    params(PlatformResultsQuery),
    responses((status = OK, description = "Results by operating system", body = PlatformResults)),
    extensions(("x-required-scope" = json!(access::GET_RECENT_RESULTS)))
)]
pub(crate) async fn get_recent_results(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(query): ValidatedQuery<PlatformResultsQuery>,
) -> ApiResult<PlatformResults> {
    Ok(Json(services.suite.recent_results(&caller, &query).await?))
}

/// Get recent results of a run's tests
///
/// Results of up to 100 tests, oldest first: in the newest completed runs of the main repository's `master` before this
/// run, on its operating system, and in this run. At most 11 results per test.
#[utoipa::path(
    get, path = "/runs/{run_id}/recent-results", tag = "runs", operation_id = "get_run_recent_results",
    params(RunId, RecentResultsQuery),
    responses(
        (status = OK, description = "Results up to this run", body = RecentResults),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN_RECENT_RESULTS)))
)]
pub(crate) async fn get_run_recent_results(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<RecentResultsQuery>,
) -> ApiResult<RecentResults> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::GET_RUN_RECENT_RESULTS, id)
            .await?
            .recent_results(&query)
            .await?,
    ))
}

/// Get a regression test
#[utoipa::path(
    get, path = "/regression-tests/{regression_test_id}", tag = "suite", operation_id = "get_regression_test",
    params(RegressionTestId),
    responses(
        (status = OK, description = "The regression test", body = RegressionTest),
        (status = NOT_FOUND, description = "Regression test not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_REGRESSION_TEST)))
)]
pub(crate) async fn get_regression_test(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RegressionTestId(id): RegressionTestId,
) -> ApiResult<RegressionTest> {
    Ok(Json(services.suite.regression_test(&caller, id).await?))
}

/// Get a regression test's health
///
/// Since when the test fails on `master`, how often it changed between pass and failure, and whether it is flaky, with the
/// results as evidence: in the newest 200 completed runs of the main repository's `master` on each operating system.
#[utoipa::path(
    get, path = "/regression-tests/{regression_test_id}/health", tag = "suite", operation_id = "get_regression_test_health",
    params(RegressionTestId),
    responses(
        (status = OK, description = "Health of the test", body = TestHealth),
        (status = NOT_FOUND, description = "Regression test not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_REGRESSION_TEST_HEALTH)))
)]
pub(crate) async fn get_regression_test_health(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RegressionTestId(id): RegressionTestId,
) -> ApiResult<TestHealth> {
    Ok(Json(services.suite.regression_test_health(&caller, id).await?))
}

/// List a regression test's history
///
/// The result in every run that has one, newest run first. Statuses follow the current definition of the outputs.
#[utoipa::path(
    get, path = "/regression-tests/{regression_test_id}/history", tag = "suite", operation_id = "list_regression_test_history",
    params(RegressionTestId, HistoryQuery),
    responses(
        (status = OK, description = "A page of results", body = Page<HistoryEntry>),
        (status = NOT_FOUND, description = "Regression test not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::LIST_REGRESSION_TEST_HISTORY)))
)]
pub(crate) async fn list_regression_test_history(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RegressionTestId(id): RegressionTestId,
    ValidatedQuery(query): ValidatedQuery<HistoryQuery>,
) -> ApiResult<Page<HistoryEntry>> {
    Ok(Json(
        services
            .suite
            .regression_test_history(&caller, id, &query)
            .await?,
    ))
}

/// List categories
///
/// Ordered by name.
#[utoipa::path(
    get, path = "/categories", tag = "suite", operation_id = "list_categories", params(PageQuery),
    responses((status = OK, description = "A page of categories", body = Page<Category>)),
    extensions(("x-required-scope" = json!(access::LIST_CATEGORIES)))
)]
pub(crate) async fn list_categories(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(page): ValidatedQuery<PageQuery>,
) -> ApiResult<Page<Category>> {
    Ok(Json(services.suite.categories(&caller, page).await?))
}
