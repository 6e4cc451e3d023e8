//! The verdict on a run as sentences: did this change break it? Pages, reports, pictures and badges share them.

mod stop;
#[cfg(test)]
mod tests;

pub use stop::Stop;

use crate::{
    comparison::{BaselineRun, Verdict, VerdictCounts},
    run::{OperatingSystem, Run, RunStatus, RunSummary},
    text::{group_thousands, pluralize},
};

/// What a run is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline<'a> {
    /// The caller may not read results.
    Forbidden,
    /// There is no run to compare with.
    Missing,
    /// The baseline, and the counts of the verdicts.
    Run(&'a BaselineRun, &'a VerdictCounts),
}

/// The verdict as a category, for colours and symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerdictKind {
    /// Some tests fail that pass in the baseline.
    Broken,
    /// No new failures, but some tests fail differently than in the baseline.
    Different,
    /// Every failure also occurs in the baseline, identically.
    Same,
    /// Tests fail, and there is nothing to compare them with.
    Failed,
    /// Every test that ran passes.
    Passed,
    /// No test ran.
    DidNotRun,
    /// The run is queued, or has no results yet.
    Pending,
}

/// Link target of a part of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanLink {
    /// Another run.
    Run(i32),
    /// The run's tests with a verdict.
    Tests(Verdict),
    /// The run's tests that pass.
    Passed,
    /// The run's tests without a result.
    NotStarted,
}

/// A part of a sentence, possibly a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentenceSpan {
    /// Text including the spaces around it.
    pub text: String,
    /// Link target.
    pub link: Option<SpanLink>,
}

/// The verdict on a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunVerdict {
    /// The main sentence.
    pub headline: String,
    /// A second sentence; empty if the first says everything.
    pub detail: String,
    /// Remaining counts and the baseline as consecutive parts; empty if there are none.
    pub counts: Vec<SentenceSpan>,
    /// Full message of the cancellation, unless the sentence contains it.
    pub message: Option<String>,
    /// The verdict in a few words, see [`short`].
    pub short: String,
    /// Category.
    pub kind: VerdictKind,
}

impl RunVerdict {
    /// Returns the sentences without the counts.
    pub fn text(&self) -> String {
        format!("{} {}", self.headline, self.detail).trim_end().to_owned()
    }

    /// Returns the counts as a text; empty if there are none.
    pub fn counts_text(&self) -> String {
        self.counts.iter().map(|span| span.text.as_str()).collect()
    }
}

/// Totals of a run's results.
struct ResultTotals {
    /// Tests that did not pass.
    failed: u64,
    /// Tests with a result.
    finished: u64,
    /// Tests of the run.
    total: u64,
}

impl ResultTotals {
    fn of(summary: &RunSummary) -> Self {
        let failed = summary.fail_count + summary.missing_output_count;
        let finished = summary.pass_count + failed;
        Self {
            failed,
            finished,
            total: summary.total_samples.max(finished),
        }
    }

    fn of_all(&self, n: u64) -> String {
        format!(
            "{} of {}",
            group_thousands(n),
            pluralize(self.total, "test", "tests")
        )
    }
}

/// Returns the verdict on a run. `stop` is the last cancellation that was reported.
pub fn verdict(
    run: &Run,
    summary: &RunSummary,
    baseline: Baseline<'_>,
    stop: Option<Stop<'_>>,
) -> RunVerdict {
    let totals = ResultTotals::of(summary);
    let is_partial = matches!(
        run.status,
        RunStatus::Running | RunStatus::Canceled | RunStatus::Incomplete
    );
    let (headline, detail) = match run.status {
        RunStatus::Pass => (passes(&totals), passes_with_baseline(run, baseline)),
        RunStatus::Fail => fails(run, &totals, baseline),
        RunStatus::Error => (
            "Finished with no results.".to_owned(),
            "This says nothing about your code; the log may show why.".to_owned(),
        ),
        RunStatus::Canceled => (
            stop.map_or_else(|| "Canceled.".to_owned(), |stop| stop.sentence(totals.finished)),
            match totals.finished {
                0 => stop.map_or("No test ran.", Stop::meaning).to_owned(),
                finished => format!(
                    "{} done; {}.",
                    totals.of_all(finished),
                    so_far(run, &totals, baseline)
                ),
            },
        ),
        RunStatus::Running if totals.finished == 0 => ("Running; no results yet.".to_owned(), String::new()),
        RunStatus::Running => {
            let far = format!(
                "Running: {} done; {}.",
                totals.of_all(totals.finished),
                so_far(run, &totals, baseline)
            );
            (far, String::new())
        }
        RunStatus::Queued => ("Queued: waiting for a worker.".to_owned(), String::new()),
        RunStatus::Incomplete => (
            "Incomplete: the last status from the worker was not recognized.".to_owned(),
            match totals.finished {
                0 => "No test has a result.".to_owned(),
                finished => format!(
                    "{} done; {}.",
                    totals.of_all(finished),
                    so_far(run, &totals, baseline)
                ),
            },
        ),
    };
    let compared = match baseline {
        Baseline::Run(baseline_run, counts) => Some((counts, baseline_name(run, baseline_run))),
        Baseline::Forbidden | Baseline::Missing => None,
    };
    RunVerdict {
        headline,
        detail,
        counts: counts(run, summary, baseline, is_partial),
        message: stop
            .filter(|_| run.status == RunStatus::Canceled)
            .and_then(Stop::unquoted_message)
            .map(str::to_owned),
        short: short(
            summary,
            compared.as_ref().map(|(counts, name)| (*counts, name.as_str())),
        ),
        kind: verdict_kind(summary, compared.map(|(counts, _)| counts)),
    }
}

