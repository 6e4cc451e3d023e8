//! Comparison of a run with others, and its report.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, header},
};
use runlens_api_types::{
    ErrorBody,
    comparison::{Comparison, ComparisonQuery, SameFailures},
    page::PageQuery,
};
use runlens_domain::{Services, access};

use crate::http::{
    error::{ApiError, ApiResult},
    extract::{CurrentCaller, ValidatedQuery},
    params::RunId,
    responses::RunNotFound,
};

/// Compare a run with its baseline
///
/// Whether this run broke or fixed each test. Without `against` the baseline is the newest earlier completed run with
/// results on the same platform that tested a commit of the main repository's `master`. Without a baseline `reference` is
/// null, and every test is `no_reference`. Tests that pass in both runs have no verdict and are not listed.
#[utoipa::path(
    get, path = "/runs/{run_id}/comparison", tag = "errors", operation_id = "compare_runs",
    params(RunId, ComparisonQuery),
    responses(
        (status = OK, description = "Counts of all tests by verdict, and a page of tests with a verdict", body = Comparison),
        (status = NOT_FOUND, description = "Run or baseline not found", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::COMPARE_RUNS)))
)]
pub(crate) async fn compare_runs(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<ComparisonQuery>,
) -> ApiResult<Comparison> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::COMPARE_RUNS, id)
            .await?
            .comparison(&query)
            .await?,
    ))
}

/// List runs with identical failures
///
/// Completed runs on the same platform, among the 100 before and the 100 after this run, with the same set of failing
/// tests, exit codes and output bytes. Newest first. Empty for a run that has not completed or has no failures.
#[utoipa::path(
    get, path = "/runs/{run_id}/same-failures", tag = "errors", operation_id = "list_runs_with_same_failures",
    params(RunId, PageQuery),
    responses(
        (status = OK, description = "A page of runs, and how many runs were compared", body = SameFailures),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::LIST_RUNS_WITH_SAME_FAILURES)))
)]
pub(crate) async fn list_runs_with_same_failures(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(page): ValidatedQuery<PageQuery>,
) -> ApiResult<SameFailures> {
    Ok(Json(
        services
            .runs
            .load(&caller, access::LIST_RUNS_WITH_SAME_FAILURES, id)
            .await?
            .same_failures(page)
            .await?,
    ))
}

/// Get a run's report in Markdown
///
/// For a comment on a pull request: the verdict in a sentence, and a table of at most 50 failures that are not in the
/// baseline. At most 60 kB; omissions are stated.
#[utoipa::path(
    get, path = "/runs/{run_id}/report.md", tag = "errors", operation_id = "get_run_report",
    params(RunId),
    responses(
        (status = OK, description = "GitHub flavoured Markdown", body = String, content_type = "text/markdown; charset=utf-8"),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::GET_RUN_REPORT)))
)]
pub(crate) async fn get_run_report(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
) -> Result<([(HeaderName, &'static str); 1], String), ApiError> {
    let report = services
        .runs
        .load(&caller, access::GET_RUN_REPORT, id)
        .await?
        .report()
        .await?;
    Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], report))
}
