//! One run, opened by a caller: every question about it, answered from rows that are read once.

use runlens_contract::{
    CursorPage, Page, Timestamp,
    auth::{Role, Scope},
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    log::{LogLine, LogQuery},
    page::PageQuery,
    run::{CategorySummary, ProgressEntry, ProgressQuery, Run, RunConfig, RunSummary},
    sample::{Counts, RunSample, SampleQuery},
    test_error::{ErrorBucket, ErrorQuery, ErrorSummaryQuery, GroupBy, TestError},
};
use tokio::sync::OnceCell;

use super::{RunState, state::stage, to_run};
use crate::{
    Caller, Error, Platform, Result, errors, logs,
    results::{self, Outcome},
    store::{entity::test_progress, runs::RunRow},
};

/// One run, opened by a caller. A question checks its scope, and reads what it needs once, in a fixed number of queries.
pub struct OpenRun {
    platform: Platform,
    caller: Caller,
    row: RunRow,
    progress: Vec<test_progress::Model>,
    outcomes: OnceCell<Vec<Outcome>>,
}

impl OpenRun {
    pub(super) fn new(platform: Platform, caller: Caller, row: RunRow, progress: Vec<test_progress::Model>) -> Self {
        Self { platform, caller, row, progress, outcomes: OnceCell::new() }
    }

    async fn outcomes(&self) -> Result<&[Outcome]> {
        let outcomes =
            self.outcomes.get_or_try_init(async || Ok::<_, Error>(results::derive(self.platform.store().result_rows(self.row.id).await?)));
        Ok(outcomes.await?)
    }

    async fn state(&self) -> Result<RunState> {
        let outcomes = self.outcomes().await?;
        let has_results = outcomes.iter().any(|outcome| outcome.result.is_some());
        let has_errors = !errors::test_errors(self.row.id, outcomes, None).is_empty();
        Ok(RunState::of(&self.progress, has_results, has_errors))
    }

