//! One run, with everything its page shows.

use std::collections::BTreeSet;

use futures::join;
use runlens_api_types::{
    ErrorBody, ErrorCode, Page, TextEnum,
    comparison::{BaselineRun, ComparedTest, ComparisonQuery, SameFailures, Verdict, VerdictCounts},
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    page::PageQuery,
    recent::{MAX_TESTS, RecentResults, RecentResultsQuery},
    run::{CategorySummary, OperatingSystem, ProgressEntry, ProgressQuery, Run, RunStatus, RunSummary},
    sample::{SampleQuery, TestResult},
    test_error::{ErrorBucket, ErrorQuery, GroupBy, TestError},
    verdict::RunVerdict,
};
use runlens_domain::runs::RunHeadline;

use super::{RunSource, Source};
use crate::url::RunView;

/// The most errors of a group that are shown at once.
const OPENED: u32 = 50;

/// How many of the runs that fail in the same way are named.
const NAMED: u32 = 3;

/// Everything that the page of a run shows.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPage {
    /// The run.
    pub run: Run,
    /// Counts of its results.
    pub summary: RunSummary,
    /// What it says beside its reference run.
    pub compared: Result<Compared, ErrorBody>,
    /// Its verdict.
    pub verdict: RunVerdict,
    /// The worker's reports, as many as a page holds.
    pub progress: Page<ProgressEntry>,
    /// Other runs of the same commit, newest first.
    pub siblings: Vec<Sibling>,
    /// The run before it of its pull request, or of its branch, on its platform.
    pub previous: Option<i32>,
    /// Runs that fail in the same way; none where nothing fails, or that may not be known.
    pub same: Option<Same>,
    /// Errors in groups.
    pub errors: Result<Errors, ErrorBody>,
    /// Failures of the infrastructure.
    pub infrastructure: Result<Page<InfrastructureError>, ErrorBody>,
    /// Counts by category.
    pub categories: Page<CategorySummary>,
    /// Tests.
    pub tests: Result<Page<TestResult>, ErrorBody>,
}

/// What a run says beside its reference run.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The reference run; none where there is none.
    pub baseline: Option<BaselineRun>,
    /// Tests by verdict.
    pub counts: VerdictCounts,
    /// Tests that the run fixed, where their list is open.
    pub fixed: Option<Page<ComparedTest>>,
}

/// Another run of the same commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Sibling {
    /// Numeric run ID.
    pub id: i32,
    /// Operating system.
    pub platform: OperatingSystem,
    /// What became of it.
    pub status: RunStatus,
    /// What became of it beside its own reference run, in a few words.
    pub short: String,
}

impl Sibling {
    fn new(run: &Run, short: String) -> Self {
        Self {
            id: run.run_id,
            platform: run.platform,
            status: run.status,
            short,
        }
    }
}

/// Runs that fail in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Same {
    /// Tests that fail so.
    pub failing: u64,
    /// Runs that were looked at.
    pub compared: u64,
    /// Runs that fail so.
    pub total: u64,
    /// The newest of them.
    pub newest: Vec<i32>,
}

/// Errors of a run in groups, some of which may be open.
#[derive(Clone, Debug, PartialEq)]
pub struct Errors {
    /// What they are grouped by.
    pub grouping: GroupBy,
    /// The groups.
    pub groups: Page<ErrorBucket>,
    /// Those that are open.
    pub opened: Vec<Opened>,
    /// What became of the tests in them in the newest runs of `master` and in this one; none where no group is open.
    pub recent: Option<RecentResults>,
}

/// Errors of an open group.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Key of the group.
    pub key: String,
    /// Its errors.
    pub errors: Page<TestError>,
    /// Whether they are those of one test alone.
    pub is_one_test: bool,
}

/// Everything that the page of a run shows.
///
/// # Errors
/// The domain's: that the run does not exist, or may not be read.
pub async fn run_page(id: i32, view: RunView) -> Result<RunPage, ErrorBody> {
    let source = Source::new()?;
    let open = source.open(id).await?;
    let whole_progress = ProgressQuery {
        page: PageQuery::FIRST_MAX,
        ..ProgressQuery::default()
    };
    let whole_infrastructure = InfrastructureErrorQuery {
        page: PageQuery::FIRST_MAX,
        ..InfrastructureErrorQuery::default()
    };
    let (headline, siblings, previous, progress, triage, same, infrastructure, categories, tests) = join!(
        open.headline(),
        open.siblings(),
        open.previous_run(),
        open.progress(&whole_progress),
        triage(&open, &view),
        same(&open),
        open.infrastructure_errors(&whole_infrastructure),
        open.all_categories(),
        tests(&open, &view),
    );
    let RunHeadline {
        run,
        summary,
        verdict,
        ..
    } = headline?;
    let siblings = siblings?;
    let siblings = siblings
        .iter()
        .map(|run| Sibling::new(run, source.short_verdict(run)));
    let (compared, errors) = triage;
    let categories = categories?;
    let category_count = categories.len() as u64;
    Ok(RunPage {
        run,
        siblings: siblings.collect(),
        previous: previous?,
        verdict,
        summary,
        progress: progress?,
        compared: unless_unavailable(compared)?,
        same: unless_unavailable(same)?.ok().flatten(),
        errors: unless_unavailable(errors)?,
        infrastructure: unless_unavailable(infrastructure)?,
        categories: Page::new(categories, PageQuery::FIRST_MAX, category_count),
        tests: unless_unavailable(tests)?,
    })
}

/// What a caller may not see, or asked for wrongly, is the part's own matter; a broken server is the whole page's.
fn unless_unavailable<T>(part: Result<T, ErrorBody>) -> Result<Result<T, ErrorBody>, ErrorBody> {
    match part {
        Err(body)
            if matches!(
                body.code,
                ErrorCode::InternalError | ErrorCode::Unavailable | ErrorCode::RateLimited
            ) =>
        {
            Err(body)
        }
        part => Ok(part),
    }
}

