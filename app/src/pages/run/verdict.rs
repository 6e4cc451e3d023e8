//! What became of a run, in a sentence or two.

use runlens_contract::{
    run::{ProgressEntry, ProgressStatus, Run, RunErrors, RunStatus, RunSummary},
    test_error::TestErrorType,
};

use crate::format::{counted, number};

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The sentence that matters.
    pub main: String,
    /// What it does not say; empty where it says all.
    pub rest: String,
}

impl Verdict {
    fn new(main: impl Into<String>, rest: impl Into<String>) -> Self {
        Self { main: main.into(), rest: rest.into() }
    }

    /// Both sentences.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.main, self.rest).trim_end().to_owned()
    }
}

/// Sums a run up.
pub(super) fn verdict(run: &Run, summary: &RunSummary, types: &[(TestErrorType, u64)], progress: &[ProgressEntry]) -> Verdict {
    let failed = summary.fail_count + summary.missing_output_count;
    let finished = summary.pass_count + failed;
    let total = summary.total_samples.max(finished);
    let of_all = |n: u64| format!("{} of {}", number(n), counted(total, "test", "tests"));
    match run.status {
        RunStatus::Pass if finished < total => Verdict::new(format!("{} ran, and all of them pass.", of_all(finished)), left_out(summary)),
        RunStatus::Pass if total == 1 => Verdict::new("The one test passes.", ""),
        RunStatus::Pass => Verdict::new(format!("All {} tests pass.", number(total)), ""),
        RunStatus::Fail => Verdict::new(format!("{} failed{}", of_all(failed), reasons(types)), left_out(summary)),
        RunStatus::Error => {
            Verdict::new("Completed without a single result.", "Nothing here says anything about the code; the log may say why.")
        }
        RunStatus::Canceled => canceled(run, &of_all(finished), finished, failed, progress),
        RunStatus::Running if finished == 0 => Verdict::new("Running; no test has a result yet.", ""),
        RunStatus::Running => Verdict::new(format!("Running: {} have a result so far, {} failed.", of_all(finished), number(failed)), ""),
        RunStatus::Queued => Verdict::new("Queued: no worker has taken it up yet.", ""),
        RunStatus::Incomplete => Verdict::new(
            "Incomplete: the worker's last report is none that the platform defines.",
            format!("{} have a result.", of_all(finished)),
        ),
    }
}

fn canceled(run: &Run, finished_of_all: &str, finished: u64, failed: u64, progress: &[ProgressEntry]) -> Verdict {
    let last = progress.iter().rev().find(|entry| entry.status == ProgressStatus::Canceled);
    let message = last.and_then(|entry| entry.message.lines().next()).map(|line| line.trim().trim_end_matches('.')).unwrap_or_default();
    let because = if message.is_empty() { String::new() } else { format!(": {message}") };
    let by_infrastructure = matches!(run.run_errors, RunErrors::Infrastructure | RunErrors::Both);
    let results = format!("{finished_of_all} had a result, {} failed.", number(failed));
    match (by_infrastructure, finished) {
        (true, 0) => Verdict::new(format!("Did not run{because}."), "Nothing here says anything about the code."),
        (true, _) => Verdict::new(format!("Stopped before its end{because}."), results),
        (false, 0) => Verdict::new(format!("Canceled by a person before any test ran{because}."), ""),
        (false, _) => Verdict::new(format!("Canceled by a person{because}."), results),
    }
}

/// `: 95 differing outputs, 20 wrong exit codes, 3 missing outputs.`
fn reasons(types: &[(TestErrorType, u64)]) -> String {
    let reasons: Vec<String> = types
        .iter()
        .map(|(kind, count)| match kind {
            TestErrorType::DiffMismatch => counted(*count, "differing output", "differing outputs"),
            TestErrorType::ExitCodeMismatch => counted(*count, "wrong exit code", "wrong exit codes"),
            TestErrorType::MissingOutput => counted(*count, "missing output", "missing outputs"),
        })
        .collect();
    if reasons.is_empty() { ".".to_owned() } else { format!(": {}.", reasons.join(", ")) }
}

