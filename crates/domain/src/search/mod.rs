//! Search by number, hash prefix or words.

mod question;
#[cfg(test)]
mod tests;

use futures::try_join;
use runlens_api_types::{
    params::query_string,
    run::{OperatingSystem, Run},
    search::{Search, SearchGroup, SearchKind, SearchQuery, SearchResult},
};

use crate::{
    Caller, Error, Result, access,
    results::SuiteTest,
    runs::RunService,
    store::{
        Store,
        search::{FoundPullRequest, FoundRuns, FoundSample, FoundTest},
    },
};
use question::Question;

/// Maximum number of matches returned per kind. If there are more, `has_more` is set.
const MAX_RESULTS_PER_KIND: usize = 4;
/// One more than is returned, to detect whether there are more.
const QUERY_LIMIT: u32 = MAX_RESULTS_PER_KIND as u32 + 1;

/// Searches all resources that have their own page. Cheap to clone.
#[derive(Clone)]
pub struct SearchService {
    runs: RunService,
    store: Store,
}

impl SearchService {
    pub(crate) fn new(runs: RunService, store: Store) -> Self {
        Self { runs, store }
    }

    /// Returns at most four matches of each kind, in a fixed number of queries. Test results are only read
    /// for a run whose number is searched for. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn find(&self, caller: &Caller, query: &SearchQuery) -> Result<Search> {
        caller.require(access::SEARCH)?;
        let question = Question::of(&query.q);
        let (run, pull_requests, commits, branches, tests, samples) = try_join!(
            self.find_run(caller, &question),
            self.find_pull_requests(&question),
            self.find_commits(&question),
            self.find_branches(&question),
            self.find_tests(&question),
            self.find_samples(&question),
        )?;
        let groups = [
            group(SearchKind::Run, run),
            group(
                SearchKind::PullRequest,
                pull_requests.into_iter().map(pull_request_result),
            ),
            group(SearchKind::Commit, commits.into_iter().map(commit_result)),
            group(SearchKind::Branch, branches.into_iter().map(branch_result)),
            group(SearchKind::RegressionTest, tests.into_iter().map(test_result)),
            group(SearchKind::Sample, samples.into_iter().map(sample_result)),
        ];
        Ok(Search {
            groups: groups.into_iter().flatten().collect(),
        })
    }

    async fn find_run(&self, caller: &Caller, question: &Question<'_>) -> Result<Option<SearchResult>> {
        let Some(id) = question.number_for(SearchKind::Run) else {
            return Ok(None);
        };
        match self.runs.load(caller, access::SEARCH, id).await {
            Ok(run) => Ok(Some(run_result(run.run().await?))),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn find_pull_requests(&self, question: &Question<'_>) -> Result<Vec<FoundPullRequest>> {
        match question.number_for(SearchKind::PullRequest) {
            Some(number) => Ok(self.store.find_pull_requests(number, QUERY_LIMIT).await?),
            None => Ok(Vec::new()),
        }
    }

    async fn find_commits(&self, question: &Question<'_>) -> Result<Vec<FoundRuns>> {
        match question.prefix_for(SearchKind::Commit) {
            Some(prefix) => Ok(self.store.find_commits(prefix, QUERY_LIMIT).await?),
            None => Ok(Vec::new()),
        }
    }

    async fn find_branches(&self, question: &Question<'_>) -> Result<Vec<FoundRuns>> {
        match question.words_for(SearchKind::Branch) {
            Some(words) => Ok(self.store.find_branches(words, QUERY_LIMIT).await?),
            None => Ok(Vec::new()),
        }
    }

    async fn find_tests(&self, question: &Question<'_>) -> Result<Vec<FoundTest>> {
        match question.words_for(SearchKind::RegressionTest) {
            Some(words) => Ok(self
                .store
                .find_tests(
                    question.number_for(SearchKind::RegressionTest),
                    words,
                    QUERY_LIMIT,
                )
                .await?),
            None => Ok(Vec::new()),
        }
    }

    async fn find_samples(&self, question: &Question<'_>) -> Result<Vec<FoundSample>> {
        let (number, prefix) = (
            question.number_for(SearchKind::Sample),
            question.prefix_for(SearchKind::Sample),
        );
        match question.words_for(SearchKind::Sample) {
            Some(words) => Ok(self
                .store
                .find_samples(number, prefix, words, QUERY_LIMIT)
                .await?),
            None => Ok(Vec::new()),
        }
    }
}

fn group(kind: SearchKind, found: impl IntoIterator<Item = SearchResult>) -> Option<SearchGroup> {
    let mut results: Vec<SearchResult> = found.into_iter().collect();
    let has_more = results.len() > MAX_RESULTS_PER_KIND;
    results.truncate(MAX_RESULTS_PER_KIND);
    (!results.is_empty()).then_some(SearchGroup {
        kind,
        results,
        has_more,
    })
}

/// Returns a text such as `6 runs, newest 9346`.
fn run_count_text(runs: i64, newest: i32) -> String {
    if runs == 1 {
        format!("run {newest}")
    } else {
        format!("{runs} runs, newest {newest}")
    }
}

fn run_result(run: Run) -> SearchResult {
    let platform = match run.platform {
        OperatingSystem::Unknown => "",
        platform => platform.display_name(),
    };
    let change = run
        .revision
        .pull_request
        .map(|number| format!("PR #{number}"))
        .or(run.revision.branch)
        .unwrap_or_default();
    let parts = [platform, &change, &run.commit_short, &run.revision.repository];
    SearchResult {
        id: Some(run.run_id),
        title: format!("Run {}", run.run_id),
        detail: parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        status: Some(run.status),
        path: format!("/runs/{}", run.run_id),
    }
}

fn pull_request_result(found: FoundPullRequest) -> SearchResult {
    SearchResult {
        id: Some(found.number),
        title: format!("PR #{}", found.number),
        detail: run_count_text(found.runs, found.newest),
        status: None,
        path: format!("/pulls/{}", found.number),
    }
}

fn commit_result(found: FoundRuns) -> SearchResult {
    let path = format!("/commits/{}", found.name);
    SearchResult {
        id: None,
        detail: run_count_text(found.runs, found.newest),
        title: found.name,
        status: None,
        path,
    }
}

fn branch_result(found: FoundRuns) -> SearchResult {
    let path = format!("/runs{}", query_string(&[("branch", &found.name)]));
    SearchResult {
        id: None,
        detail: run_count_text(found.runs, found.newest),
        title: found.name,
        status: None,
        path,
    }
}

fn test_result(found: FoundTest) -> SearchResult {
    let test = SuiteTest {
        id: found.id,
        command: found.command,
        ..SuiteTest::default()
    };
    SearchResult {
        id: Some(found.id),
        title: test.label(),
        detail: found.sample_name.unwrap_or_default(),
        status: None,
        path: format!("/regression-tests/{}", found.id),
    }
}

fn sample_result(found: FoundSample) -> SearchResult {
    let sha = found.sha.unwrap_or_default();
    let hash: String = sha.chars().take(7).collect();
    SearchResult {
        id: Some(found.id),
        detail: format!("sample {} {hash}", found.id).trim_end().to_owned(),
        title: found.original_name,
        status: None,
        path: format!("/samples/{}", found.id),
    }
}
