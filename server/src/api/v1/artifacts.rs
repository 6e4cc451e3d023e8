//! Artifacts of runs.

use axum::{Json, extract::State};
use runlens_api_types::{Page, artifact::Artifact, page::PageQuery};
use runlens_domain::{Services, access};

use crate::http::{
    error::ApiResult,
    extract::{CurrentCaller, ValidatedQuery},
    params::RunId,
    responses::RunNotFound,
};

/// List artifacts of a run
///
/// The tested program and its combined output are listed for every run, as `missing` if they are in no store; core dumps
/// and other files are listed if they exist. At most the first 1,000 files of each store are listed; the listing of a
/// bucket ends at a file name that cannot be read, such as one with a line break. `download_url` is valid for 15 minutes.
#[utoipa::path(
    get, path = "/runs/{run_id}/artifacts", tag = "outputs", operation_id = "list_run_artifacts",
    params(RunId, PageQuery),
    responses(
        (status = OK, description = "A page of artifacts", body = Page<Artifact>),
        RunNotFound
    ),
    extensions(("x-required-scope" = json!(access::LIST_RUN_ARTIFACTS)))
)]
pub(crate) async fn list_run_artifacts(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    RunId(id): RunId,
    ValidatedQuery(query): ValidatedQuery<PageQuery>,
) -> ApiResult<Page<Artifact>> {
    Ok(Json(
        services
            .outputs
            .artifacts(
                &services
                    .runs
                    .load(&caller, access::LIST_RUN_ARTIFACTS, id)
                    .await?,
                query,
            )
            .await?,
    ))
}
