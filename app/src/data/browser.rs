//! The browser's half: `/api/v1` is asked, with the rights of the page's cookie.

use gloo_net::http::{Request, Response};
use runlens_contract::{
    ErrorBody, ErrorCode, Page, Query, Timestamp,
    auth::{Token, TokenQuery},
    comparison::{Comparison, ComparisonQuery, SameFailures},
    health::TestHealth,
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    log::{LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch, LogSearchQuery},
    output::{DiffQuery, OutputDiff, OutputFile, OutputInfo},
    page::PageQuery,
    recent::{PlatformResults, PlatformResultsQuery, RecentResults, RecentResultsQuery},
    run::{CategorySummary, ProgressEntry, ProgressQuery, Run, RunQuery, RunSummary},
    sample::{RunSample, SampleQuery},
    search::{Search, SearchQuery},
    suite::{Category, HistoryEntry, HistoryQuery, RegressionTest, RegressionTestQuery, Sample, SampleHistoryQuery, SuiteSampleQuery},
    system::{Queue, QueueQuery},
    test_error::{ErrorBucket, ErrorQuery, ErrorSummaryQuery, TestError},
};
use send_wrapper::SendWrapper;
use serde::de::DeserializeOwned;

use super::outputs::Place;

/// The time.
pub fn now() -> Timestamp {
    const EPOCH: &str = "1970-01-01T00:00:00Z";
    let seconds = (js_sys::Date::now() / 1000.0) as i64;
    Timestamp::from_unix(seconds).or_else(|| Timestamp::parse(EPOCH)).expect("the epoch is a time")
}

/// Where this site is reached: its scheme and host.
pub fn origin() -> String {
    leptos::prelude::location().origin().unwrap_or_default()
}

/// Waits.
pub fn pause(time: std::time::Duration) -> impl Future<Output = ()> + Send {
    let (done, waited) = futures::channel::oneshot::channel::<()>();
    leptos::prelude::set_timeout(move || drop(done), time);
    // Whether it is said or dropped, time has passed.
    async move { _ = waited.await }
}

async fn get<T: DeserializeOwned>(path: String) -> Result<T, ErrorBody> {
    // A page runs on one thread, which the compiler cannot know.
    let text = SendWrapper::new(get_text(path)).await?;
    serde_json::from_str(&text).map_err(|_| unreadable())
}

async fn get_text(path: String) -> Result<String, ErrorBody> {
    ask(path, None).await
}

async fn ask(path: String, signal: Option<web_sys::AbortSignal>) -> Result<String, ErrorBody> {
    let offline = |_| ErrorBody::new(ErrorCode::Unavailable, "The server cannot be reached. Check the connection and try again.");
    let response = Request::get(&format!("/api/v1{path}"))
        .header("Accept", "application/json")
        .abort_signal(signal.as_ref())
        .send()
        .await
        .map_err(offline)?;
    let text = Response::text(&response).await.map_err(offline)?;
    if response.ok() { Ok(text) } else { Err(serde_json::from_str(&text).unwrap_or_else(|_| unreadable())) }
}

fn unreadable() -> ErrorBody {
    ErrorBody::new(ErrorCode::InternalError, "The server's answer could not be read. Reload the page: it may be of an older version.")
}

/// A question that is given up when this is dropped.
pub struct Asked(SendWrapper<Option<web_sys::AbortController>>);

impl Asked {
    /// A question that is about to be asked.
    pub fn new() -> Self {
        Self(SendWrapper::new(web_sys::AbortController::new().ok()))
    }
}

impl Default for Asked {
    fn default() -> Self {
        Self::new()
    }
}

/// Tells a question that it was given up.
pub struct Signal(SendWrapper<Option<web_sys::AbortSignal>>);

impl Asked {
    /// What tells the question.
    pub fn signal(&self) -> Signal {
        Signal(SendWrapper::new(self.0.as_ref().map(web_sys::AbortController::signal)))
    }
}

impl Signal {
    /// For a question that is not given up.
    pub fn none() -> Self {
        Self(SendWrapper::new(None))
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(controller) = self.0.as_ref() {
            controller.abort();
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    leptos::prelude::window().local_storage().ok().flatten()
}

/// What the browser keeps by a name.
pub(super) fn stored(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Has the browser keep a text by a name. Where it keeps nothing, nothing is lost but convenience.
pub(super) fn store(name: &str, text: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, text);
    }
}

pub(super) struct Source;

impl Source {
    pub(super) fn new() -> Result<Self, ErrorBody> {
        Ok(Self)
    }

    pub(super) async fn runs(&self, query: &RunQuery) -> Result<Page<Run>, ErrorBody> {
        get(format!("/runs{}", query.to_query_string())).await
    }

    pub(super) async fn search(&self, query: &SearchQuery, signal: Signal) -> Result<Search, ErrorBody> {
        let text = SendWrapper::new(ask(format!("/search{}", query.to_query_string()), signal.0.take())).await?;
        serde_json::from_str(&text).map_err(|_| unreadable())
    }

    pub(super) async fn tokens(&self, query: &TokenQuery) -> Result<Page<Token>, ErrorBody> {
        get(format!("/auth/tokens{}", query.to_query_string())).await
    }

    pub(super) async fn samples(&self, query: &SuiteSampleQuery) -> Result<Page<Sample>, ErrorBody> {
        get(format!("/samples{}", query.to_query_string())).await
    }

