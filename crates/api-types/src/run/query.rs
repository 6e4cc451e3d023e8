//! Filters and order of lists of runs.

use crate::{Timestamp, page::PageQuery, query::query, text_enum::text_enum};

use super::RunStatus;

text_enum! {
    /// Order of a list of runs. Runs are numbered as they are created, so both pairs order by run ID.
    RunSort {
        /// Newest first.
        CreatedDescending = "-created_at",
        /// Oldest first.
        CreatedAscending = "created_at",
        /// Highest run ID first.
        IdDescending = "-run_id",
        /// Lowest run ID first.
        IdAscending = "run_id",
    }
}

text_enum! {
    /// Additional data of the runs in a list.
    RunInclude {
        /// Adds `summary`.
        Summary = "summary",
        /// Adds `comparison` and `infrastructure_error_type`. Requires the scope `results:read`.
        Verdict = "verdict",
    }
}

query! {
    /// Filters and order of a list of runs, and what it adds to each run.
    pub struct RunQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only runs with this status.
        pub status: Option<RunStatus> = choice(),
        /// Only runs on this operating system.
        pub platform: Option<RunPlatform> = choice().inline(),
        /// Only runs of a commit, or only runs of a pull request.
        pub test_type: Option<RunTestType> = choice().inline(),
        /// Only runs of this branch.
        pub branch: Option<String> = text(MAX_BRANCH),
        /// Only runs of this commit: 40 hexadecimal digits.
        pub commit_sha: Option<String> = hex_digits(40..=40),
        /// Only runs of commits that begin with this: 4 to 40 hexadecimal digits.
        pub commit: Option<String> = hex_digits(4..=40),
        /// Only runs of this repository: `owner/name`.
        pub repository: Option<String> = repository(),
        /// Only runs of this pull request.
        pub pull_request: Option<i32> = id(),
        /// Only runs that match every one of these words: as a part of the branch or the repository, as the beginning of the commit,
        /// or as the number of the pull request.
        pub q: Option<String> = text(MAX_TEXT),
        /// Only runs that can be a default baseline, or only the others. A default baseline tested a commit of the main repository's
        /// `master`, completed, and has results.
        pub is_baseline as "reference": Option<bool> = flag(),
        /// Only runs created after this time.
        pub created_after: Option<Timestamp> = timestamp(),
        /// Only runs created before this time.
        pub created_before: Option<Timestamp> = timestamp(),
        /// Order; newest first by default.
        pub sort: Option<RunSort> = choice().inline(),
        /// What to add to each run, separated by commas.
        pub include: Vec<RunInclude> = list(),
    }
}

text_enum! {
    /// Operating system to filter by.
    RunPlatform {
        /// Linux.
        Linux = "linux",
        /// Windows.
        Windows = "windows",
    }
}

text_enum! {
    /// Trigger to filter by.
    RunTestType {
        /// A commit of a branch.
        Commit = "commit",
        /// A pull request.
        Pr = "pr",
    }
}

/// The longest free text of a list or a search, in characters.
pub(crate) const MAX_TEXT: usize = 100;

/// The longest branch to filter by, in characters.
pub(crate) const MAX_BRANCH: usize = 255;