/// Returns the name of the baseline in sentences about `run`: its branch, or `run 9328` if both test the same branch.
pub fn baseline_name(run: &Run, baseline_run: &BaselineRun) -> String {
    let branch = baseline_run.branch.as_deref();
    baseline_name_of(run, baseline_run.run_id, &baseline_run.repository, branch)
}

/// Names the baseline like [`baseline_name`], from its fields, for lists that know no more. No other code derives this name.
pub fn baseline_name_of(run: &Run, baseline_run_id: i32, repository: &str, branch: Option<&str>) -> String {
    match branch {
        Some(branch) if !is_of_branch(run, repository, Some(branch)) => branch.to_owned(),
        _ => format!("run {baseline_run_id}"),
    }
}

/// Whether both runs tested commits of the same branch; a test then broke since a run, not by a change.
fn is_same_branch(run: &Run, baseline_run: &BaselineRun) -> bool {
    is_of_branch(run, &baseline_run.repository, baseline_run.branch.as_deref())
}

fn is_of_branch(run: &Run, repository: &str, branch: Option<&str>) -> bool {
    run.revision.pull_request.is_none()
        && run.revision.branch.as_deref() == branch
        && run.revision.repository.eq_ignore_ascii_case(repository)
}

/// Returns `by this change`, or `since run 9328` if both runs test the same branch.
fn cause_phrase(run: &Run, baseline_run: &BaselineRun) -> String {
    if is_same_branch(run, baseline_run) {
        format!("since run {}", baseline_run.run_id)
    } else {
        "by this change".to_owned()
    }
}

/// Returns `on master`, or `in run 9328` if both runs test the same branch.
pub fn baseline_phrase(run: &Run, baseline_run: &BaselineRun) -> String {
    let preposition = if is_same_branch(run, baseline_run) || baseline_run.branch.is_none() {
        "in"
    } else {
        "on"
    };
    format!("{preposition} {}", baseline_name(run, baseline_run))
}

fn on_platform(platform: OperatingSystem) -> &'static str {
    match platform {
        OperatingSystem::Linux => "on Linux",
        OperatingSystem::Windows => "on Windows",
        OperatingSystem::Unknown => "on this platform",
    }
}

fn passes(totals: &ResultTotals) -> String {
    match (totals.finished, totals.total) {
        (finished, total) if finished < total => {
            format!("{} ran, and all of them pass.", totals.of_all(finished))
        }
        (_, 1) => "The one test passes.".to_owned(),
        (_, total) => format!("All {} tests pass.", group_thousands(total)),
    }
}

fn passes_with_baseline(run: &Run, baseline: Baseline<'_>) -> String {
    match baseline {
        Baseline::Run(baseline_run, counts) if counts.fixed_here > 0 => {
            format!(
                "{} of them {} {}.",
                group_thousands(counts.fixed_here),
                fail(counts.fixed_here),
                baseline_phrase(run, baseline_run)
            )
        }
        _ => String::new(),
    }
}

