//! Pull requests and commits, with their runs.

use axum::{Json, extract::State};
use runlens_api_types::{
    ErrorBody,
    change::{Commit, PullRequest},
    page::PageQuery,
};
use runlens_domain::{Services, access};

use crate::http::{
    error::ApiResult,
    extract::{CurrentCaller, ValidatedQuery},
    params::{CommitPrefix, PullRequestNumber},
};

/// Get a pull request
///
/// The newest run of its newest tested commit on each platform with its verdict, the tests whose failure is new on any platform, and a
/// page of all its runs. Verdicts and new failures are null without the scope `results:read`.
#[utoipa::path(
    get, path = "/pull-requests/{number}", tag = "runs", operation_id = "get_pull_request",
    params(PullRequestNumber, PageQuery),
    responses(
        (status = OK, description = "The pull request", body = PullRequest),
        (status = NOT_FOUND, description = "The pull request has no run", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_PULL_REQUEST)))
)]
pub(crate) async fn get_pull_request(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    PullRequestNumber(number): PullRequestNumber,
    ValidatedQuery(page): ValidatedQuery<PageQuery>,
) -> ApiResult<PullRequest> {
    Ok(Json(services.runs.pull_request(&caller, number, page).await?))
}

/// Get a commit
///
/// Its newest run on each platform with its verdict, the tests whose failure is new on any platform, and a page of all its runs. If
/// several tested commits begin with the requested digits, only their runs are listed. Verdicts and new failures are null without the
/// scope `results:read`.
#[utoipa::path(
    get, path = "/commits/{sha}", tag = "runs", operation_id = "get_commit",
    params(
        ("sha" = String, Path, description = "Hash of the commit, or its first 4 to 40 hexadecimal digits", pattern = "^[0-9a-fA-F]{4,40}$"),
        PageQuery
    ),
    responses(
        (status = OK, description = "The commit", body = Commit),
        (status = NOT_FOUND, description = "No run tested such a commit", body = ErrorBody)
    ),
    extensions(("x-required-scope" = json!(access::GET_COMMIT)))
)]
pub(crate) async fn get_commit(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    CommitPrefix(prefix): CommitPrefix,
    ValidatedQuery(page): ValidatedQuery<PageQuery>,
) -> ApiResult<Commit> {
    Ok(Json(services.runs.commit(&caller, &prefix, page).await?))
}
