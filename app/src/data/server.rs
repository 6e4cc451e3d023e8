//! The server's half: the domain is asked directly, a run is opened once for everything a page shows.

use std::future::Future;

use leptos::prelude::{provide_context, use_context};
use runlens_api_types::{
    ErrorBody, ErrorCode, Page, Timestamp,
    auth::{Token, TokenQuery},
    change::{Commit, PullRequest},
    comparison::{Comparison, ComparisonQuery, SameFailures},
    health::TestHealth,
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    log::{LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch, LogSearchQuery},
    output::{DiffQuery, OutputDiff, OutputFile, OutputInfo},
    page::PageQuery,
    recent::{PlatformResults, PlatformResultsQuery, RecentResults, RecentResultsQuery},
    run::{CategorySummary, ProgressEntry, ProgressQuery, Run, RunQuery, RunSummary},
    sample::{SampleQuery, TestResult},
    search::{Search, SearchQuery},
    suite::{
        Category, HistoryEntry, HistoryQuery, RegressionTest, RegressionTestQuery, Sample,
        SampleHistoryQuery, SuiteSampleQuery,
    },
    system::{Queue, QueueQuery},
    test_error::{ErrorBucket, ErrorQuery, ErrorSummaryQuery, GroupBy, TestError},
};
use runlens_domain::{
    Caller, Services, access,
    outputs::OutputIds,
    runs::{LoadedRun, RunHeadline},
};

use super::outputs::Place;

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) services: Services,
    pub(crate) caller: Caller,
    error_body: ErrorBodyOf,
}

/// Translates a failed use case for the reader of a page.
pub type ErrorBodyOf = fn(&runlens_domain::Error) -> ErrorBody;

/// Tells the pages of one request whom to ask, and for whom.
pub fn provide_request(services: Services, caller: Caller, error_body: ErrorBodyOf) {
    provide_context(Request {
        services,
        caller,
        error_body,
    });
}

pub(crate) fn request() -> Result<Request, ErrorBody> {
    use_context::<Request>().ok_or_else(|| {
        tracing::error!("a page was rendered without `provide_request`");
        ErrorBody::new(ErrorCode::InternalError, "Something went wrong on our side.")
    })
}

/// The time.
pub fn now() -> Timestamp {
    use_context::<Request>().map_or_else(
        || runlens_domain::Clock::system().now(),
        |request| request.services.clock().now(),
    )
}

/// A page is made once: only a browser reads one again.
pub fn page_again() -> std::future::Ready<Option<String>> {
    std::future::ready(None)
}

/// Where this site is reached: its scheme and host.
pub fn origin() -> String {
    use_context::<Request>()
        .map(|request| request.services.settings().public_url.clone())
        .unwrap_or_default()
}

pub(crate) fn answer<T>(result: runlens_domain::Result<T>) -> Result<T, ErrorBody> {
    result.map_err(|error| match request() {
        Ok(request) => describe_error(request.error_body, &error),
        Err(body) => body,
    })
}

/// Returns what a page shows of an error, and logs the error if it is the server's.
pub(crate) fn describe_error(error_body: ErrorBodyOf, error: &runlens_domain::Error) -> ErrorBody {
    let body = error_body(error);
    if matches!(body.code, ErrorCode::InternalError | ErrorCode::Unavailable) {
        tracing::error!(%error, "loading page data failed");
    }
    body
}

/// Waits on the heap: a page asks for many things at once, and what the database is asked is large.
async fn ask<T>(question: impl Future<Output = runlens_domain::Result<T>>) -> Result<T, ErrorBody> {
    answer(Box::pin(question).await)
}

/// A question that is given up when this is dropped; the server answers at once.
#[derive(Default)]
pub struct Asked;

impl Asked {
    /// A question that is about to be asked.
    pub fn new() -> Self {
        Self
    }

    /// What tells the question.
    pub fn signal(&self) -> Signal {
        Signal
    }
}

/// Tells a question that it was given up.
pub struct Signal;

impl Signal {
    /// For a question that is not given up.
    pub fn none() -> Self {
        Self
    }
}

/// What the browser keeps by a name: the server does not know.
pub(super) fn stored(_name: &str) -> Option<String> {
    None
}

