//! A run against others: a reference run, those that fail in the same way, and what it comes to in a report.

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

use crate::{
    http::error::{ApiError, ApiResult},
    http::extract::{CurrentCaller, RunId, ValidatedQuery},
};

/// Compare a run with a reference run
///
/// Says of each test whether this run broke it. Without `against` the reference is the newest earlier run on the same platform that
/// tested a commit of the main repository's `master`, completed, and has results; `reference` is null where there is none, and every
/// test is `no_reference`. A test that passes on both sides has no verdict and is not listed.
#[utoipa::path(
    get, path = "/runs/{run_id}/comparison", tag = "errors", operation_id = "compare_runs",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), ComparisonQuery),
    responses(
        (status = OK, description = "Counts of all tests by verdict, and a page of those that have one", body = Comparison),
        (status = NOT_FOUND, description = "Run not found, or the one to compare it with", body = ErrorBody)
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

/// List runs that fail in the same way
///
/// Other completed runs of the platform, at most 100 before the run and 100 after it, that fail the identical set of tests: the same exit
/// codes, and the same outputs byte for byte. Newest first. The list is empty for a run that has not completed, or that fails nothing.
#[utoipa::path(
    get, path = "/runs/{run_id}/same-failures", tag = "errors", operation_id = "list_runs_with_same_failures",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), PageQuery),
    responses(
        (status = OK, description = "A page of runs, and how many were looked at", body = SameFailures),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
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
/// The verdict in a sentence, and a table of the failures that the reference run does not have, at most 50: made for a comment on a pull
/// request. At most 60 kB; what is left out is said.
#[utoipa::path(
    get, path = "/runs/{run_id}/report.md", tag = "errors", operation_id = "get_run_report",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1)),
    responses(
        (status = OK, description = "GitHub flavoured Markdown", body = String, content_type = "text/markdown; charset=utf-8"),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
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
