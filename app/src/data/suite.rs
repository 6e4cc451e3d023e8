//! The suite: lists of samples and of regression tests, and one of each with its history.

use futures::{join, try_join};
use runlens_api_types::{
    ErrorBody, Page,
    health::TestHealth,
    recent::{MAX_RUNS, PlatformResults, PlatformResultsQuery, RUNS_BEFORE, RunChoice},
    suite::{Category, HistoryEntry, RegressionTest, RegressionTestQuery, Sample, SuiteSampleQuery},
};

use super::Source;
use crate::url::suite::{SampleView, TestView};

/// How many runs the strips of a sample's tests are of.
pub const RUNS_OF_SAMPLE: u32 = 24;

/// A page of the list of samples.
///
/// # Errors
/// The domain's.
pub async fn sample_list(query: SuiteSampleQuery) -> Result<Page<Sample>, ErrorBody> {
    Source::new()?.samples(&query).await
}

/// A page of the list of regression tests.
#[derive(Clone, Debug, PartialEq)]
pub struct TestList {
    /// The tests.
    pub tests: Page<RegressionTest>,
    /// Categories to choose from.
    pub categories: Vec<String>,
    /// What became of the tests in the newest runs of master.
    pub recent: PlatformResults,
}

/// A page of the list of regression tests.
///
/// # Errors
/// The domain's.
pub async fn test_list(query: RegressionTestQuery) -> Result<TestList, ErrorBody> {
    let source = Source::new()?;
    let with_results = async {
        let tests = source.regression_tests(&query).await?;
        let recent = recent(&source, &tests, RunChoice::Master, RUNS_BEFORE).await?;
        Ok((tests, recent))
    };
    let ((tests, recent), categories) = try_join!(with_results, source.all_suite_categories())?;
    Ok(TestList {
        tests,
        categories: categories.into_iter().map(|Category { name, .. }| name).collect(),
        recent,
    })
}

async fn recent(
    source: &Source,
    tests: &Page<RegressionTest>,
    runs: RunChoice,
    run_count: u32,
) -> Result<PlatformResults, ErrorBody> {
    let ids: Vec<i32> = tests.data.iter().map(|test| test.regression_test_id).collect();
    if ids.is_empty() {
        return Ok(PlatformResults { data: Vec::new() });
    }
    source
        .platform_results(&PlatformResultsQuery::new(ids, runs, run_count))
        .await
}

/// Everything that the page of a sample shows.
#[derive(Clone, Debug, PartialEq)]
pub struct SamplePage {
    /// The sample.
    pub sample: Sample,
    /// The regression tests that read it, as many as a page holds.
    pub tests: Page<RegressionTest>,
    /// What became of these tests in the newest runs.
    pub recent: PlatformResults,
    /// Results of all its tests.
    pub history: Page<HistoryEntry>,
}

/// Everything that the page of a sample shows.
///
/// # Errors
/// The domain's.
pub async fn sample_page(id: i32, view: SampleView) -> Result<SamplePage, ErrorBody> {
    let source = Source::new()?;
    let of_sample = RegressionTestQuery {
        sample_id: Some(id),
        ..RegressionTestQuery::default()
    };
    let with_results = async {
        let tests = source.regression_tests(&of_sample).await?;
        let recent = recent(&source, &tests, view.runs, RUNS_OF_SAMPLE).await?;
        Ok((tests, recent))
    };
    let (sample, (tests, recent), history) = try_join!(
        source.sample(id),
        with_results,
        source.sample_history(id, &view.history)
    )?;
    Ok(SamplePage {
        sample,
        tests,
        recent,
        history,
    })
}

/// Everything that the page of a regression test shows.
#[derive(Clone, Debug, PartialEq)]
pub struct TestPage {
    /// The test.
    pub test: RegressionTest,
    /// How it has been doing on master.
    pub health: TestHealth,
    /// What became of it in the newest runs.
    pub recent: PlatformResults,
    /// Its results.
    pub history: Result<Page<HistoryEntry>, ErrorBody>,
}

/// Everything that the page of a regression test shows.
///
/// # Errors
/// The domain's.
pub async fn test_page(id: i32, view: TestView) -> Result<TestPage, ErrorBody> {
    let source = Source::new()?;
    let strips = PlatformResultsQuery::new(vec![id], view.runs, MAX_RUNS);
    let facts = async {
        try_join!(
            source.regression_test(id),
            source.regression_test_health(id),
            source.platform_results(&strips)
        )
    };
    let (facts, history) = join!(facts, source.regression_test_history(id, &view.history));
    let (test, health, recent) = facts?;
    Ok(TestPage {
        test,
        health,
        recent,
        history,
    })
}
