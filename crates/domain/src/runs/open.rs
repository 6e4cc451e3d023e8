//! One run, opened by a caller: every question about it, answered from rows that are read once.

use std::sync::Arc;

use runlens_api_types::{
    Page, Timestamp,
    artifact::Artifact,
    auth::{Role, Scope},
    comparison::{Comparison, ComparisonQuery, ReferenceRun, VerdictCounts},
    infrastructure::{InfrastructureError, InfrastructureErrorQuery},
    log::{LogOutline, LogOutlineQuery, LogPage, LogQuery, LogSearch, LogSearchQuery},
    output::{DiffQuery, OutputDiff, OutputFile, OutputInfo, OutputSide},
    page::PageQuery,
    recent::{RUNS_BEFORE, RecentResults, RecentResultsQuery, RecentRun},
    run::{CategorySummary, ProgressEntry, ProgressQuery, ProgressStatus, Run, RunConfig, RunSummary},
    sample::{Counts, SampleQuery, TestResult},
    test_error::{BucketSort, ErrorBucket, ErrorQuery, ErrorSummaryQuery, GroupBy, TestError},
};

use super::{RunFacts, RunState, state::stage, to_run};
use crate::{
    Caller, Error, Result, Services, artifacts,
    comparison::{compare, counterpart, verdict},
    errors,
    logs::{self, RawLog},
    outputs::{self, ActualOutput, DiffFile, OutputIds, OutputOfRun, RawOutput},
    results::{self, Outcome},
    store::recent::RunsOf,
    suite::recent,
};

/// One run, opened by a caller. A question checks its scope, and reads what it needs once, in a fixed number of queries.
pub struct OpenRun {
    pub(super) platform: Services,
    pub(super) caller: Caller,
    pub(super) facts: Arc<RunFacts>,
}

impl OpenRun {
    pub(super) fn new(platform: Services, caller: Caller, facts: Arc<RunFacts>) -> Self {
        Self {
            platform,
            caller,
            facts,
        }
    }

    pub(super) fn id(&self) -> i32 {
        self.facts.row.id
    }

    pub(super) async fn outcomes(&self) -> Result<&[Outcome]> {
        self.facts.outcomes(&self.platform).await
    }

    pub(super) async fn state(&self) -> Result<RunState> {
        self.facts.state(&self.platform).await
    }

