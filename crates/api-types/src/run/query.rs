//! Which runs a list holds, in which order, and what it says of each.

use crate::{
    Timestamp,
    page::PageQuery,
    params::{Params, Query, join},
    text_enum::text_enum,
};

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
    /// What a list of runs can hold beside the runs.
    RunInclude {
        /// Each run's counts: `summary`.
        Summary = "summary",
        /// What each run says beside its reference run: `comparison`, and `infrastructure_error_type`. Scope `results:read`.
        Verdict = "verdict",
    }
}

/// Which runs, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct RunQuery {
    /// Part of the list.
    #[cfg_attr(feature = "openapi", param(ignore))]
    pub page: PageQuery,
    /// Only runs of this status.
    pub status: Option<RunStatus>,
    /// Only runs on this operating system.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub platform: Option<RunPlatform>,
    /// Only runs that were started for this.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub test_type: Option<RunTestType>,
    /// Only runs of this branch.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 255))]
    pub branch: Option<String>,
    /// Only runs of this commit: 40 hexadecimal digits.
    #[cfg_attr(feature = "openapi", param(pattern = "^[0-9a-fA-F]{40}$"))]
    pub commit_sha: Option<String>,
    /// Only runs of commits that begin so: 4 to 40 hexadecimal digits.
    #[cfg_attr(feature = "openapi", param(pattern = "^[0-9a-fA-F]{4,40}$"))]
    pub commit: Option<String>,
    /// Only runs of this repository: `owner/name`.
    #[cfg_attr(
        feature = "openapi",
        param(pattern = "^[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}$")
    )]
    pub repository: Option<String>,
    /// Only runs of this pull request.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 2_147_483_647_u32))]
    pub pull_request: Option<i32>,
    /// Only runs in which each of these words is found: within the branch or the repository, at the beginning of the commit, or as
    /// the number of the pull request.
    #[cfg_attr(feature = "openapi", param(min_length = 1, max_length = 100))]
    pub q: Option<String>,
    /// Only runs that others are compared with unless another is named: they tested a commit of the main repository's `master`,
    /// completed, and have results. Or only the others.
    pub reference: Option<bool>,
    /// Only runs created after this time.
    pub created_after: Option<Timestamp>,
    /// Only runs created before this time.
    pub created_before: Option<Timestamp>,
    /// Order; newest first by default.
    #[cfg_attr(feature = "openapi", param(inline))]
    pub sort: Option<RunSort>,
    /// What to add to each run, separated by commas.
    #[cfg_attr(feature = "openapi", param(inline, required = false, style = Form, explode = false, min_items = 1))]
    pub include: Vec<RunInclude>,
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
    /// What a run was started for, to filter by.
    RunTestType {
        /// A commit of a branch.
        Commit = "commit",
        /// A pull request.
        Pr = "pr",
    }
}

/// The longest free text of a list or a search, in characters.
pub(crate) const MAX_TEXT: usize = 100;

fn is_commit(text: &str) -> bool {
    text.len() == 40 && is_commit_prefix(text)
}

fn is_commit_prefix(text: &str) -> bool {
    (4..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_repository(text: &str) -> bool {
    let is_name = |part: &str| {
        (1..=100).contains(&part.len())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    text.split_once('/')
        .is_some_and(|(owner, name)| is_name(owner) && is_name(name))
}

impl Query for RunQuery {
    fn read(params: &mut Params) -> Self {
        Self {
            page: PageQuery::read(params),
            status: params.word("status"),
            platform: params.word("platform"),
            test_type: params.word("test_type"),
            branch: params.text("branch", 255),
            commit_sha: params.text_where("commit_sha", "40 hexadecimal digits", is_commit),
            commit: params.text_where("commit", "4 to 40 hexadecimal digits", is_commit_prefix),
            repository: params.text_where("repository", "owner/name", is_repository),
            pull_request: params.id("pull_request"),
            q: params.text("q", MAX_TEXT),
            reference: params.flag("reference"),
            created_after: params.timestamp("created_after"),
            created_before: params.timestamp("created_before"),
            sort: params.word("sort"),
            include: params.list("include"),
        }
    }

    fn write(&self, out: &mut Vec<(&'static str, String)>) {
        let pairs = [
            ("status", self.status.map(|v| v.to_string())),
            ("platform", self.platform.map(|v| v.to_string())),
            ("test_type", self.test_type.map(|v| v.to_string())),
            ("branch", self.branch.clone()),
            ("commit_sha", self.commit_sha.clone()),
            ("commit", self.commit.clone()),
            ("repository", self.repository.clone()),
            ("pull_request", self.pull_request.map(|v| v.to_string())),
            ("q", self.q.clone()),
            ("reference", self.reference.map(|v| v.to_string())),
            ("created_after", self.created_after.map(|v| v.to_string())),
            ("created_before", self.created_before.map(|v| v.to_string())),
            ("sort", self.sort.map(|v| v.to_string())),
            ("include", (!self.include.is_empty()).then(|| join(&self.include))),
        ];
        out.extend(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))));
        self.page.write(out);
    }
}
