//! What became of a run, in a sentence: did this change break it? Pure: counts in, words out, the same for pages, reports, pictures
//! and badges.

mod stop;
#[cfg(test)]
mod tests;

pub use stop::Stop;

use crate::{
    comparison::{ReferenceRun, Verdict, VerdictCounts},
    run::{OperatingSystem, Run, RunStatus, RunSummary},
    text::{group_thousands, pluralize},
};

/// What a run is set beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beside<'a> {
    /// That is not known: whoever asks may not read results.
    Unknown,
    /// There is no run to compare it with.
    Nothing,
    /// Another run, and what its tests say beside that one's.
    Run(&'a ReferenceRun, &'a VerdictCounts),
}

/// What a verdict says, in one word: for a colour and for a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// Tests are broken that pass in the reference run.
    Broken,
    /// None is broken, but some fail differently.
    Different,
    /// Whatever fails, fails exactly so in the reference run.
    Same,
    /// Tests fail, and there is nothing that says since when.
    Failed,
    /// Whatever ran, passes.
    Passed,
    /// No test ran: nothing is said about the code.
    DidNotRun,
    /// It is waiting, or not a single result is there yet.
    Pending,
}

/// Where a part of a sentence leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Another run.
    Run(i32),
    /// The run's tests with a verdict.
    Tests(Verdict),
    /// The run's tests that pass.
    Passed,
    /// The run's tests without a result.
    NotStarted,
}

/// A part of a sentence that may lead somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its words, with the spaces that they need.
    pub text: String,
    /// Where they lead.
    pub to: Option<Target>,
}

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunVerdict {
    /// The sentence that matters.
    pub headline: String,
    /// What it does not say, in a sentence; empty where it says all.
    pub detail: String,
    /// The other counts and the reference run, in parts that follow each other; empty where there are none.
    pub counts: Vec<Part>,
    /// What was said when the run was stopped, in full, where the sentence does not tell all of it.
    pub message: Option<String>,
    /// In a few words.
    pub short: String,
    /// In one word.
    pub outlook: Outlook,
}

impl RunVerdict {
    /// The sentences, without the counts.
    pub fn text(&self) -> String {
        format!("{} {}", self.headline, self.detail).trim_end().to_owned()
    }

    /// The counts as a text; empty where there are none.
    pub fn counts_text(&self) -> String {
        self.counts.iter().map(|part| part.text.as_str()).collect()
    }
}

/// Counts of a run's results, in the words of a sentence.
struct Tally {
    /// Tests that did not pass.
    failed: u64,
    /// Tests with a result.
    finished: u64,
    /// Tests it is made of.
    total: u64,
}

