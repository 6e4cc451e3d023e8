//! Runs: the list of them, and one with everything its page shows.

use futures::join;
use runlens_contract::{
    ErrorBody, ErrorCode, Page, Timestamp,
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    page::{PageQuery, Pagination},
    run::{CategorySummary, Platform, ProgressEntry, ProgressQuery, Run, RunInclude, RunQuery, RunStatus, RunSummary},
    sample::{RunSample, SampleQuery},
    test_error::{ErrorBucket, ErrorSummaryQuery, GroupBy, TestError, TestErrorType},
};
use serde::{Deserialize, Serialize};

use super::{RunSource, Source};
use crate::url::RunView;

/// A page of the list of runs, those of one commit together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunList {
    /// Commits, newest run first.
    pub commits: Vec<Commit>,
    /// Where the runs lie in the whole list.
    pub pagination: Pagination,
}

/// A commit, and its runs that follow each other in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// `OWNER/NAME`; empty where it is not known.
    pub repository: String,
    /// Branch.
    pub branch: Option<String>,
    /// Pull request.
    pub pull_request: Option<i32>,
    /// The whole hash.
    pub sha: String,
    /// Its runs, newest first.
    pub runs: Vec<RunLine>,
}

/// A run as the list shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLine {
    /// Numeric run ID.
    pub id: i32,
    /// Operating system.
    pub platform: Platform,
    /// What became of it.
    pub status: RunStatus,
    /// First report of progress.
    pub created_at: Option<Timestamp>,
    /// Milliseconds of testing.
    pub duration_ms: Option<i64>,
    /// Tests that failed or left out an output.
    pub failed: u64,
    /// Tests with a result.
    pub finished: u64,
    /// Tests it is made of.
    pub total: u64,
}

impl From<Run> for RunLine {
    fn from(run: Run) -> Self {
        let count = |of: fn(&RunSummary) -> u64| run.summary.as_ref().map_or(0, of);
        Self {
            id: run.run_id,
            platform: run.platform,
            status: run.status,
            created_at: run.created_at,
            duration_ms: run.duration_ms,
            failed: count(|summary| summary.fail_count + summary.missing_output_count),
            finished: count(|summary| summary.pass_count + summary.fail_count + summary.missing_output_count),
            total: count(|summary| summary.total_samples),
        }
    }
}

/// Puts runs together that follow each other and are of the same commit.
fn group(runs: Vec<Run>) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::new();
    for run in runs {
        let is_same = |commit: &&mut Commit| {
            commit.sha == run.commit_sha
                && commit.repository == run.repository
                && commit.pull_request == run.pull_request
                && commit.branch == run.branch
        };
        if let Some(commit) = commits.last_mut().filter(is_same) {
            commit.runs.push(run.into());
            continue;
        }
        commits.push(Commit {
            repository: run.repository.clone(),
            branch: run.branch.clone(),
            pull_request: run.pull_request,
            sha: run.commit_sha.clone(),
            runs: vec![run.into()],
        });
    }
    commits
}

/// A page of the list of runs.
///
/// # Errors
/// The domain's.
pub async fn run_list(query: RunQuery) -> Result<RunList, ErrorBody> {
    let query = RunQuery { include: Some(RunInclude::Summary), ..query };
    let page = Source::new()?.runs(&query).await?;
    Ok(RunList { commits: group(page.data), pagination: page.pagination })
}

/// Everything that the page of a run shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunPage {
    /// The run.
    pub run: Run,
    /// Counts of its results.
    pub summary: RunSummary,
    /// The worker's reports, as many as a page holds.
    pub progress: Page<ProgressEntry>,
    /// Other runs of the same commit, newest first.
    pub siblings: Vec<Sibling>,
    /// Errors in groups.
    pub errors: Result<Errors, ErrorBody>,
    /// Failures of the infrastructure.
    pub infrastructure: Result<Page<InfrastructureError>, ErrorBody>,
    /// Counts by category.
    pub categories: Page<CategorySummary>,
    /// Tests.
    pub tests: Result<Page<RunSample>, ErrorBody>,
}

/// Another run of the same commit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sibling {
    /// Numeric run ID.
    pub id: i32,
    /// Operating system.
    pub platform: Platform,
    /// What became of it.
    pub status: RunStatus,
}

/// Errors of a run in groups, one of which may be open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// The groups.
    pub groups: Page<ErrorBucket>,
    /// Errors of the open group.
    pub opened: Option<Page<TestError>>,
    /// Errors of each type, most first, whatever the groups are.
    pub types: Vec<(TestErrorType, u64)>,
}