    /// The run itself. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn run(&self) -> Result<Run> {
        self.caller.require(Scope::RunsRead)?;
        Ok(to_run(
            self.facts.row.clone(),
            &self.state().await?,
            None,
            self.platform.settings(),
        ))
    }

    /// Counts of its results. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn summary(&self) -> Result<RunSummary> {
        self.caller.require(Scope::RunsRead)?;
        self.count_results().await
    }

    pub(super) async fn count_results(&self) -> Result<RunSummary> {
        let outcomes = self.outcomes().await?;
        let counts = count(outcomes.iter().filter(|outcome| outcome.result.is_some()));
        let chosen = outcomes.iter().filter(|outcome| outcome.chosen);
        let runtime: i64 = outcomes
            .iter()
            .filter_map(|outcome| outcome.result.as_ref()?.runtime)
            .map(i64::from)
            .sum();
        Ok(RunSummary {
            run_id: self.id(),
            status: self.state().await?.status,
            total_samples: chosen.clone().count() as u64,
            pass_count: counts.pass_count,
            fail_count: counts.fail_count,
            skipped_count: chosen.filter(|outcome| outcome.result.is_none()).count() as u64,
            missing_output_count: counts.missing_output_count,
            error_count: errors::test_errors(outcomes, |_| None).count() as u64,
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
            .facts
            .progress
            .iter()
            .map(|row| ProgressEntry {
                timestamp: Timestamp::from_utc(row.timestamp),
                status: stage(row),
                message: row.message.clone(),
            })
            .filter(|entry| query.status.is_none_or(|status| entry.status == status))
            .collect();
        Ok(Page::paginate(entries, query.page))
    }

    /// The stage that was reported last.
    pub(crate) fn stage(&self) -> Option<ProgressStatus> {
        self.facts.progress.last().map(stage)
    }

    /// One result per regression test, by test id. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn samples(&self, query: &SampleQuery) -> Result<Page<TestResult>> {
        self.caller.require(Scope::RunsRead)?;
        let found: Vec<&Outcome> = self
            .outcomes()
            .await?
            .iter()
            .filter(|outcome| query.status.is_none_or(|status| outcome.status == status))
            .filter(|outcome| {
                query
                    .category
                    .as_deref()
                    .is_none_or(|category| outcome.test.is_in(category))
            })
            .collect();
        Ok(Page::paginate(
            found.into_iter().map(Outcome::to_sample),
            query.page,
        ))
    }

    /// The result of one regression test. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`] for a test that is no part of the run, [`Error::Database`].
    pub async fn sample(&self, regression_test_id: i32) -> Result<TestResult> {
        self.caller.require(Scope::RunsRead)?;
        let outcome = results::find(self.outcomes().await?, regression_test_id);
        outcome.map(Outcome::to_sample).ok_or(Error::NotFound {
            resource: "regression_test",
            id: regression_test_id,
        })
    }

    /// What became of some of its tests on its platform: in the newest runs of `master` before it, and then in this run. Scope
    /// `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn recent_results(&self, query: &RecentResultsQuery) -> Result<RecentResults> {
        self.caller.require(Scope::RunsRead)?;
        let tests = &query.regression_test_ids;
        let known = &self.platform.run_caches().recent;
        known
            .get(
                self.platform.store(),
                (self.id(), tests.clone()),
                self.read_recent_results(tests),
            )
            .await
    }

    async fn read_recent_results(&self, tests: &[i32]) -> Result<RecentResults> {
        let run = self.run().await?;
        let of = RunsOf::Master {
            repository: &self.platform.settings().main_repository,
        };
        let before = recent::newest_first(
            &self.platform,
            &self.facts.row.platform,
            of,
            Some(self.id()),
            RUNS_BEFORE,
        )
        .await?;
        let outcomes = recent::outcomes(
            &self.platform,
            self.facts.suite(&self.platform).await?,
            &before,
            tests,
        )
        .await?;
        let here = self.outcomes().await?;
        let this = RecentRun {
            run_id: run.run_id,
            repository: run.repository,
            branch: run.branch,
            commit_sha: run.commit_sha,
            pull_request: run.pull_request,
            created_at: run.created_at,
        };
        let runs = before.into_iter().rev().chain([this]).collect();
        Ok(recent::recent_results(run.platform, runs, tests, |run, test| {
            if run == self.id() {
                results::find(here, test)
            } else {
                outcomes.get(&(run, test))
            }
        }))
    }

    /// Counts of its results by category: most failures first, then by name. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn categories(&self, query: PageQuery) -> Result<Page<CategorySummary>> {
        self.caller.require(Scope::RunsRead)?;
        let mut categories = std::collections::BTreeMap::<&str, Counts>::new();
        for outcome in self.outcomes().await? {
            for name in outcome.test.counted_categories() {
                categories.entry(name).or_default().add(outcome.status);
            }
        }
        let mut summaries: Vec<CategorySummary> = categories
            .into_iter()
            .map(|(name, counts)| CategorySummary {
                category: name.to_owned(),
                counts,
            })
            .collect();
        // Stable: equal counts stay in the order of their names.
        summaries.sort_by_key(|summary| std::cmp::Reverse(summary.counts.failed()));
        Ok(Page::paginate(summaries, query))
    }

    /// Errors of its tests. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn errors(&self, query: &ErrorQuery) -> Result<Page<TestError>> {
        self.caller.require(Scope::ResultsRead)?;
        let (outcomes, reference) = self.beside_reference().await?;
        let raised = errors::test_errors(outcomes, |outcome| {
            verdict(outcome, counterpart(outcome, reference?))
        });
        let found: Vec<_> = raised.filter(|raised| raised.matches(query)).collect();
        let occurred_at = self.facts.last_report_at();
        Ok(Page::paginate(
            found
                .into_iter()
                .map(|raised| raised.to_error(self.id(), occurred_at)),
            query.page,
        ))
    }

    /// Errors of its tests in groups. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn error_summary(&self, query: &ErrorSummaryQuery) -> Result<Page<ErrorBucket>> {
        self.caller.require(Scope::ResultsRead)?;
        let (outcomes, reference) = self.beside_reference().await?;
        let asked = query.errors();
        let raised = errors::test_errors(outcomes, |outcome| {
            verdict(outcome, counterpart(outcome, reference?))
        })
        .filter(|raised| raised.matches(&asked));
        let group_by = query.group_by.unwrap_or(GroupBy::Type);
        let sort = query.sort.unwrap_or(BucketSort::CountDescending);
        Ok(Page::paginate(
            errors::summarize(
                raised,
                group_by,
                sort,
                reference.is_some(),
                self.facts.last_report_at(),
            ),
            query.page,
        ))
    }

    /// The run against another, test by test. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`] for a run to compare with that is not there, [`Error::Database`].
    pub async fn comparison(&self, query: &ComparisonQuery) -> Result<Comparison> {
        self.caller.require(Scope::ResultsRead)?;
        let reference = match query.against {
            Some(id) => Some(self.facts.beside(id, &self.platform).await?),
            None => self.facts.reference(&self.platform).await?.cloned(),
        };
        let there = match &reference {
            Some(reference) => reference.outcomes(&self.platform).await?,
            None => &[],
        };
        let mut compared = compare(self.outcomes().await?, there);
        let mut counts = VerdictCounts::default();
        compared.iter().for_each(|test| counts.add(test.verdict));
        compared.retain(|test| query.verdict.is_none_or(|verdict| test.verdict == verdict));
        let reference = match &reference {
            Some(reference) => Some(self.reference_run(reference).await?),
            None => None,
        };
        let Page { data, pagination } =
            Page::paginate(compared.into_iter().map(|test| test.to_test()), query.page);
        Ok(Comparison {
            run_id: self.id(),
            reference,
            counts,
            data,
            pagination,
        })
    }

    pub(super) async fn reference_run(&self, facts: &RunFacts) -> Result<ReferenceRun> {
        let run = to_run(
            facts.row.clone(),
            &facts.state(&self.platform).await?,
            None,
            self.platform.settings(),
        );
        Ok(ReferenceRun {
            run_id: run.run_id,
            status: run.status,
            platform: run.platform,
            repository: run.repository,
            branch: run.branch,
            commit_sha: run.commit_sha,
            commit_short: run.commit_short,
            completed_at: run.completed_at,
        })
    }

    /// The run's results, and those of its reference run where it has one.
    pub(super) async fn beside_reference(&self) -> Result<(&[Outcome], Option<&[Outcome]>)> {
        let outcomes = self.outcomes().await?;
        let reference = match self.facts.reference(&self.platform).await? {
            Some(reference) => Some(reference.outcomes(&self.platform).await?),
            None => None,
        };
        Ok((outcomes, reference))
    }

    /// Failures of the infrastructure. Scope `system:read`; stacks need the role admin or contributor.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::MissingRole`].
    pub fn infrastructure_errors(
        &self,
        query: &InfrastructureErrorQuery,
    ) -> Result<Page<InfrastructureError>> {
        self.caller.require(Scope::SystemRead)?;
        if query.include_stack && !matches!(self.caller.role(), Some(Role::Admin | Role::Contributor)) {
            return Err(Error::MissingRole(
                "`include_stack` needs the role admin or contributor.",
            ));
        }
        let mut found = errors::infrastructure_errors(self.id(), &self.facts.progress, query.include_stack);
        found.retain(|error| {
            query.kind.is_none_or(|kind| error.kind == kind)
                && query.severity.is_none_or(|severity| error.severity == severity)
        });
        Ok(Page::paginate(found, query.page))
    }

    /// Lines of its build log. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::LogNotFound`], [`Error::Invalid`] for a cursor that is none, [`Error::Files`].
    pub async fn logs(&self, query: &LogQuery) -> Result<LogPage> {
        self.caller.require(Scope::SystemRead)?;
        logs::log_page(&self.platform, self.id(), query).await
    }

    /// What is in its build log as a whole. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::LogNotFound`], [`Error::Files`], [`Error::Database`].
    pub async fn log_outline(&self, query: &LogOutlineQuery) -> Result<LogOutline> {
        self.caller.require(Scope::SystemRead)?;
        let is_growing = self.state().await?.status.is_in_progress();
        logs::log_outline(&self.platform, self.id(), is_growing, query).await
    }

    /// Matches in its build log. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::LogNotFound`], [`Error::Invalid`] for a cursor or a regular expression that is none,
    /// [`Error::Files`].
    pub async fn search_log(&self, query: &LogSearchQuery) -> Result<LogSearch> {
        self.caller.require(Scope::SystemRead)?;
        logs::search_log(&self.platform, self.id(), query).await
    }

    /// Its build log as a file. Scope `system:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::LogNotFound`], [`Error::Files`].
    pub async fn raw_log(&self) -> Result<RawLog> {
        self.caller.require(Scope::SystemRead)?;
        logs::raw_log(&self.platform, self.id()).await
    }

    /// The expected file of an output. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::OutputFileNotFound`], [`Error::Files`], [`Error::Database`].
    pub async fn expected_output(&self, ids: OutputIds) -> Result<OutputFile> {
        self.output_of(ids).await?.expected(self.platform.files()).await
    }

    /// What was produced for an output. Scope `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::expected_output`], [`Error::NotProduced`].
    pub async fn actual_output(&self, ids: OutputIds) -> Result<ActualOutput> {
        self.output_of(ids).await?.actual(self.platform.files()).await
    }

    /// How what was produced differs from what was expected. Scope `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::actual_output`].
    pub async fn output_diff(&self, ids: OutputIds, query: &DiffQuery) -> Result<OutputDiff> {
        self.output_of(ids).await?.diff(&self.platform, query).await
    }

    /// One of an output's files as it lies in its store. Scope `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::actual_output`].
    pub async fn raw_output(&self, ids: OutputIds, side: OutputSide) -> Result<RawOutput> {
        self.output_of(ids).await?.raw(self.platform.files(), side).await
    }

    /// All that differs between an output's files, as a file. Scope `results:read`.
    ///
    /// # Errors
    /// Those of [`Self::actual_output`].
    pub async fn output_diff_file(&self, ids: OutputIds, context: u32) -> Result<DiffFile> {
        self.output_of(ids)
            .await?
            .diff_file(&self.platform, context)
            .await
    }

    /// What became of an output, beside the reference run and the others that differ. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn output(&self, ids: OutputIds) -> Result<OutputInfo> {
        self.caller.require(Scope::ResultsRead)?;
        let outcomes = self.outcomes().await?;
        let reference = match self.facts.reference(&self.platform).await? {
            Some(facts) => Some((
                self.reference_run(facts).await?,
                facts.outcomes(&self.platform).await?,
            )),
            None => None,
        };
        outputs::info(self.id(), outcomes, reference, ids)
    }

    async fn output_of(&self, ids: OutputIds) -> Result<OutputOfRun<'_>> {
        self.caller.require(Scope::ResultsRead)?;
        outputs::find(self.id(), self.outcomes().await?, ids)
    }

    /// Files that it left behind. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Files`] where no store answers.
    pub async fn artifacts(&self, query: PageQuery) -> Result<Page<Artifact>> {
        self.caller.require(Scope::ResultsRead)?;
        artifacts::page(self.platform.files(), self.id(), &self.facts.row.platform, query).await
    }

    /// What it was set up with. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn config(&self) -> Result<RunConfig> {
        let Run {
            run_id,
            platform,
            branch,
            commit_sha,
            ..
        } = self.run().await?;
        let chosen = self.outcomes().await?.iter().filter(|outcome| outcome.chosen);
        Ok(RunConfig {
            run_id,
            platform,
            branch,
            commit_sha,
            regression_test_ids: chosen.map(|outcome| outcome.test.id).collect(),
        })
    }
}

fn count<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Counts {
    let mut counts = Counts::default();
    outcomes.for_each(|outcome| counts.add(outcome.status));
    counts
}