impl Tally {
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

/// Sums a run up. `stop` is the last cancellation that was reported.
pub fn verdict(run: &Run, summary: &RunSummary, beside: Beside<'_>, stop: Option<Stop<'_>>) -> RunVerdict {
    let tally = Tally::of(summary);
    let is_partial = matches!(
        run.status,
        RunStatus::Running | RunStatus::Canceled | RunStatus::Incomplete
    );
    let (headline, detail) = match run.status {
        RunStatus::Pass => (passes(&tally), passes_beside(run, beside)),
        RunStatus::Fail => fails(run, &tally, beside),
        RunStatus::Error => (
            "Completed without a single result.".to_owned(),
            "Nothing here says anything about the code; the log may say why.".to_owned(),
        ),
        RunStatus::Canceled => (
            stop.map_or_else(|| "Canceled.".to_owned(), |stop| stop.sentence(tally.finished)),
            match tally.finished {
                0 => stop.map_or("No test ran.", Stop::meaning).to_owned(),
                finished => format!(
                    "{} have a result; of those, {}.",
                    tally.of_all(finished),
                    so_far(run, &tally, beside)
                ),
            },
        ),
        RunStatus::Running if tally.finished == 0 => {
            ("Running; no test has a result yet.".to_owned(), String::new())
        }
        RunStatus::Running => {
            let far = format!(
                "Running: {} have a result so far; {}.",
                tally.of_all(tally.finished),
                so_far(run, &tally, beside)
            );
            (far, String::new())
        }
        RunStatus::Queued => ("Queued: no worker has taken it up yet.".to_owned(), String::new()),
        RunStatus::Incomplete => (
            "Incomplete: the worker's last report is none that the platform defines.".to_owned(),
            match tally.finished {
                0 => "No test has a result.".to_owned(),
                finished => format!(
                    "{} have a result; of those, {}.",
                    tally.of_all(finished),
                    so_far(run, &tally, beside)
                ),
            },
        ),
    };
    let compared = match beside {
        Beside::Run(reference, counts) => Some((counts, baseline(run, reference))),
        Beside::Unknown | Beside::Nothing => None,
    };
    RunVerdict {
        headline,
        detail,
        counts: counts(run, summary, beside, is_partial),
        message: stop
            .filter(|_| run.status == RunStatus::Canceled)
            .and_then(Stop::untold)
            .map(str::to_owned),
        short: short(
            summary,
            compared.as_ref().map(|(counts, name)| (*counts, name.as_str())),
        ),
        outlook: outlook(summary, compared.map(|(counts, _)| counts)),
    }
}

/// What the reference run is called in a sentence about this one: its branch, or `run 9328` for a run of that branch itself.
pub fn baseline(run: &Run, reference: &ReferenceRun) -> String {
    match &reference.branch {
        Some(branch) if !is_same_line(run, reference) => branch.clone(),
        _ => format!("run {}", reference.run_id),
    }
}

/// Whether both runs are of commits of one branch: nothing then is broken by a change, but since a run.
fn is_same_line(run: &Run, reference: &ReferenceRun) -> bool {
    run.pull_request.is_none()
        && run.branch == reference.branch
        && run.repository.eq_ignore_ascii_case(&reference.repository)
}

/// `by this change`, or `since run 9328` for a run of the reference's own branch.
fn by(run: &Run, reference: &ReferenceRun) -> String {
    if is_same_line(run, reference) {
        format!("since run {}", reference.run_id)
    } else {
        "by this change".to_owned()
    }
}

/// Where the reference run's results are, in a sentence about this one: `on master`, or `in run 9328`.
pub fn place(run: &Run, reference: &ReferenceRun) -> String {
    let preposition = if is_same_line(run, reference) || reference.branch.is_none() {
        "in"
    } else {
        "on"
    };
    format!("{preposition} {}", baseline(run, reference))
}

fn on(platform: OperatingSystem) -> &'static str {
    match platform {
        OperatingSystem::Linux => "on Linux",
        OperatingSystem::Windows => "on Windows",
        OperatingSystem::Unknown => "on this platform",
    }
}

fn passes(tally: &Tally) -> String {
    match (tally.finished, tally.total) {
        (finished, total) if finished < total => {
            format!("{} ran, and all of them pass.", tally.of_all(finished))
        }
        (_, 1) => "The one test passes.".to_owned(),
        (_, total) => format!("All {} tests pass.", group_thousands(total)),
    }
}

fn passes_beside(run: &Run, beside: Beside<'_>) -> String {
    match beside {
        Beside::Run(reference, counts) if counts.fixed_here > 0 => {
            format!(
                "{} of them {} {}.",
                group_thousands(counts.fixed_here),
                fail(counts.fixed_here),
                place(run, reference)
            )
        }
        _ => String::new(),
    }
}