/// Has the browser keep a text by a name: not the server's to do.
pub(super) fn store(_name: &str, _text: &str) {}

pub(super) struct Source(Request);

impl Source {
    pub(super) fn new() -> Result<Self, ErrorBody> {
        request().map(Self)
    }

    pub(super) async fn runs(&self, query: &RunQuery) -> Result<Page<Run>, ErrorBody> {
        ask(self.0.services.runs.list(&self.0.caller, query)).await
    }

    pub(super) async fn runs_with_verdicts(&self, query: RunQuery) -> Result<Page<Run>, ErrorBody> {
        ask(self.0.services.runs.list_with_verdicts(&self.0.caller, query)).await
    }

    pub(super) fn short_verdict(&self, run: &Run) -> String {
        self.0.services.runs.short_verdict(run)
    }

    pub(super) async fn pull_request(&self, number: i32, page: PageQuery) -> Result<PullRequest, ErrorBody> {
        ask(self.0.services.runs.pull_request(&self.0.caller, number, page)).await
    }

    pub(super) async fn commit(&self, prefix: &str, page: PageQuery) -> Result<Commit, ErrorBody> {
        ask(self.0.services.runs.commit(&self.0.caller, prefix, page)).await
    }

    pub(super) async fn search(&self, query: &SearchQuery, _signal: Signal) -> Result<Search, ErrorBody> {
        ask(self.0.services.search.find(&self.0.caller, query)).await
    }

    pub(super) async fn tokens(&self, query: &TokenQuery) -> Result<Page<Token>, ErrorBody> {
        ask(self.0.services.auth.tokens(&self.0.caller, query)).await
    }

    pub(super) async fn samples(&self, query: &SuiteSampleQuery) -> Result<Page<Sample>, ErrorBody> {
        ask(self.0.services.suite.samples(&self.0.caller, query)).await
    }

    pub(super) async fn sample(&self, id: i32) -> Result<Sample, ErrorBody> {
        ask(self.0.services.suite.sample(&self.0.caller, id)).await
    }

    pub(super) async fn sample_history(
        &self,
        id: i32,
        query: &SampleHistoryQuery,
    ) -> Result<Page<HistoryEntry>, ErrorBody> {
        ask(self.0.services.suite.sample_history(&self.0.caller, id, query)).await
    }

    pub(super) async fn regression_tests(
        &self,
        query: &RegressionTestQuery,
    ) -> Result<Page<RegressionTest>, ErrorBody> {
        ask(self.0.services.suite.regression_tests(&self.0.caller, query)).await
    }

    pub(super) async fn regression_test(&self, id: i32) -> Result<RegressionTest, ErrorBody> {
        ask(self.0.services.suite.regression_test(&self.0.caller, id)).await
    }

    pub(super) async fn regression_test_health(&self, id: i32) -> Result<TestHealth, ErrorBody> {
        ask(self.0.services.suite.regression_test_health(&self.0.caller, id)).await
    }

    pub(super) async fn regression_test_history(
        &self,
        id: i32,
        query: &HistoryQuery,
    ) -> Result<Page<HistoryEntry>, ErrorBody> {
        ask(self
            .0
            .services
            .suite
            .regression_test_history(&self.0.caller, id, query))
        .await
    }

    pub(super) async fn platform_results(
        &self,
        query: &PlatformResultsQuery,
    ) -> Result<PlatformResults, ErrorBody> {
        ask(self.0.services.suite.recent_results(&self.0.caller, query)).await
    }

    pub(super) async fn all_suite_categories(&self) -> Result<Vec<Category>, ErrorBody> {
        ask(self.0.services.suite.all_categories(&self.0.caller)).await
    }

    pub(super) async fn queue(&self, query: &QueueQuery) -> Result<Queue, ErrorBody> {
        ask(self.0.services.system.queue(&self.0.caller, query)).await
    }

    pub(super) async fn open(&self, id: i32) -> Result<RunSource, ErrorBody> {
        let load = self.0.services.runs.load(&self.0.caller, access::GET_RUN, id);
        Ok(RunSource {
            run: ask(load).await?,
            services: self.0.services.clone(),
        })
    }
}