/// Returns the sentences about a completed run with failures.
fn fails(run: &Run, totals: &ResultTotals, baseline: Baseline<'_>) -> (String, String) {
    let failed = format!("{} failed.", totals.of_all(totals.failed));
    let (baseline_run, counts) = match baseline {
        Baseline::Forbidden => {
            return (
                failed,
                "Sign in with results:read access to see which failures are new.".to_owned(),
            );
        }
        Baseline::Missing => {
            return (
                format!(
                    "No baseline: no earlier finished master run {}.",
                    on_platform(run.platform)
                ),
                failed,
            );
        }
        Baseline::Run(baseline_run, counts) => (baseline_run, counts),
    };
    let (by, on) = (
        cause_phrase(run, baseline_run),
        baseline_phrase(run, baseline_run),
    );
    let unknown = failures_without_baseline(totals, counts);
    let headline = match (counts.broken_here, counts.failing_differently) {
        (0, 0) if unknown == 0 && totals.failed == 1 => {
            format!("Nothing broken {by}: the one failure is the same as {on}.")
        }
        (0, 0) if unknown == 0 => format!(
            "Nothing broken {by}: all {} failures are the same as {on}.",
            group_thousands(totals.failed)
        ),
        (0, 0) => format!(
            "{} and {} no result {on}.",
            pluralize(unknown, "test fails", "tests fail"),
            has(unknown)
        ),
        (0, different) => format!(
            "Nothing broken {by}, but {} differently than {on}.",
            pluralize(different, "test fails", "tests fail")
        ),
        (broken, 0) => format!("{} broken {by}.", pluralize(broken, "test", "tests")),
        (broken, different) => {
            format!(
                "{} broken {by}, {} failing differently.",
                pluralize(broken, "test", "tests"),
                group_thousands(different)
            )
        }
    };
    let is_in_headline = counts.broken_here + counts.failing_differently == 0;
    let detail = match unknown {
        0 => String::new(),
        _ if is_in_headline => "This may or may not be new.".to_owned(),
        _ => format!(
            "{} more {} and {} no result {on}.",
            group_thousands(unknown),
            fail(unknown),
            has(unknown)
        ),
    };
    (headline, detail)
}

/// Returns what is known of a run that has not completed, as a clause without a full stop.
fn so_far(run: &Run, totals: &ResultTotals, baseline: Baseline<'_>) -> String {
    let failed = format!("{} failed", group_thousands(totals.failed));
    let (baseline_run, counts) = match baseline {
        Baseline::Forbidden => return failed,
        Baseline::Missing => {
            return format!(
                "{failed}, with no earlier master run {} to compare with",
                on_platform(run.platform)
            );
        }
        Baseline::Run(baseline_run, counts) => (baseline_run, counts),
    };
    let by = cause_phrase(run, baseline_run);
    match (counts.broken_here, counts.failing_differently) {
        (0, 0) if totals.failed == 0 => "all pass".to_owned(),
        (0, 0) if failures_without_baseline(totals, counts) > 0 => failed,
        (0, 0) => format!("nothing broken {by} so far"),
        (0, different) => format!(
            "nothing broken {by} so far, {} failing differently",
            group_thousands(different)
        ),
        (broken, 0) => format!("{} broken {by}", group_thousands(broken)),
        (broken, different) => format!(
            "{} broken {by}, {} failing differently",
            group_thousands(broken),
            group_thousands(different)
        ),
    }
}

/// Returns the number of failing tests without a result in the baseline.
fn failures_without_baseline(totals: &ResultTotals, counts: &VerdictCounts) -> u64 {
    totals
        .failed
        .saturating_sub(counts.broken_here + counts.failing_differently + counts.failing_identically)
}

fn fail(n: u64) -> &'static str {
    if n == 1 { "fails" } else { "fail" }
}

fn has(n: u64) -> &'static str {
    if n == 1 { "has" } else { "have" }
}

/// Returns the counts, such as `115 fail exactly as on master (run 9328, c0ec804) · 1 fixed here · 121 pass`.
fn counts(run: &Run, summary: &RunSummary, baseline: Baseline<'_>, is_partial: bool) -> Vec<SentenceSpan> {
    let totals = ResultTotals::of(summary);
    if totals.finished == 0 {
        return Vec::new();
    }
    let mut spans: Vec<SentenceSpan> = Vec::new();
    let mut add = |text: String, link: Option<SpanLink>| spans.push(SentenceSpan { text, link });
    if let Baseline::Run(baseline_run, counts) = baseline {
        let commit = if baseline_run.commit_short.is_empty() {
            String::new()
        } else {
            format!(", {}", baseline_run.commit_short)
        };
        let linked = Some(SpanLink::Run(baseline_run.run_id));
        let is_named = baseline_name(run, baseline_run) == format!("run {}", baseline_run.run_id);
        match counts.failing_identically {
            0 => add("Compared with ".to_owned(), None),
            same => {
                add(
                    format!("{} {} exactly as", group_thousands(same), fail(same)),
                    Some(SpanLink::Tests(Verdict::FailingIdentically)),
                );
                let phrase = baseline_phrase(run, baseline_run);
                add(format!(" {} ", phrase.split(' ').next().unwrap_or("in")), None);
            }
        }
        if is_named {
            add(format!("run {}{commit}", baseline_run.run_id), linked);
        } else {
            add(format!("{} (", baseline_name(run, baseline_run)), None);
            add(format!("run {}{commit}", baseline_run.run_id), linked);
            add(")".to_owned(), None);
        }
        if counts.fixed_here > 0 && run.status != RunStatus::Pass {
            add(" · ".to_owned(), None);
            add(
                format!("{} fixed here", group_thousands(counts.fixed_here)),
                Some(SpanLink::Tests(Verdict::FixedHere)),
            );
        }
    }
    let mut count = |text: String, link: SpanLink| {
        if !spans.is_empty() {
            spans.push(SentenceSpan {
                text: " · ".to_owned(),
                link: None,
            });
        }
        spans.push(SentenceSpan {
            text,
            link: Some(link),
        });
    };
    if totals.failed > 0 || is_partial {
        let pass = if summary.pass_count == 1 { "passes" } else { "pass" };
        count(
            format!("{} {pass}", group_thousands(summary.pass_count)),
            SpanLink::Passed,
        );
    }
    // For a running run, "130 of 240 tests done" says it already.
    if summary.skipped_count > 0 && run.status != RunStatus::Running {
        count(
            format!("{} did not run", group_thousands(summary.skipped_count)),
            SpanLink::NotStarted,
        );
    }
    spans
}