/// Everything that the page of a run shows.
///
/// # Errors
/// The domain's: that the run does not exist, or may not be read.
pub async fn run_page(id: i32, view: RunView) -> Result<RunPage, ErrorBody> {
    let source = Source::new()?;
    let open = source.open(id).await?;
    let whole_progress = ProgressQuery { page: PageQuery::WHOLE, ..ProgressQuery::default() };
    let whole_infrastructure = InfrastructureErrorQuery { page: PageQuery::WHOLE, ..InfrastructureErrorQuery::default() };
    let (run, summary, progress, errors, infrastructure, categories, tests) = join!(
        run_with_siblings(&source, &open),
        open.summary(),
        open.progress(&whole_progress),
        errors(&open, &view),
        open.infrastructure_errors(&whole_infrastructure),
        open.categories(PageQuery::WHOLE),
        tests(&open, &view),
    );
    let (run, siblings) = run?;
    Ok(RunPage {
        run,
        siblings,
        summary: summary?,
        progress: progress?,
        errors: unless_unavailable(errors)?,
        infrastructure: unless_unavailable(infrastructure)?,
        categories: categories?,
        tests: unless_unavailable(tests)?,
    })
}

/// What a caller may not see, or asked for wrongly, is the part's own matter; a broken server is the whole page's.
fn unless_unavailable<T>(part: Result<T, ErrorBody>) -> Result<Result<T, ErrorBody>, ErrorBody> {
    match part {
        Err(body) if matches!(body.code, ErrorCode::InternalError | ErrorCode::Unavailable | ErrorCode::RateLimited) => Err(body),
        part => Ok(part),
    }
}

async fn run_with_siblings(source: &Source, open: &RunSource) -> Result<(Run, Vec<Sibling>), ErrorBody> {
    let run = open.run().await?;
    let is_commit = run.commit_sha.len() == 40 && run.commit_sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_commit {
        return Ok((run, Vec::new()));
    }
    let query = RunQuery { page: PageQuery { limit: 10, offset: 0 }, commit_sha: Some(run.commit_sha.clone()), ..RunQuery::default() };
    let others = source
        .runs(&query)
        .await?
        .data
        .into_iter()
        .filter(|other| other.run_id != run.run_id && other.repository == run.repository && other.pull_request == run.pull_request);
    let siblings = others.map(|other| Sibling { id: other.run_id, platform: other.platform, status: other.status }).collect();
    Ok((run, siblings))
}

async fn errors(open: &RunSource, view: &RunView) -> Result<Errors, ErrorBody> {
    let mut query = ErrorSummaryQuery { group_by: view.group_by, severity: view.severity, ..ErrorSummaryQuery::default() };
    query.page.offset = view.groups_offset;
    let opened_query = view.bucket.as_deref().and_then(|key| view.bucket_query(key));
    let opened = async {
        match &opened_query {
            Some(query) => open.errors(query).await.map(Some),
            None => Ok(None),
        }
    };
    let is_by_type = view.grouping() == GroupBy::Type && view.severity.is_none() && view.groups_offset == 0;
    let by_type = async { if is_by_type { Ok(None) } else { open.error_summary(&ErrorSummaryQuery::default()).await.map(Some) } };
    let (groups, opened, by_type) = join!(open.error_summary(&query), opened, by_type);
    let (groups, opened, by_type) = (groups?, opened?, by_type?);
    let types = by_type.as_ref().unwrap_or(&groups).data.iter().filter_map(|bucket| {
        use runlens_contract::TextEnum;
        Some((TestErrorType::from_word(&bucket.key)?, bucket.count))
    });
    Ok(Errors { types: types.collect(), opened, groups })
}

async fn tests(open: &RunSource, view: &RunView) -> Result<Page<RunSample>, ErrorBody> {
    if let Some(test) = view.test {
        return Ok(Page::new(vec![open.sample(test).await?], PageQuery::default(), 1));
    }
    let mut query = SampleQuery { status: view.status, category: view.category.clone(), ..SampleQuery::default() };
    query.page.offset = view.tests_offset;
    open.samples(&query).await
}

#[cfg(test)]
mod tests {
    use runlens_contract::run::Run;

    use super::group;

    fn run(id: i32, platform: &str, sha: &str, pull_request: Option<i32>) -> Run {
        let names =
            ["self", "html", "summary", "progress", "samples", "errors", "error_summary", "infrastructure_errors", "logs", "artifacts"];
        let links: serde_json::Map<String, serde_json::Value> = names.into_iter().map(|name| (name.to_owned(), "".into())).collect();
        serde_json::from_value(serde_json::json!({
            "run_id": id, "status": "pass", "repository": "a/b", "branch": "master", "commit_sha": sha, "commit_short": sha,
            "pull_request": pull_request, "platform": platform, "test_type": "commit", "run_errors": "none", "links": links,
        }))
        .expect("a run")
    }

    #[test]
    fn runs_of_one_commit_stand_together_while_they_follow_each_other() {
        let runs = vec![
            run(9, "linux", "c1", None),
            run(8, "windows", "c1", None),
            run(7, "windows", "c1", Some(3)),
            run(6, "linux", "c2", None),
            run(5, "linux", "c1", None),
        ];
        let ids: Vec<Vec<i32>> = group(runs).into_iter().map(|commit| commit.runs.into_iter().map(|run| run.id).collect()).collect();
        assert_eq!(ids, [vec![9, 8], vec![7], vec![6], vec![5]]);
    }
}