pub(super) struct RunSource {
    run: LoadedRun,
    services: Services,
}

impl RunSource {
    pub(super) async fn run(&self) -> Result<Run, ErrorBody> {
        ask(self.run.run()).await
    }

    pub(super) async fn summary(&self) -> Result<RunSummary, ErrorBody> {
        ask(self.run.summary()).await
    }

    pub(super) async fn progress(&self, query: &ProgressQuery) -> Result<Page<ProgressEntry>, ErrorBody> {
        answer(self.run.progress(query))
    }

    pub(super) async fn headline(&self) -> Result<RunHeadline, ErrorBody> {
        ask(self.run.headline()).await
    }

    pub(super) async fn siblings(&self) -> Result<Vec<Run>, ErrorBody> {
        ask(self.run.siblings()).await
    }

    pub(super) async fn previous_run(&self) -> Result<Option<i32>, ErrorBody> {
        ask(self.run.previous_run()).await
    }

    pub(super) async fn bucket_of_test(
        &self,
        test: i32,
        group_by: GroupBy,
    ) -> Result<Option<String>, ErrorBody> {
        ask(self.run.bucket_of_test(test, group_by)).await
    }

    pub(super) async fn all_categories(&self) -> Result<Vec<CategorySummary>, ErrorBody> {
        ask(self.run.all_categories()).await
    }

    pub(super) async fn recent_results(
        &self,
        query: &RecentResultsQuery,
    ) -> Result<RecentResults, ErrorBody> {
        ask(self.run.recent_results(query)).await
    }

    pub(super) async fn samples(&self, query: &SampleQuery) -> Result<Page<TestResult>, ErrorBody> {
        ask(self.run.test_results(query)).await
    }

    pub(super) async fn sample(&self, test: i32) -> Result<TestResult, ErrorBody> {
        ask(self.run.test_result(test)).await
    }

    pub(super) async fn errors(&self, query: &ErrorQuery) -> Result<Page<TestError>, ErrorBody> {
        ask(self.run.errors(query)).await
    }

    pub(super) async fn error_summary(
        &self,
        query: &ErrorSummaryQuery,
    ) -> Result<Page<ErrorBucket>, ErrorBody> {
        ask(self.run.error_summary(query)).await
    }

    pub(super) async fn comparison(&self, query: &ComparisonQuery) -> Result<Comparison, ErrorBody> {
        ask(self.run.comparison(query)).await
    }

    pub(super) async fn same_failures(&self, query: PageQuery) -> Result<SameFailures, ErrorBody> {
        ask(self.run.same_failures(query)).await
    }

    pub(super) async fn infrastructure_errors(
        &self,
        query: &InfrastructureErrorQuery,
    ) -> Result<Page<InfrastructureError>, ErrorBody> {
        answer(self.run.infrastructure_errors(query))
    }

    pub(super) async fn logs(&self, query: &LogQuery) -> Result<LogPage, ErrorBody> {
        ask(self.services.logs.page(&self.run, query)).await
    }

    pub(super) async fn log_outline(&self, query: &LogOutlineQuery) -> Result<LogOutline, ErrorBody> {
        ask(self.services.logs.outline(&self.run, query)).await
    }

    pub(super) async fn search_log(&self, query: &LogSearchQuery) -> Result<LogSearch, ErrorBody> {
        ask(self.services.logs.search(&self.run, query)).await
    }

    pub(super) async fn output(&self, place: Place) -> Result<OutputInfo, ErrorBody> {
        ask(self.services.outputs.info(&self.run, place.into())).await
    }

    pub(super) async fn output_diff(&self, place: Place, query: &DiffQuery) -> Result<OutputDiff, ErrorBody> {
        ask(self.services.outputs.diff(&self.run, place.into(), query)).await
    }

    pub(super) async fn expected_output(&self, place: Place) -> Result<OutputFile, ErrorBody> {
        ask(self.services.outputs.expected(&self.run, place.into())).await
    }
}

impl From<Place> for OutputIds {
    fn from(place: Place) -> Self {
        Self {
            sample_id: place.sample,
            regression_test_id: place.test,
            output_id: place.output,
        }
    }
}
