//! Search.

use axum::{Json, extract::State};
use runlens_api_types::search::{Search, SearchQuery};
use runlens_domain::{Services, access};

use crate::http::{
    error::ApiResult,
    extract::{CurrentCaller, ValidatedQuery},
};

/// Search runs, pull requests, commits, branches, tests and samples
///
/// Interprets the text in every possible way: a number as the ID of a run, pull request, regression test or sample; 4 or
/// more hexadecimal digits as the start of the hash of a commit or sample; words as parts of a branch, a test's command
/// or a sample's name. At most 4 results of each kind, best match first; use the lists for more.
#[utoipa::path(
    get, path = "/search", tag = "runs", operation_id = "search", params(SearchQuery),
    responses((status = OK, description = "Results by kind", body = Search)),
    extensions(("x-required-scope" = json!(access::SEARCH)))
)]
pub(crate) async fn search(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(query): ValidatedQuery<SearchQuery>,
) -> ApiResult<Search> {
    Ok(Json(services.search.find(&caller, &query).await?))
}