    /// The run itself. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn run(&self) -> Result<Run> {
        self.caller.require(Scope::RunsRead)?;
        Ok(to_run(self.row.clone(), &self.state().await?, None, self.platform.settings()))
    }

    /// Counts of its results. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn summary(&self) -> Result<RunSummary> {
        self.caller.require(Scope::RunsRead)?;
        let outcomes = self.outcomes().await?;
        let counts = count(outcomes.iter().filter(|outcome| outcome.result.is_some()));
        let chosen = outcomes.iter().filter(|outcome| outcome.chosen);
        let runtime: i64 = outcomes.iter().filter_map(|outcome| outcome.result.as_ref()?.runtime).map(i64::from).sum();
        Ok(RunSummary {
            run_id: self.row.id,
            status: self.state().await?.status,
            total_samples: chosen.clone().count() as u64,
            pass_count: counts.pass_count,
            fail_count: counts.fail_count,
            skipped_count: chosen.filter(|outcome| outcome.result.is_none()).count() as u64,
            missing_output_count: counts.missing_output_count,
            error_count: errors::test_errors(self.row.id, outcomes, None).len() as u64,
            duration_ms: (runtime != 0).then_some(runtime),
        })
    }

    /// The worker's trail, in the order of its reports. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`].
    pub fn progress(&self, query: &ProgressQuery) -> Result<Page<ProgressEntry>> {
        self.caller.require(Scope::RunsRead)?;
        let entries: Vec<ProgressEntry> = self
            .progress
            .iter()
            .map(|row| ProgressEntry { timestamp: Timestamp::from_utc(row.timestamp), status: stage(row), message: row.message.clone() })
            .filter(|entry| query.status.is_none_or(|status| entry.status == status))
            .collect();
        Ok(Page::cut(entries, query.page))
    }

    /// One result per regression test, by test id. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn samples(&self, query: &SampleQuery) -> Result<Page<RunSample>> {
        self.caller.require(Scope::RunsRead)?;
        let found: Vec<&Outcome> = self
            .outcomes()
            .await?
            .iter()
            .filter(|outcome| query.status.is_none_or(|status| outcome.status == status))
            .filter(|outcome| query.category.as_deref().is_none_or(|category| outcome.is_in(category)))
            .collect();
        Ok(Page::cut(found.into_iter().map(Outcome::to_sample), query.page))
    }

    /// The result of one regression test. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`] for a test that is no part of the run, [`Error::Database`].
    pub async fn sample(&self, regression_test_id: i32) -> Result<RunSample> {
        self.caller.require(Scope::RunsRead)?;
        let outcome = self.outcomes().await?.iter().find(|outcome| outcome.test.id == regression_test_id);
        outcome.map(Outcome::to_sample).ok_or(Error::NotFound { resource: "regression_test", id: regression_test_id })
    }

    /// Counts of its results by category: most failures first, then by name. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn categories(&self, query: PageQuery) -> Result<Page<CategorySummary>> {
        self.caller.require(Scope::RunsRead)?;
        let mut categories = std::collections::BTreeMap::<&str, Counts>::new();
        for outcome in self.outcomes().await? {
            for name in outcome.counted_categories() {
                categories.entry(name).or_default().add(outcome.status);
            }
        }
        let mut summaries: Vec<CategorySummary> =
            categories.into_iter().map(|(name, counts)| CategorySummary { category: name.to_owned(), counts }).collect();
        // Stable: equal counts stay in the order of their names.
        summaries.sort_by_key(|summary| std::cmp::Reverse(summary.counts.failed()));
        Ok(Page::cut(summaries, query))
    }

    /// Errors of its tests. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn errors(&self, query: &ErrorQuery) -> Result<Page<TestError>> {
        self.caller.require(Scope::ResultsRead)?;
        let raised = self.test_errors().await?;
        let found: Vec<TestError> = raised.into_iter().filter(|raised| errors::matches(raised, query)).map(|raised| raised.error).collect();
        Ok(Page::cut(found, query.page))
    }

    /// Errors of its tests in groups. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn error_summary(&self, query: &ErrorSummaryQuery) -> Result<Page<ErrorBucket>> {
        self.caller.require(Scope::ResultsRead)?;
        let mut raised = self.test_errors().await?;
        raised.retain(|raised| query.severity.is_none_or(|severity| raised.error.severity == severity));
        Ok(Page::cut(errors::summarize(&raised, query.group_by.unwrap_or(GroupBy::Type)), query.page))
    }

    async fn test_errors(&self) -> Result<Vec<errors::RaisedError<'_>>> {
        let occurred_at = self.progress.last().map(|row| Timestamp::from_utc(row.timestamp));
        Ok(errors::test_errors(self.row.id, self.outcomes().await?, occurred_at))
    }

    /// Failures of the infrastructure. Scope `system:read`; stacks need the role admin or contributor.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::MissingRole`].
    pub fn infrastructure_errors(&self, query: &InfrastructureErrorQuery) -> Result<Page<InfrastructureError>> {
        self.caller.require(Scope::SystemRead)?;
        if query.include_stack && !matches!(self.caller.role(), Some(Role::Admin | Role::Contributor)) {
            return Err(Error::MissingRole("`include_stack` needs the role admin or contributor."));
        }
        let mut found = errors::infrastructure_errors(self.row.id, &self.progress, query.include_stack);
        found.retain(|error| {
            query.kind.is_none_or(|kind| error.kind == kind) && query.severity.is_none_or(|severity| error.severity == severity)
        });
        Ok(Page::cut(found, query.page))
    }

    /// Lines of its build log. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::LogNotFound`], [`Error::Invalid`] for a cursor that is none, [`Error::Files`].
    pub async fn logs(&self, query: &LogQuery) -> Result<CursorPage<LogLine>> {
        self.caller.require(Scope::SystemRead)?;
        logs::log_page(&self.platform, self.row.id, query).await
    }

    /// What it was set up with. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn config(&self) -> Result<RunConfig> {
        let Run { run_id, platform, branch, commit_sha, .. } = self.run().await?;
        let chosen = self.outcomes().await?.iter().filter(|outcome| outcome.chosen);
        Ok(RunConfig { run_id, platform, branch, commit_sha, regression_test_ids: chosen.map(|outcome| outcome.test.id).collect() })
    }
}

fn count<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Counts {
    let mut counts = Counts::default();
    outcomes.for_each(|outcome| counts.add(outcome.status));
    counts
}
