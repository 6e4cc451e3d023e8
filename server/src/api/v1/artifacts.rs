//! Files that a run left behind.

use axum::{Json, extract::State};
use runlens_api_types::{ErrorBody, Page, artifact::Artifact, page::PageQuery};
use runlens_domain::{Services, access};

use crate::{
    http::error::ApiResult,
    http::extract::{CurrentCaller, RunId, ValidatedQuery},
};

/// List the files that a run left behind
///
/// The tested program and its combined output are listed for every run, `missing` where no store has them; a core dump and any
/// other file where one was found. Of each store the first 1,000 files are looked at, of a bucket those before one whose name
/// cannot be read, such as one with a line break. `download_url` is valid for 15 minutes.
#[utoipa::path(
    get, path = "/runs/{run_id}/artifacts", tag = "outputs", operation_id = "list_run_artifacts",
    params(("run_id" = i32, Path, description = "Numeric run ID", minimum = 1), PageQuery),
    responses(
        (status = OK, description = "A page of files", body = Page<Artifact>),
        (status = NOT_FOUND, description = "Run not found", body = ErrorBody)
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
