//! A run against a reference run.

use axum::{Json, extract::State};
use runlens_contract::{
    ErrorBody,
    comparison::{Comparison, ComparisonQuery},
    page::PageQuery,
};
use runlens_domain::Platform;

use crate::{
    error::ApiResult,
    extract::{Asked, Asker, RunId},
};

/// Compare a run with a reference run
///
/// Says of each test whether this run broke it. Without `against` the reference is the newest earlier run on the same platform that
/// tested a commit of the main repository's `master`, completed, and has results; `reference` is null where there is none, and every
/// test is `no_reference`. A test that passes on both sides has no verdict and is not listed.
#[utoipa::path(
    get, path = "/runs/{run_id}/comparison", tag = "errors", operation_id = "compare_runs",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), PageQuery, ComparisonQuery),
    responses(
        (status = OK, description = "Counts of all tests by verdict, and a page of those that have one", body = Comparison),
        (status = NOT_FOUND, description = "Run not found, or the one to compare it with", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!("results:read")))
)]
pub(crate) async fn compare_runs(
    State(platform): State<Platform>,
    Asker(caller): Asker,
    RunId(id): RunId,
    Asked(query): Asked<ComparisonQuery>,
) -> ApiResult<Comparison> {
    Ok(Json(platform.open_run(&caller, id).await?.comparison(&query).await?))
}