    pub(super) async fn sample(&self, id: i32) -> Result<Sample, ErrorBody> {
        get(format!("/samples/{id}")).await
    }

    pub(super) async fn sample_history(&self, id: i32, query: &SampleHistoryQuery) -> Result<Page<HistoryEntry>, ErrorBody> {
        get(format!("/samples/{id}/history{}", query.to_query_string())).await
    }

    pub(super) async fn regression_tests(&self, query: &RegressionTestQuery) -> Result<Page<RegressionTest>, ErrorBody> {
        get(format!("/regression-tests{}", query.to_query_string())).await
    }

    pub(super) async fn regression_test(&self, id: i32) -> Result<RegressionTest, ErrorBody> {
        get(format!("/regression-tests/{id}")).await
    }

    pub(super) async fn regression_test_health(&self, id: i32) -> Result<TestHealth, ErrorBody> {
        get(format!("/regression-tests/{id}/health")).await
    }

    pub(super) async fn regression_test_history(&self, id: i32, query: &HistoryQuery) -> Result<Page<HistoryEntry>, ErrorBody> {
        get(format!("/regression-tests/{id}/history{}", query.to_query_string())).await
    }

    pub(super) async fn platform_results(&self, query: &PlatformResultsQuery) -> Result<PlatformResults, ErrorBody> {
        get(format!("/regression-tests/recent-results{}", query.to_query_string())).await
    }

    pub(super) async fn categories(&self, page: PageQuery) -> Result<Page<Category>, ErrorBody> {
        get(format!("/categories{}", page.to_query_string())).await
    }

    pub(super) async fn queue(&self, query: &QueueQuery) -> Result<Queue, ErrorBody> {
        get(format!("/system/queue{}", query.to_query_string())).await
    }

    pub(super) async fn open(&self, id: i32) -> Result<RunSource, ErrorBody> {
        Ok(RunSource(id))
    }
}

pub(super) struct RunSource(i32);

impl RunSource {
    async fn part<T: DeserializeOwned>(&self, name: &str, query: &impl Query) -> Result<T, ErrorBody> {
        get(format!("/runs/{}{name}{}", self.0, query.to_query_string())).await
    }

    pub(super) async fn run(&self) -> Result<Run, ErrorBody> {
        get(format!("/runs/{}", self.0)).await
    }

    pub(super) async fn summary(&self) -> Result<RunSummary, ErrorBody> {
        get(format!("/runs/{}/summary", self.0)).await
    }

    pub(super) async fn progress(&self, query: &ProgressQuery) -> Result<Page<ProgressEntry>, ErrorBody> {
        self.part("/progress", query).await
    }

    pub(super) async fn categories(&self, query: PageQuery) -> Result<Page<CategorySummary>, ErrorBody> {
        self.part("/categories", &query).await
    }

    pub(super) async fn recent_results(&self, query: &RecentResultsQuery) -> Result<RecentResults, ErrorBody> {
        self.part("/recent-results", query).await
    }

    pub(super) async fn samples(&self, query: &SampleQuery) -> Result<Page<RunSample>, ErrorBody> {
        self.part("/samples", query).await
    }

    pub(super) async fn sample(&self, test: i32) -> Result<RunSample, ErrorBody> {
        get(format!("/runs/{}/samples/{test}", self.0)).await
    }

    pub(super) async fn errors(&self, query: &ErrorQuery) -> Result<Page<TestError>, ErrorBody> {
        self.part("/errors", query).await
    }

    pub(super) async fn error_summary(&self, query: &ErrorSummaryQuery) -> Result<Page<ErrorBucket>, ErrorBody> {
        self.part("/error-summary", query).await
    }

    pub(super) async fn comparison(&self, query: &ComparisonQuery) -> Result<Comparison, ErrorBody> {
        self.part("/comparison", query).await
    }

    pub(super) async fn same_failures(&self, query: PageQuery) -> Result<SameFailures, ErrorBody> {
        self.part("/same-failures", &query).await
    }

    pub(super) async fn infrastructure_errors(&self, query: &InfrastructureErrorQuery) -> Result<Page<InfrastructureError>, ErrorBody> {
        self.part("/infrastructure-errors", query).await
    }

    pub(super) async fn logs(&self, query: &LogQuery) -> Result<LogPage, ErrorBody> {
        self.part("/logs", query).await
    }

    pub(super) async fn log_outline(&self, query: &LogOutlineQuery) -> Result<LogOutline, ErrorBody> {
        self.part("/logs/outline", query).await
    }

    pub(super) async fn search_log(&self, query: &LogSearchQuery) -> Result<LogSearch, ErrorBody> {
        self.part("/logs/search", query).await
    }

    pub(super) async fn output(&self, place: Place) -> Result<OutputInfo, ErrorBody> {
        get(format!("/runs/{}{}", self.0, place.path(""))).await
    }

    pub(super) async fn output_diff(&self, place: Place, query: &DiffQuery) -> Result<OutputDiff, ErrorBody> {
        self.part(&place.path("/diff"), query).await
    }

    pub(super) async fn expected_output(&self, place: Place) -> Result<OutputFile, ErrorBody> {
        get(format!("/runs/{}{}", self.0, place.path("/expected"))).await
    }
}
