//! Finding a run, a pull request, a commit, a branch, a regression test or a sample by what is known of it.

use serde::{Deserialize, Serialize};

use crate::{
    query::query,
    run::{MAX_TEXT, RunStatus},
    text_enum::text_enum,
};

text_enum! {
    /// What can be found.
    SearchKind {
        /// A run, by its number.
        Run = "run",
        /// A pull request, by its number or the beginning of it.
        PullRequest = "pull_request",
        /// A commit, by at least 4 of its first digits.
        Commit = "commit",
        /// A branch, by a part of its name.
        Branch = "branch",
        /// A regression test, by its number or a part of its command.
        RegressionTest = "regression_test",
        /// A media sample, by its number, a part of its name, or at least 4 of the first digits of its hash.
        Sample = "sample",
    }
}

/// What was found, by kind; kinds of which nothing was found are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Search {
    /// Groups in the order of the kinds.
    #[cfg_attr(feature = "openapi", schema(max_items = 6))]
    pub groups: Vec<SearchGroup>,
}

/// What was found of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchGroup {
    /// The kind.
    pub kind: SearchKind,
    /// The best matches, best first: exact ones before others.
    #[cfg_attr(feature = "openapi", schema(max_items = 4))]
    pub results: Vec<SearchResult>,
    /// Whether there are more matches than these.
    pub has_more: bool,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchResult {
    /// Number of the run, pull request, regression test or sample; null for what has none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub id: Option<i32>,
    /// What it is called: `Run 9346`, `PR #2287`, a commit's hash, a branch's name, a test's number and arguments, a sample's file name.
    pub title: String,
    /// What else is known of it, for people; may be empty.
    pub detail: String,
    /// Normalized status of a run; null for everything else.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub status: Option<RunStatus>,
    /// Address of its page on this site, from the root.
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