/// A completed run with failures: the sentence, and what it leaves out.
fn fails(run: &Run, tally: &Tally, beside: Beside<'_>) -> (String, String) {
    let failed = format!("{} failed.", tally.of_all(tally.failed));
    let (reference, counts) = match beside {
        Beside::Unknown => {
            return (
                failed,
                "What of it was so before takes the right results:read to see.".to_owned(),
            );
        }
        Beside::Nothing => {
            return (
                format!(
                    "Nothing to compare with: no earlier completed run of master {}.",
                    on(run.platform)
                ),
                failed,
            );
        }
        Beside::Run(reference, counts) => (reference, counts),
    };
    let (by, place) = (by(run, reference), place(run, reference));
    let unknown = without_reference(tally, counts);
    let headline = match (counts.broken_here, counts.failing_differently) {
        (0, 0) if unknown == 0 && tally.failed == 1 => {
            format!("Nothing broken {by}: the one failure is the same as {place}.")
        }
        (0, 0) if unknown == 0 => format!(
            "Nothing broken {by}: all {} failures are the same as {place}.",
            group_thousands(tally.failed)
        ),
        (0, 0) => format!(
            "{} and {} no result {place}.",
            pluralize(unknown, "test fails", "tests fail"),
            has(unknown)
        ),
        (0, different) => format!(
            "Nothing broken {by}, but {} differently than {place}.",
            pluralize(different, "test fails", "tests fail")
        ),
        (broken, 0) => format!("{} broken {by}.", pluralize(broken, "test", "tests")),
        (broken, different) => {
            format!(
                "{} broken {by}, {} {} differently.",
                pluralize(broken, "test", "tests"),
                group_thousands(different),
                fail(different)
            )
        }
    };
    let is_said = counts.broken_here + counts.failing_differently == 0;
    let detail = match unknown {
        0 => String::new(),
        _ if is_said => "Whether that is new is not known.".to_owned(),
        _ => format!(
            "{} more {} and {} no result {place}.",
            group_thousands(unknown),
            fail(unknown),
            has(unknown)
        ),
    };
    (headline, detail)
}

/// What is known of a run whose end has not come, without the stop at the end of a sentence.
fn so_far(run: &Run, tally: &Tally, beside: Beside<'_>) -> String {
    let failed = format!("{} failed", group_thousands(tally.failed));
    let (reference, counts) = match beside {
        Beside::Unknown => return failed,
        Beside::Nothing => {
            return format!(
                "{failed}, with no earlier run of master {} to compare with",
                on(run.platform)
            );
        }
        Beside::Run(reference, counts) => (reference, counts),
    };
    let by = by(run, reference);
    match (counts.broken_here, counts.failing_differently) {
        (0, 0) if tally.failed == 0 => "all pass".to_owned(),
        (0, 0) if without_reference(tally, counts) > 0 => failed,
        (0, 0) => format!("none is broken {by}"),
        (0, different) => format!(
            "none is broken {by}, {} {} differently",
            group_thousands(different),
            fail(different)
        ),
        (broken, 0) => format!(
            "{} {} broken {by}",
            group_thousands(broken),
            if broken == 1 { "is" } else { "are" }
        ),
        (broken, different) => {
            let are = if broken == 1 { "is" } else { "are" };
            format!(
                "{} {are} broken {by}, {} {} differently",
                group_thousands(broken),
                group_thousands(different),
                fail(different)
            )
        }
    }
}

/// Failures of tests that have no result in the reference run.
fn without_reference(tally: &Tally, counts: &VerdictCounts) -> u64 {
    tally
        .failed
        .saturating_sub(counts.broken_here + counts.failing_differently + counts.failing_identically)
}

fn fail(n: u64) -> &'static str {
    if n == 1 { "fails" } else { "fail" }
}

fn has(n: u64) -> &'static str {
    if n == 1 { "has" } else { "have" }
}