/// Returns the verdict in a few words, for a list, a badge or another run's page. `compared` holds the counts of the verdicts
/// and the name of the baseline ([`baseline_name`]); without it only failures are counted.
pub fn short(summary: &RunSummary, compared: Option<(&VerdictCounts, &str)>) -> String {
    let totals = ResultTotals::of(summary);
    let of_all = |n: u64| format!("{} of {}", group_thousands(n), group_thousands(totals.total));
    let failures = || match compared {
        None => format!("{} failed", of_all(totals.failed)),
        Some((counts, name)) => match (counts.broken_here, counts.failing_differently) {
            (0, 0) if totals.failed == 0 => "all pass".to_owned(),
            (0, 0) if failures_without_baseline(&totals, counts) > 0 => {
                format!("{} failed", of_all(totals.failed))
            }
            (0, 0) => format!("same as {name}"),
            (0, different) => format!(
                "{} {}",
                group_thousands(different),
                if different == 1 { "differs" } else { "differ" }
            ),
            (broken, 0) => format!("{} broken", group_thousands(broken)),
            (broken, different) => {
                format!(
                    "{} broken, {} {}",
                    group_thousands(broken),
                    group_thousands(different),
                    if different == 1 { "differs" } else { "differ" }
                )
            }
        },
    };
    match summary.status {
        RunStatus::Pass if totals.finished < totals.total => format!("{} pass", of_all(totals.finished)),
        RunStatus::Pass => "all pass".to_owned(),
        RunStatus::Fail => failures(),
        RunStatus::Error => "no results".to_owned(),
        RunStatus::Canceled if totals.finished == 0 => "did not run".to_owned(),
        RunStatus::Canceled => format!("stopped after {}: {}", of_all(totals.finished), failures()),
        RunStatus::Running if totals.finished == 0 => "running".to_owned(),
        RunStatus::Running => format!("running, {}: {}", of_all(totals.finished), failures()),
        RunStatus::Queued => "queued".to_owned(),
        RunStatus::Incomplete if totals.finished == 0 => "incomplete".to_owned(),
        RunStatus::Incomplete => format!("incomplete, {}: {}", of_all(totals.finished), failures()),
    }
}

/// Returns the category of a verdict. `counts` are those of the comparison with the baseline, if the caller may know them.
pub fn verdict_kind(summary: &RunSummary, counts: Option<&VerdictCounts>) -> VerdictKind {
    let totals = ResultTotals::of(summary);
    match (summary.status, counts) {
        (RunStatus::Queued, _) => VerdictKind::Pending,
        (RunStatus::Running | RunStatus::Incomplete, _) if totals.finished == 0 => VerdictKind::Pending,
        (RunStatus::Error, _) => VerdictKind::DidNotRun,
        _ if totals.finished == 0 => VerdictKind::DidNotRun,
        _ if totals.failed == 0 => VerdictKind::Passed,
        (_, None) => VerdictKind::Failed,
        (_, Some(counts)) if counts.broken_here > 0 => VerdictKind::Broken,
        (_, Some(counts)) if counts.failing_differently > 0 => VerdictKind::Different,
        (_, Some(counts)) if failures_without_baseline(&totals, counts) > 0 => VerdictKind::Failed,
        (_, Some(_)) => VerdictKind::Same,
    }
}
