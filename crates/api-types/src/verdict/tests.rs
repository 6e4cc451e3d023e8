//! Sentences as a table of counts.

use super::{Beside, Outlook, Stop, baseline, outlook, short, verdict};
use crate::{
    comparison::{ReferenceRun, VerdictCounts},
    run::{OperatingSystem, Run, RunStatus, RunSummary},
};

fn run(status: RunStatus, pull_request: Option<i32>) -> Run {
    let names = [
        "self",
        "html",
        "summary",
        "progress",
        "samples",
        "errors",
        "error_summary",
        "infrastructure_errors",
        "logs",
        "artifacts",
    ];
    let links: serde_json::Map<String, serde_json::Value> = names
        .into_iter()
        .map(|name| (name.to_owned(), "".into()))
        .collect();
    serde_json::from_value(serde_json::json!({
        "run_id": 9346, "status": status, "repository": "CCExtractor/ccextractor", "branch": if pull_request.is_some() { "fix" } else { "master" },
        "commit_sha": "11b348e", "commit_short": "11b348e", "pull_request": pull_request, "platform": "linux", "test_type": "pr",
        "run_errors": "none", "links": links,
    }))
    .expect("a run")
}

fn summary(status: RunStatus, [pass, fail, missing, skipped]: [u64; 4]) -> RunSummary {
    RunSummary {
        run_id: 9346,
        status,
        total_samples: pass + fail + missing + skipped,
        pass_count: pass,
        fail_count: fail,
        skipped_count: skipped,
        missing_output_count: missing,
        error_count: 0,
        duration_ms: None,
    }
}

fn master() -> ReferenceRun {
    ReferenceRun {
        run_id: 9328,
        status: RunStatus::Fail,
        platform: OperatingSystem::Linux,
        repository: "CCExtractor/ccextractor".to_owned(),
        branch: Some("master".to_owned()),
        commit_sha: "c0ec804".to_owned(),
        commit_short: "c0ec804".to_owned(),
        completed_at: None,
    }
}

fn counts(
    [
        broken_here,
        failing_differently,
        failing_identically,
        fixed_here,
        no_reference,
    ]: [u64; 5],
) -> VerdictCounts {
    VerdictCounts {
        broken_here,
        failing_differently,
        failing_identically,
        fixed_here,
        no_reference,
    }
}

