//! One run, with everything its page shows.

use futures::join;
use runlens_contract::{
    ErrorBody, ErrorCode, Page,
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    page::PageQuery,
    run::{CategorySummary, Platform, ProgressEntry, ProgressQuery, Run, RunQuery, RunStatus, RunSummary},
    sample::{RunSample, SampleQuery},
    test_error::{ErrorBucket, ErrorSummaryQuery, GroupBy, TestError, TestErrorType},
};
use serde::{Deserialize, Serialize};

use super::{RunSource, Source};
use crate::url::RunView;

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