/// `115 fail exactly as on master (run 9328, c0ec804) · 1 fixed here · 121 pass`.
fn counts(run: &Run, summary: &RunSummary, beside: Beside<'_>, is_partial: bool) -> Vec<Part> {
    let tally = Tally::of(summary);
    if tally.finished == 0 {
        return Vec::new();
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut add = |text: String, to: Option<Target>| parts.push(Part { text, to });
    if let Beside::Run(reference, counts) = beside {
        let commit = if reference.commit_short.is_empty() {
            String::new()
        } else {
            format!(", {}", reference.commit_short)
        };
        let linked = Some(Target::Run(reference.run_id));
        let is_named = baseline(run, reference) == format!("run {}", reference.run_id);
        match counts.failing_identically {
            0 => add("Compared with ".to_owned(), None),
            same => {
                add(
                    format!("{} {} exactly as", group_thousands(same), fail(same)),
                    Some(Target::Tests(Verdict::FailingIdentically)),
                );
                let place = place(run, reference);
                add(format!(" {} ", place.split(' ').next().unwrap_or("in")), None);
            }
        }
        if is_named {
            add(format!("run {}{commit}", reference.run_id), linked);
        } else {
            add(format!("{} (", baseline(run, reference)), None);
            add(format!("run {}{commit}", reference.run_id), linked);
            add(")".to_owned(), None);
        }
        if counts.fixed_here > 0 && run.status != RunStatus::Pass {
            add(" · ".to_owned(), None);
            add(
                format!("{} fixed here", group_thousands(counts.fixed_here)),
                Some(Target::Tests(Verdict::FixedHere)),
            );
        }
    }
    let mut count = |text: String, to: Target| {
        if !parts.is_empty() {
            parts.push(Part {
                text: " · ".to_owned(),
                to: None,
            });
        }
        parts.push(Part { text, to: Some(to) });
    };
    if tally.failed > 0 || is_partial {
        let pass = if summary.pass_count == 1 { "passes" } else { "pass" };
        count(
            format!("{} {pass}", group_thousands(summary.pass_count)),
            Target::Passed,
        );
    }
    // That a run that goes on has tests to come is said already.
    if summary.skipped_count > 0 && run.status != RunStatus::Running {
        count(
            format!("{} did not run", group_thousands(summary.skipped_count)),
            Target::NotStarted,
        );
    }
    parts
}

/// A run in a few words, for a list, a badge or another run's page. `compared` holds its verdicts and what the reference run is called
/// ([`baseline`]); without it the failures alone are counted.
pub fn short(summary: &RunSummary, compared: Option<(&VerdictCounts, &str)>) -> String {
    let tally = Tally::of(summary);
    let of_all = |n: u64| format!("{} of {}", group_thousands(n), group_thousands(tally.total));
    let failures = || match compared {
        None => format!("{} failed", of_all(tally.failed)),
        Some((counts, name)) => match (counts.broken_here, counts.failing_differently) {
            (0, 0) if tally.failed == 0 => "all pass".to_owned(),
            (0, 0) if without_reference(&tally, counts) > 0 => format!("{} failed", of_all(tally.failed)),
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
        RunStatus::Pass if tally.finished < tally.total => format!("{} pass", of_all(tally.finished)),
        RunStatus::Pass => "all pass".to_owned(),
        RunStatus::Fail => failures(),
        RunStatus::Error => "no results".to_owned(),
        RunStatus::Canceled if tally.finished == 0 => "did not run".to_owned(),
        RunStatus::Canceled => format!("stopped after {}: {}", of_all(tally.finished), failures()),
        RunStatus::Running if tally.finished == 0 => "running".to_owned(),
        RunStatus::Running => format!("running, {}: {}", of_all(tally.finished), failures()),
        RunStatus::Queued => "queued".to_owned(),
        RunStatus::Incomplete if tally.finished == 0 => "incomplete".to_owned(),
        RunStatus::Incomplete => format!("incomplete, {}: {}", of_all(tally.finished), failures()),
    }
}

/// A run in one word. `counts` are its verdicts beside a reference run, where it has one that may be known.
pub fn outlook(summary: &RunSummary, counts: Option<&VerdictCounts>) -> Outlook {
    let tally = Tally::of(summary);
    match (summary.status, counts) {
        (RunStatus::Queued, _) => Outlook::Pending,
        (RunStatus::Running | RunStatus::Incomplete, _) if tally.finished == 0 => Outlook::Pending,
        (RunStatus::Error, _) => Outlook::DidNotRun,
        _ if tally.finished == 0 => Outlook::DidNotRun,
        _ if tally.failed == 0 => Outlook::Passed,
        (_, None) => Outlook::Failed,
        (_, Some(counts)) if counts.broken_here > 0 => Outlook::Broken,
        (_, Some(counts)) if counts.failing_differently > 0 => Outlook::Different,
        (_, Some(counts)) if without_reference(&tally, counts) > 0 => Outlook::Failed,
        (_, Some(_)) => Outlook::Same,
    }
}