fn left_out(summary: &RunSummary) -> String {
    match summary.skipped_count {
        0 => String::new(),
        1 => "1 test did not run.".to_owned(),
        skipped => format!("{} tests did not run.", number(skipped)),
    }
}

#[cfg(test)]
mod tests {
    use runlens_contract::{
        Timestamp,
        run::{ProgressEntry, ProgressStatus, Run, RunStatus, RunSummary},
        test_error::TestErrorType,
    };

    use super::verdict;

    fn run(status: &str, errors: &str) -> Run {
        let links =
            ["self", "html", "summary", "progress", "samples", "errors", "error_summary", "infrastructure_errors", "logs", "artifacts"];
        let links: serde_json::Map<String, serde_json::Value> = links.into_iter().map(|name| (name.to_owned(), "".into())).collect();
        serde_json::from_value(serde_json::json!({
            "run_id": 7, "status": status, "repository": "a/b", "commit_sha": "c0ffee", "commit_short": "c0ffee",
            "platform": "linux", "test_type": "commit", "run_errors": errors, "links": links,
        }))
        .expect("a run")
    }

    fn summary(pass: u64, fail: u64, missing: u64, skipped: u64) -> RunSummary {
        RunSummary {
            run_id: 7,
            status: RunStatus::Fail,
            total_samples: pass + fail + missing + skipped,
            pass_count: pass,
            fail_count: fail,
            skipped_count: skipped,
            missing_output_count: missing,
            error_count: 0,
            duration_ms: None,
        }
    }

    fn canceled(message: &str) -> Vec<ProgressEntry> {
        let timestamp = Timestamp::from_unix(0).expect("a time");
        vec![ProgressEntry { timestamp, status: ProgressStatus::Canceled, message: message.to_owned() }]
    }

    #[test]
    fn a_run_is_summed_up_by_what_it_found() {
        use TestErrorType::{DiffMismatch, ExitCodeMismatch, MissingOutput};
        let types = [(DiffMismatch, 95), (ExitCodeMismatch, 20), (MissingOutput, 1)];
        let cases = [
            ("pass", summary(240, 0, 0, 0), "All 240 tests pass."),
            ("pass", summary(1, 0, 0, 0), "The one test passes."),
            ("pass", summary(238, 0, 0, 2), "238 of 240 tests ran, and all of them pass. 2 tests did not run."),
            ("fail", summary(122, 115, 3, 0), "118 of 240 tests failed: 95 differing outputs, 20 wrong exit codes, 1 missing output."),
            ("running", summary(10, 2, 0, 228), "Running: 12 of 240 tests have a result so far, 2 failed."),
            ("running", summary(0, 0, 0, 240), "Running; no test has a result yet."),
            ("queued", summary(0, 0, 0, 240), "Queued: no worker has taken it up yet."),
        ];
        for (status, summary, text) in cases {
            assert_eq!(verdict(&run(status, "none"), &summary, &types, &[]).text(), text);
        }
    }

    #[test]
    fn a_stopped_run_says_who_stopped_it_and_whether_it_says_anything() {
        let nothing = summary(0, 0, 0, 240);
        let by_infrastructure = verdict(&run("canceled", "infrastructure"), &nothing, &[], &canceled("GCP operation timed out.\nat x.py"));
        assert_eq!(by_infrastructure.text(), "Did not run: GCP operation timed out. Nothing here says anything about the code.");
        let by_person = verdict(&run("canceled", "none"), &nothing, &[], &canceled("Canceled via API"));
        assert_eq!(by_person.text(), "Canceled by a person before any test ran: Canceled via API.");
        let half = verdict(&run("canceled", "both"), &summary(100, 20, 0, 120), &[], &canceled("time limit exceeded"));
        assert_eq!(half.text(), "Stopped before its end: time limit exceeded. 120 of 240 tests had a result, 20 failed.");
    }
}
