//! Search for runs, pull requests, commits, branches, regression tests and samples.

use serde::{Deserialize, Serialize};

use crate::{
    query::query,
    run::{MAX_TEXT, RunStatus},
    text_enum::text_enum,
};

text_enum! {
    /// Kind of a search result.
    SearchKind {
        /// A run, by its number.
        Run = "run",
        /// A pull request, by its number or the first digits of it.
        PullRequest = "pull_request",
        /// A commit, by at least its first 4 digits.
        Commit = "commit",
        /// A branch, by a part of its name.
        Branch = "branch",
        /// A regression test, by its number or a part of its command.
        RegressionTest = "regression_test",
        /// A media sample, by its number, a part of its name, or at least the first 4 digits of its hash.
        Sample = "sample",
    }
}

/// Search results, grouped by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Search {
    /// Groups in the order of the kinds; empty groups are omitted.
    #[cfg_attr(feature = "openapi", schema(max_items = 6))]
    pub groups: Vec<SearchGroup>,
}

/// Search results of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchGroup {
    /// Kind of the results.
    pub kind: SearchKind,
    /// The best matches; exact ones first.
    #[cfg_attr(feature = "openapi", schema(max_items = 4))]
    pub results: Vec<SearchResult>,
    /// Whether there are more matches.
    pub has_more: bool,
}

/// A search result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchResult {
    /// Number of the run, pull request, regression test or sample; null for other kinds.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub id: Option<i32>,
    /// Display name: `Run 9346`, `PR #2287`, a commit's hash, a branch's name, a test's number and arguments, a sample's file name.
    pub title: String,
    /// Further details for display; may be empty.
    pub detail: String,
    /// Normalized status of a run; null for everything else.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub status: Option<RunStatus>,
    /// Path of its page on this site.
    pub path: String,
}

query! {
    /// A search for runs, commits, tests and samples.
    pub struct SearchQuery {
        /// A number, the beginning of a hash, or words that must all be found. With `run`, `pr`, `commit`, `branch`, `test` or
        /// `sample` before it, only that kind is searched.
        pub q: String = text(MAX_TEXT).required(),
    }
}