#[test]
fn the_first_sentence_says_whether_the_change_broke_it() {
    use RunStatus::{Fail, Pass, Running};
    let master = master();
    let cases = [
        // Of a pull request: status, [pass, fail, missing, skipped], [broken, different, identical, fixed, no reference].
        (
            Fail,
            [121, 115, 3, 0],
            [2, 1, 115, 1, 0],
            "2 tests broken by this change, 1 fails differently.",
            "115 fail exactly as on master (run 9328, c0ec804) · 1 fixed here · 121 pass",
            "2 broken, 1 differs",
            Outlook::Broken,
        ),
        (
            Fail,
            [122, 118, 0, 0],
            [0, 0, 118, 0, 0],
            "Nothing broken by this change: all 118 failures are the same as on master.",
            "118 fail exactly as on master (run 9328, c0ec804) · 122 pass",
            "same as master",
            Outlook::Same,
        ),
        (
            Fail,
            [239, 1, 0, 0],
            [0, 0, 1, 0, 0],
            "Nothing broken by this change: the one failure is the same as on master.",
            "1 fails exactly as on master (run 9328, c0ec804) · 239 pass",
            "same as master",
            Outlook::Same,
        ),
        (
            Fail,
            [122, 118, 0, 3],
            [0, 3, 115, 0, 0],
            "Nothing broken by this change, but 3 tests fail differently than on master.",
            "115 fail exactly as on master (run 9328, c0ec804) · 122 pass · 3 did not run",
            "3 differ",
            Outlook::Different,
        ),
        (
            Fail,
            [1, 1, 0, 0],
            [1, 0, 0, 0, 0],
            "1 test broken by this change.",
            "Compared with master (run 9328, c0ec804) · 1 passes",
            "1 broken",
            Outlook::Broken,
        ),
        (
            Fail,
            [5, 4, 0, 0],
            [1, 0, 1, 0, 2],
            "1 test broken by this change. 2 more fail and have no result on master.",
            "1 fails exactly as on master (run 9328, c0ec804) · 5 pass",
            "1 broken",
            Outlook::Broken,
        ),
        (
            Fail,
            [5, 1, 0, 0],
            [0, 0, 0, 0, 3],
            "1 test fails and has no result on master. Whether that is new is not known.",
            "Compared with master (run 9328, c0ec804) · 5 pass",
            "1 of 6 failed",
            Outlook::Failed,
        ),
        (
            Pass,
            [240, 0, 0, 0],
            [0, 0, 0, 3, 0],
            "All 240 tests pass. 3 of them fail on master.",
            "Compared with master (run 9328, c0ec804)",
            "all pass",
            Outlook::Passed,
        ),
        (
            Running,
            [100, 30, 0, 110],
            [2, 1, 27, 0, 0],
            "Running: 130 of 240 tests have a result so far; 2 are broken by this change, 1 fails differently.",
            "27 fail exactly as on master (run 9328, c0ec804) · 100 pass",
            "running, 130 of 240: 2 broken, 1 differs",
            Outlook::Broken,
        ),
        (
            Running,
            [100, 30, 0, 110],
            [0, 0, 30, 0, 0],
            "Running: 130 of 240 tests have a result so far; none is broken by this change.",
            "30 fail exactly as on master (run 9328, c0ec804) · 100 pass",
            "running, 130 of 240: same as master",
            Outlook::Same,
        ),
    ];
    for (status, results, verdicts, text, line, few, word) in cases {
        let (run, summary, counts) = (
            run(status, Some(2287)),
            summary(status, results),
            counts(verdicts),
        );
        let said = verdict(&run, &summary, Beside::Run(&master, &counts), None);
        let found = (said.text(), said.counts_text(), said.short.as_str(), said.outlook);
        assert_eq!(
            found,
            (text.to_owned(), line.to_owned(), few, word),
            "{results:?} {verdicts:?}"
        );
    }
}

#[test]
fn a_run_of_master_itself_is_set_beside_the_one_before() {
    let (master, run, summary) = (
        master(),
        run(RunStatus::Fail, None),
        summary(RunStatus::Fail, [121, 119, 0, 0]),
    );
    let said = |of| verdict(&run, &summary, Beside::Run(&master, &counts(of)), None);
    let broken = said([2, 1, 116, 0, 0]);
    assert_eq!(
        broken.text(),
        "2 tests broken since run 9328, 1 fails differently."
    );
    assert_eq!(
        broken.counts_text(),
        "116 fail exactly as in run 9328, c0ec804 · 121 pass"
    );
    assert_eq!(
        said([0, 0, 119, 0, 0]).text(),
        "Nothing broken since run 9328: all 119 failures are the same as in run 9328."
    );
    assert_eq!(said([0, 0, 119, 0, 0]).short, "same as run 9328");
    assert_eq!(baseline(&run, &master), "run 9328");
}

#[test]
fn without_a_reference_nothing_is_claimed() {
    let (run, summary) = (
        run(RunStatus::Fail, Some(2287)),
        summary(RunStatus::Fail, [122, 115, 3, 0]),
    );
    let nothing = verdict(&run, &summary, Beside::Nothing, None);
    assert_eq!(
        nothing.text(),
        "Nothing to compare with: no earlier completed run of master on Linux. 118 of 240 tests failed."
    );
    assert_eq!(
        (nothing.counts_text().as_str(), nothing.short.as_str()),
        ("122 pass", "118 of 240 failed")
    );
    assert_eq!(nothing.outlook, Outlook::Failed);
    let unknown = verdict(&run, &summary, Beside::Unknown, None);
    assert_eq!(
        unknown.text(),
        "118 of 240 tests failed. What of it was so before takes the right results:read to see."
    );
}

