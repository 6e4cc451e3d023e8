//! A pull request, or a commit, with all its runs.

use runlens_api_types::{
    ErrorBody,
    change::LatestRun,
    page::{PageQuery, Pagination},
};

use super::{
    Source,
    run_lists::{Commit, by_commit},
};

/// How many runs are shown at once.
const LIMIT: u32 = PageQuery::MAX_LIMIT;

/// A pull request, with its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Pull {
    /// Its number.
    pub number: i32,
    /// Its commits that were tested, newest run first.
    pub commits: Vec<Commit>,
    /// Position of the runs among all of the pull request.
    pub pagination: Pagination,
    /// The newest runs of its newest commit; empty but on the first page.
    pub newest: Vec<LatestRun>,
}

/// A commit, with its runs.
#[derive(Clone, Debug, PartialEq)]
pub struct CommitRuns {
    /// The commits that match, newest run first, one for each branch and pull request.
    pub commits: Vec<Commit>,
    /// How many runs there are in all.
    pub total: u64,
    /// Its newest runs; empty where several commits match.
    pub newest: Vec<LatestRun>,
    /// Whether more than one commit matches.
    pub is_ambiguous: bool,
}

/// A pull request, with a page of its runs.
///
/// # Errors
/// The domain's; `not_found` where it has no run.
pub async fn pull(number: i32, offset: u32) -> Result<Pull, ErrorBody> {
    let source = Source::new()?;
    let page = PageQuery { limit: LIMIT, offset };
    let found = source.pull_request(number, page).await?;
    Ok(Pull {
        number,
        commits: by_commit(&source, found.runs),
        pagination: found.pagination,
        newest: if offset == 0 {
            found.latest_runs
        } else {
            Vec::new()
        },
    })
}

/// The commit that begins so, with its newest runs; or all commits that do.
///
/// # Errors
/// The domain's; `not_found` where no run is of such a commit.
pub async fn commit(prefix: String) -> Result<CommitRuns, ErrorBody> {
    let source = Source::new()?;
    let page = PageQuery {
        limit: LIMIT,
        offset: 0,
    };
    let found = source.commit(&prefix, page).await?;
    Ok(CommitRuns {
        commits: by_commit(&source, found.runs),
        total: found.pagination.total,
        newest: found.latest_runs,
        is_ambiguous: found.commit_sha.is_none(),
    })
}