async fn same(open: &RunSource) -> Result<Option<Same>, ErrorBody> {
    let SameFailures {
        failing_count,
        runs_compared,
        data,
        pagination,
        ..
    } = open
        .same_failures(PageQuery {
            limit: NAMED,
            offset: 0,
        })
        .await?;
    let is_known = failing_count > 0 && runs_compared > 0;
    Ok(is_known.then(|| Same {
        failing: failing_count,
        compared: runs_compared,
        total: pagination.total,
        newest: data.into_iter().map(|run| run.run_id).collect(),
    }))
}

/// The run beside its reference run, and its errors: what they are grouped by depends on whether there is one.
async fn triage(
    open: &RunSource,
    view: &RunView,
) -> (Result<Compared, ErrorBody>, Result<Errors, ErrorBody>) {
    let is_fixed_open = view.bucket.as_deref() == Some(Verdict::FixedHere.as_str());
    let page = if is_fixed_open {
        PageQuery {
            limit: OPENED,
            offset: view.errors_offset,
        }
    } else {
        PageQuery { limit: 1, offset: 0 }
    };
    let query = ComparisonQuery {
        page,
        verdict: Some(Verdict::FixedHere),
        ..ComparisonQuery::default()
    };
    let compared = open.comparison(&query).await.map(|comparison| Compared {
        baseline: comparison.baseline,
        counts: comparison.counts,
        fixed: is_fixed_open.then_some(Page {
            data: comparison.data,
            pagination: comparison.pagination,
        }),
    });
    let has_reference = compared
        .as_ref()
        .is_ok_and(|compared| compared.baseline.is_some());
    let errors = errors(open, view, view.grouping(has_reference), has_reference).await;
    (compared, errors)
}

async fn errors(
    open: &RunSource,
    view: &RunView,
    grouping: GroupBy,
    has_reference: bool,
) -> Result<Errors, ErrorBody> {
    // What is new opens by itself.
    let new = |verdict: Verdict| async move {
        let key = verdict.as_str();
        let is_asked = grouping == GroupBy::Verdict
            && has_reference
            && view.bucket.as_deref() != Some(key)
            && view.test.is_none();
        let query = view.bucket_query(grouping, key).filter(|_| is_asked);
        opened(open, key.to_owned(), query, 0).await
    };
    let chosen = async {
        match (view.test, view.bucket.clone()) {
            (Some(test), _) => of_test(open, view, grouping, test).await,
            (None, Some(key)) => {
                let query = view
                    .bucket_query(grouping, &key)
                    .filter(|_| key != Verdict::FixedHere.as_str());
                opened(open, key, query, view.errors_offset).await
            }
            (None, None) => Ok(None),
        }
    };
    let query = view.summary_query(grouping);
    let (groups, chosen, broken, different) = join!(
        open.error_summary(&query),
        chosen,
        new(Verdict::BrokenHere),
        new(Verdict::FailingDifferently)
    );
    let opened: Vec<Opened> = [chosen?, broken?, different?].into_iter().flatten().collect();
    let tests: BTreeSet<i32> = opened
        .iter()
        .flat_map(|opened| &opened.errors.data)
        .map(|error| error.regression_test_id)
        .collect();
    let query = RecentResultsQuery {
        regression_test_ids: tests.into_iter().take(MAX_TESTS).collect(),
    };
    let recent = if query.regression_test_ids.is_empty() {
        None
    } else {
        Some(open.recent_results(&query).await?)
    };
    Ok(Errors {
        grouping,
        groups: groups?,
        opened,
        recent,
    })
}

async fn opened(
    open: &RunSource,
    key: String,
    query: Option<ErrorQuery>,
    offset: u32,
) -> Result<Option<Opened>, ErrorBody> {
    let Some(mut query) = query else { return Ok(None) };
    query.page = PageQuery {
        limit: OPENED,
        offset,
    };
    Ok(Some(Opened {
        key,
        errors: open.errors(&query).await?,
        is_one_test: false,
    }))
}

/// The errors of one test, in the group that they are in: the one named in the address where they are in several, else the first.
async fn of_test(
    open: &RunSource,
    view: &RunView,
    grouping: GroupBy,
    test: i32,
) -> Result<Option<Opened>, ErrorBody> {
    let named = view
        .bucket
        .as_deref()
        .and_then(|key| Some((key.to_owned(), view.bucket_query(grouping, key)?)));
    let all = ErrorQuery {
        page: PageQuery::FIRST_MAX,
        regression_test_id: Some(test),
        ..ErrorQuery::default()
    };
    let (key, mut query) = match named {
        Some(named) => named,
        None => {
            let Some(key) = open.bucket_of_test(test, grouping).await? else {
                return Ok(None);
            };
            (key, all.clone())
        }
    };
    // The filters of the view are for lists; who names a test means that test.
    query = ErrorQuery {
        page: all.page,
        regression_test_id: Some(test),
        ..query
    };
    let errors = open.errors(&query).await?;
    Ok(Some(Opened {
        key,
        errors,
        is_one_test: true,
    }))
}

async fn tests(open: &RunSource, view: &RunView) -> Result<Page<TestResult>, ErrorBody> {
    if let Some(test) = view.test {
        return Ok(Page::new(vec![open.sample(test).await?], PageQuery::default(), 1));
    }
    let mut query = SampleQuery {
        status: view.status,
        category: view.category.clone(),
        ..SampleQuery::default()
    };
    query.page.offset = view.tests_offset;
    open.samples(&query).await
}
