use super::{Baseline, Stop, VerdictKind, baseline_name, short, verdict, verdict_kind};
use crate::{
    comparison::{BaselineRun, VerdictCounts},
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

fn master() -> BaselineRun {
    BaselineRun {
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
        no_baseline,
    ]: [u64; 5],
) -> VerdictCounts {
    VerdictCounts {
        broken_here,
        failing_differently,
        failing_identically,
        fixed_here,
        no_baseline,
    }
}

#[test]
fn headline_says_whether_the_change_broke_tests() {
    use RunStatus::{Fail, Pass, Running};
    let master = master();
    let cases = [
        // Of a pull request: status, [pass, fail, missing, skipped], [broken, different, identical, fixed, no baseline_run].
        (
            Fail,
            [121, 115, 3, 0],
            [2, 1, 115, 1, 0],
            "2 tests broken by this change, 1 failing differently.",
            "115 fail exactly as on master (run 9328, c0ec804) · 1 fixed here · 121 pass",
            "2 broken, 1 differs",
            VerdictKind::Broken,
        ),
        (
            Fail,
            [122, 118, 0, 0],
            [0, 0, 118, 0, 0],
            "Nothing broken by this change: all 118 failures are the same as on master.",
            "118 fail exactly as on master (run 9328, c0ec804) · 122 pass",
            "same as master",
            VerdictKind::Same,
        ),
        (
            Fail,
            [239, 1, 0, 0],
            [0, 0, 1, 0, 0],
            "Nothing broken by this change: the one failure is the same as on master.",
            "1 fails exactly as on master (run 9328, c0ec804) · 239 pass",
            "same as master",
            VerdictKind::Same,
        ),
        (
            Fail,
            [122, 118, 0, 3],
            [0, 3, 115, 0, 0],
            "Nothing broken by this change, but 3 tests fail differently than on master.",
            "115 fail exactly as on master (run 9328, c0ec804) · 122 pass · 3 did not run",
            "3 differ",
            VerdictKind::Different,
        ),
        (
            Fail,
            [1, 1, 0, 0],
            [1, 0, 0, 0, 0],
            "1 test broken by this change.",
            "Compared with master (run 9328, c0ec804) · 1 passes",
            "1 broken",
            VerdictKind::Broken,
        ),
        (
            Fail,
            [5, 4, 0, 0],
            [1, 0, 1, 0, 2],
            "1 test broken by this change. 2 more fail and have no result on master.",
            "1 fails exactly as on master (run 9328, c0ec804) · 5 pass",
            "1 broken",
            VerdictKind::Broken,
        ),
        (
            Fail,
            [5, 1, 0, 0],
            [0, 0, 0, 0, 3],
            "1 test fails and has no result on master. This may or may not be new.",
            "Compared with master (run 9328, c0ec804) · 5 pass",
            "1 of 6 failed",
            VerdictKind::Failed,
        ),
        (
            Pass,
            [240, 0, 0, 0],
            [0, 0, 0, 3, 0],
            "All 240 tests pass. 3 of them fail on master.",
            "Compared with master (run 9328, c0ec804)",
            "all pass",
            VerdictKind::Passed,
        ),
        (
            Running,
            [100, 30, 0, 110],
            [2, 1, 27, 0, 0],
            "Running: 130 of 240 tests done; 2 broken by this change, 1 failing differently.",
            "27 fail exactly as on master (run 9328, c0ec804) · 100 pass",
            "running, 130 of 240: 2 broken, 1 differs",
            VerdictKind::Broken,
        ),
        (
            Running,
            [100, 30, 0, 110],
            [0, 0, 30, 0, 0],
            "Running: 130 of 240 tests done; nothing broken by this change so far.",
            "30 fail exactly as on master (run 9328, c0ec804) · 100 pass",
            "running, 130 of 240: same as master",
            VerdictKind::Same,
        ),
    ];
    for (status, results, verdicts, text, line, few, word) in cases {
        let (run, summary, counts) = (
            run(status, Some(2287)),
            summary(status, results),
            counts(verdicts),
        );
        let said = verdict(&run, &summary, Baseline::Run(&master, &counts), None);
        let found = (said.text(), said.counts_text(), said.short.as_str(), said.kind);
        assert_eq!(
            found,
            (text.to_owned(), line.to_owned(), few, word),
            "{results:?} {verdicts:?}"
        );
    }
}

#[test]
fn run_of_master_is_compared_with_the_previous_one() {
    let (master, run, summary) = (
        master(),
        run(RunStatus::Fail, None),
        summary(RunStatus::Fail, [121, 119, 0, 0]),
    );
    let said = |of| verdict(&run, &summary, Baseline::Run(&master, &counts(of)), None);
    let broken = said([2, 1, 116, 0, 0]);
    assert_eq!(
        broken.text(),
        "2 tests broken since run 9328, 1 failing differently."
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
    assert_eq!(baseline_name(&run, &master), "run 9328");
}

#[test]
fn nothing_is_claimed_without_a_baseline() {
    let (run, summary) = (
        run(RunStatus::Fail, Some(2287)),
        summary(RunStatus::Fail, [122, 115, 3, 0]),
    );
    let nothing = verdict(&run, &summary, Baseline::Missing, None);
    assert_eq!(
        nothing.text(),
        "No baseline: no earlier finished master run on Linux. 118 of 240 tests failed."
    );
    assert_eq!(
        (nothing.counts_text().as_str(), nothing.short.as_str()),
        ("122 pass", "118 of 240 failed")
    );
    assert_eq!(nothing.kind, VerdictKind::Failed);
    let unknown = verdict(&run, &summary, Baseline::Forbidden, None);
    assert_eq!(
        unknown.text(),
        "118 of 240 tests failed. Sign in with results:read access to see which failures are new."
    );
}

#[test]
fn runs_without_failures_or_results() {
    use RunStatus::{Error, Incomplete, Pass, Queued, Running};
    let cases = [
        (
            Queued,
            [0, 0, 0, 240],
            "Queued: waiting for a worker.",
            "queued",
            VerdictKind::Pending,
        ),
        (
            Running,
            [0, 0, 0, 240],
            "Running; no results yet.",
            "running",
            VerdictKind::Pending,
        ),
        (
            Error,
            [0, 0, 0, 240],
            "Finished with no results. This says nothing about your code; the log may show why.",
            "no results",
            VerdictKind::DidNotRun,
        ),
        (
            Incomplete,
            [0, 0, 0, 240],
            "Incomplete: the last status from the worker was not recognized. No test has a result.",
            "incomplete",
            VerdictKind::Pending,
        ),
        (
            Pass,
            [1, 0, 0, 0],
            "The one test passes.",
            "all pass",
            VerdictKind::Passed,
        ),
        (
            Pass,
            [238, 0, 0, 2],
            "238 of 240 tests ran, and all of them pass.",
            "238 of 240 pass",
            VerdictKind::Passed,
        ),
    ];
    for (status, results, text, few, word) in cases {
        let said = verdict(
            &run(status, Some(1)),
            &summary(status, results),
            Baseline::Missing,
            None,
        );
        assert_eq!(
            (said.text().as_str(), said.short.as_str(), said.kind),
            (text, few, word)
        );
    }
}

#[test]
fn stopped_run_names_the_cause_first() {
    let cases = [
        (
            "VM creation failed (ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS). The zone has no machine.",
            "Did not run: the virtual machine could not be created (zone exhausted). This says nothing about your code.",
            true,
        ),
        (
            "GCP operation timed out. The request was not answered.",
            "Did not run: the virtual machine could not be created (timed out). This says nothing about your code.",
            true,
        ),
        (
            "PR is closed",
            "Did not run: PR is closed. This says nothing about your code.",
            false,
        ),
        (
            "Could not compile: make said 2\nerror: no such file",
            "Did not run: build failed. No tests ran, so it is not known whether they pass.",
            true,
        ),
        (
            "worker lost\nat x.py",
            "Did not run: the worker crashed or was lost. This says nothing about your code.",
            true,
        ),
        (
            "",
            "Did not run: no reason was recorded. This says nothing about your code.",
            false,
        ),
        (
            "Canceled via API by ada: a newer commit",
            "Canceled manually before any tests ran. This says nothing about your code.",
            true,
        ),
    ];
    for (message, text, is_told) in cases {
        let canceled = run(RunStatus::Canceled, Some(1));
        let said = verdict(
            &canceled,
            &summary(RunStatus::Canceled, [0, 0, 0, 240]),
            Baseline::Missing,
            Some(Stop { message }),
        );
        assert_eq!(said.text(), text);
        assert_eq!(said.message.as_deref(), is_told.then_some(message));
        assert_eq!(
            (said.counts, said.short.as_str(), said.kind),
            (Vec::new(), "did not run", VerdictKind::DidNotRun)
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
        Baseline::Run(&master, &counts),
        stop,
    );
    assert_eq!(
        said.text(),
        "Stopped early: Could not complete test, time limit exceeded. 120 of 240 tests done; 2 broken by this change."
    );
    assert_eq!(
        said.counts_text(),
        "18 fail exactly as on master (run 9328, c0ec804) · 100 pass · 120 did not run"
    );
    assert_eq!(said.short, "stopped after 120 of 240: 2 broken");
}

#[test]
fn short_form_needs_only_counts() {
    let failed = summary(RunStatus::Fail, [122, 118, 0, 0]);
    assert_eq!(short(&failed, None), "118 of 240 failed");
    assert_eq!(
        short(&failed, Some((&counts([0, 0, 118, 0, 0]), "master"))),
        "same as master"
    );
    assert_eq!(
        verdict_kind(&failed, Some(&counts([0, 0, 118, 0, 0]))),
        VerdictKind::Same
    );
    assert_eq!(verdict_kind(&failed, None), VerdictKind::Failed);
}