#[test]
fn a_run_that_says_nothing_yet_or_nothing_at_all_says_so() {
    use RunStatus::{Error, Incomplete, Pass, Queued, Running};
    let cases = [
        (
            Queued,
            [0, 0, 0, 240],
            "Queued: no worker has taken it up yet.",
            "queued",
            Outlook::Pending,
        ),
        (
            Running,
            [0, 0, 0, 240],
            "Running; no test has a result yet.",
            "running",
            Outlook::Pending,
        ),
        (
            Error,
            [0, 0, 0, 240],
            "Completed without a single result. Nothing here says anything about the code; the log may say why.",
            "no results",
            Outlook::DidNotRun,
        ),
        (
            Incomplete,
            [0, 0, 0, 240],
            "Incomplete: the worker's last report is none that the platform defines. No test has a result.",
            "incomplete",
            Outlook::Pending,
        ),
        (
            Pass,
            [1, 0, 0, 0],
            "The one test passes.",
            "all pass",
            Outlook::Passed,
        ),
        (
            Pass,
            [238, 0, 0, 2],
            "238 of 240 tests ran, and all of them pass.",
            "238 of 240 pass",
            Outlook::Passed,
        ),
    ];
    for (status, results, text, few, word) in cases {
        let said = verdict(
            &run(status, Some(1)),
            &summary(status, results),
            Beside::Nothing,
            None,
        );
        assert_eq!(
            (said.text().as_str(), said.short.as_str(), said.outlook),
            (text, few, word)
        );
    }
}

#[test]
fn a_stopped_run_says_what_stopped_it_before_any_result() {
    let cases = [
        (
            "VM creation failed (ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS). The zone has no machine.",
            "Did not run: the virtual machine could not be created (zone exhausted). Nothing here says anything about the code.",
            true,
        ),
        (
            "GCP operation timed out. The request was not answered.",
            "Did not run: the virtual machine could not be created (timed out). Nothing here says anything about the code.",
            true,
        ),
        (
            "PR is closed",
            "Did not run: PR is closed. Nothing here says anything about the code.",
            false,
        ),
        (
            "Could not compile: make said 2\nerror: no such file",
            "Did not run: there is no build to test. No test ran: nothing here says whether the tests pass.",
            true,
        ),
        (
            "worker lost\nat x.py",
            "Did not run: the worker gave up. Nothing here says anything about the code.",
            true,
        ),
        (
            "",
            "Did not run: the platform does not say why. Nothing here says anything about the code.",
            false,
        ),
        (
            "Canceled via API by ada: a newer commit",
            "Canceled by a person before any test ran. Nothing here says anything about the code.",
            true,
        ),
    ];
    for (message, text, is_told) in cases {
        let canceled = run(RunStatus::Canceled, Some(1));
        let said = verdict(
            &canceled,
            &summary(RunStatus::Canceled, [0, 0, 0, 240]),
            Beside::Nothing,
            Some(Stop { message }),
        );
        assert_eq!(said.text(), text);
        assert_eq!(said.message.as_deref(), is_told.then_some(message));
        assert_eq!(
            (said.counts, said.short.as_str(), said.outlook),
            (Vec::new(), "did not run", Outlook::DidNotRun)
        );
    }
    let half = summary(RunStatus::Canceled, [100, 20, 0, 120]);
    let (master, counts) = (master(), counts([2, 0, 18, 0, 0]));
    let stop = Some(Stop {
        message: "Could not complete test, time limit exceeded",
    });
    let said = verdict(
        &run(RunStatus::Canceled, Some(1)),
        &half,
        Beside::Run(&master, &counts),
        stop,
    );
    assert_eq!(
        said.text(),
        "Stopped before its end: Could not complete test, time limit exceeded. 120 of 240 tests have a result; of those, 2 are broken by this change."
    );
    assert_eq!(
        said.counts_text(),
        "18 fail exactly as on master (run 9328, c0ec804) · 100 pass · 120 did not run"
    );
    assert_eq!(said.short, "stopped after 120 of 240: 2 broken");
}

#[test]
fn the_short_form_needs_no_more_than_counts() {
    let failed = summary(RunStatus::Fail, [122, 118, 0, 0]);
    assert_eq!(short(&failed, None), "118 of 240 failed");
    assert_eq!(
        short(&failed, Some((&counts([0, 0, 118, 0, 0]), "master"))),
        "same as master"
    );
    assert_eq!(outlook(&failed, Some(&counts([0, 0, 118, 0, 0]))), Outlook::Same);
    assert_eq!(outlook(&failed, None), Outlook::Failed);
}
