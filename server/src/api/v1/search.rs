//! Finding something by what is known of it.

use axum::{Json, extract::State};
use runlens_api_types::search::{Search, SearchQuery};
use runlens_domain::{Services, access};

use crate::{
    http::error::ApiResult,
    http::extract::{CurrentCaller, ValidatedQuery},
};

/// Find runs, pull requests, commits, branches, tests and samples
///
/// Reads a text in every way in which it can be meant: a number is that of a run, a pull request, a regression test or a sample; 4 or
/// more hexadecimal digits begin the hash of a commit or a sample; words are parts of a branch, of a test's command or of a sample's
/// name. At most 4 results of each kind, the best first; the lists have the rest.
#[utoipa::path(
    get, path = "/search", tag = "runs", operation_id = "search", params(SearchQuery),
    responses((status = OK, description = "What was found, by kind", body = Search)),
    extensions(("x-required-scope" = json!(access::SEARCH)))
)]
pub(crate) async fn search(
    State(services): State<Services>,
    CurrentCaller(caller): CurrentCaller,
    ValidatedQuery(query): ValidatedQuery<SearchQuery>,
) -> ApiResult<Search> {
    Ok(Json(services.search.find(&caller, &query).await?))
}
