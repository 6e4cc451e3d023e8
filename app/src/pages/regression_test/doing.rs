//! How a test has been doing: since when it fails, how often it flipped, whether it is flaky, and its strip; by platform.

use leptos::prelude::*;
use runlens_api_types::{
    Timestamp,
    health::{Failing, FlakyEvidence, FlakyReason, PlatformHealth, RunResult, TestHealth},
    recent::{PlatformResults, RecentRun, RunChoice},
};

use crate::{
    components::{
        facts, history,
        mark::{Mark, mark},
        strip,
    },
    format,
    url::{self, suite},
};

/// Everything about a test on all platforms. Strips are of at most `most` runs.
pub(super) fn doing(
    test: i32,
    health: &TestHealth,
    recent: &PlatformResults,
    runs: RunChoice,
    most: u32,
    now: Timestamp,
) -> AnyView {
    let parts: Vec<AnyView> = health
        .platforms
        .iter()
        .map(|health| {
            let results = recent.data.iter().find(|results| results.platform == health.platform);
            let (strip, count) = results.map_or((None, 0), |results| (strip::strip(test, results, now), results.runs.len()));
            view! {
                <div class="on-platform">
                    <h3>{facts::platform(health.platform)} {latest(health)} {health.is_flaky.then(|| mark(FLAKY))}</h3>
                    {state(test, health, now)}
                    {strip}
                    <p class="muted">{history::extent(runs, count, most)}</p>
                    {counts(test, health, now)}
                    {health.flaky_evidence.iter().map(|evidence| flaky(test, evidence)).collect::<Vec<_>>()}
                </div>
            }
            .into_any()
        })
        .collect();
    view! {
        {parts}
        <p class="notice">{health.flaky_rule.clone()}</p>
    }
    .into_any()
}

const FLAKY: Mark = Mark {
    symbol: "!",
    word: "flaky",
    class: "mark error",
};

fn latest(health: &PlatformHealth) -> Option<AnyView> {
    health.latest.as_ref().map(|result| mark(result.status))
}

/// A commit within a sentence: a link to its runs.
fn commit(sha: &str) -> AnyView {
    if url::read_commit(sha).is_err() {
        return facts::hash(sha);
    }
    view! { <a href=url::commit(sha)>{facts::hash(sha)}</a> }.into_any()
}

/// A run by its number, its commit and its time: a link to the test in it.
fn run(test: i32, run: &RecentRun, now: Timestamp) -> AnyView {
    let when = run.created_at.map(|at| view! { ", " {facts::time(at, now)} });
    let pull_request = run.revision.pull_request.filter(|_| !run.revision.repository.is_empty()).map(|number| {
        view! { ", " <a href=format!("https://github.com/{}/pull/{number}", run.revision.repository)>{format!("PR #{number}")}</a> }
    });
    view! {
        <a href=suite::run_at_test(run.run_id, test)>{format!("run {}", run.run_id)}</a>
        " (" {commit(&run.revision.commit_sha)} {pull_request} {when} ")"
    }
    .into_any()
}

/// Since when it fails, or that it passes.
fn state(test: i32, health: &PlatformHealth, now: Timestamp) -> AnyView {
    let sentence = match (&health.failing, &health.latest) {
        (Some(failing), _) => fails(test, failing, health, now),
        (None, Some(_)) => match &health.last_failure {
            Some(failure) => {
                view! { "On master it passes. It last failed in " {run(test, failure, now)} "." }.into_any()
            }
            None => view! { "On master it passes. " {no_such("failed", health)} }.into_any(),
        },
        (None, None) => nothing(health).into_any(),
    };
    view! { <p class="state">{sentence}</p> }.into_any()
}

fn fails(test: i32, failing: &Failing, health: &PlatformHealth, now: Timestamp) -> AnyView {
    let since = run(test, &failing.since, now);
    let start = match &failing.passed_before {
        Some(before) => {
            let changes = failing
                .changes_link
                .clone()
                .map(|href| view! { ": " <a href=href>"what changed in between"</a> });
            view! { "On master it fails since " {since} ". It last passed in " {run(test, before, now)} {changes} "." }.into_any()
        }
        None => {
            view! { "On master it fails at least since " {since} ". " {no_such("passed", health)} }.into_any()
        }
    };
    let is_same = failing.unchanged_since.run_id == failing.since.run_id;
    let way = (!is_same).then(
        || view! { " It fails in the way it does now since " {run(test, &failing.unchanged_since, now)} "." },
    );
    view! { {start} {way} }.into_any()
}

/// That something was not seen, as far back as looked.
fn no_such(did: &str, health: &PlatformHealth) -> String {
    let oldest = health
        .oldest_run_id
        .map(|id| format!(", back to run {id}"))
        .unwrap_or_default();
    format!(
        "It never {did} as far back as looked: {}{oldest}.",
        looked_at(health)
    )
}

fn looked_at(health: &PlatformHealth) -> String {
    format::pluralize(
        health.run_count,
        "completed run of master",
        "completed runs of master",
    )
}

fn nothing(health: &PlatformHealth) -> String {
    match health.run_count {
        0 => "No run of master has completed here.".to_owned(),
        _ => format!("No result in {}.", looked_at(health)),
    }
}

/// How often it flipped, in how many results, and which is the newest.
fn counts(test: i32, health: &PlatformHealth, now: Timestamp) -> Option<AnyView> {
    let newest = health.latest.as_ref()?;
    let flips = format!(
        "{} between pass and failure in {} of {}. The newest is of ",
        format::pluralize(health.flip_count, "flip", "flips"),
        format::pluralize(health.result_count, "result", "results"),
        looked_at(health)
    );
    Some(view! { <p class="state muted">{flips} {run(test, &newest.run, now)} "."</p> }.into_any())
}

fn flaky(test: i32, evidence: &FlakyEvidence) -> AnyView {
    let why = match evidence.reason {
        FlakyReason::Flips => format!(
            "Flaky: {} in the last 20 results.",
            format::pluralize(evidence.flips.len() as u64, "flip", "flips")
        ),
        FlakyReason::SameCommit => "Flaky: it passes and fails on one commit.".to_owned(),
    };
    let result = |result: &RunResult| {
        let words = format!("run {} {}", result.run.run_id, Mark::from(result.status).word);
        view! { <a href=suite::run_at_test(result.run.run_id, test)>{words}</a> }.into_any()
    };
    let flips: Vec<AnyView> = evidence
        .flips
        .iter()
        .map(|flip| view! { <li>{result(&flip.from)} " → " {result(&flip.to)}</li> }.into_any())
        .collect();
    view! { <div class="evidence"><p>{why}</p><ul>{flips}</ul></div> }.into_any()
}

/// How it is doing on each platform, for those who see nothing but the page's description.
pub(super) fn in_words(health: &TestHealth) -> String {
    let parts: Vec<String> = health
        .platforms
        .iter()
        .map(|health| {
            let state = match (&health.failing, &health.latest) {
                (
                    Some(Failing {
                        since,
                        passed_before: Some(_),
                        ..
                    }),
                    _,
                ) => format!("fails since run {}", since.run_id),
                (
                    Some(Failing {
                        since,
                        passed_before: None,
                        ..
                    }),
                    _,
                ) => format!("fails at least since run {}", since.run_id),
                (None, Some(_)) => "passes".to_owned(),
                (None, None) => "no result".to_owned(),
            };
            let flaky = if health.is_flaky { ", flaky" } else { "" };
            format!("{}: {state}{flaky}.", facts::platform(health.platform))
        })
        .collect();
    format!("On master. {}", parts.join(" "))
}

#[cfg(test)]
mod tests {
    use runlens_api_types::{
        health::{Failing, PlatformHealth, TestHealth},
        recent::RecentRun,
        run::{OperatingSystem, Revision},
    };

    use super::{in_words, no_such, nothing};

    fn health(platform: OperatingSystem, failing: Option<Failing>) -> PlatformHealth {
        PlatformHealth {
            platform,
            run_count: 200,
            result_count: 0,
            oldest_run_id: Some(12),
            latest: None,
            failing,
            last_pass: None,
            last_failure: None,
            flip_count: 0,
            is_flaky: false,
            flaky_evidence: Vec::new(),
        }
    }

    #[test]
    fn what_is_not_known_is_said_as_such() {
        let run = RecentRun {
            run_id: 12,
            revision: Revision::default(),
            created_at: None,
        };
        let failing = Failing {
            since: run.clone(),
            passed_before: None,
            changes_link: None,
            unchanged_since: run,
        };
        let linux = health(OperatingSystem::Linux, Some(failing));
        let windows = health(OperatingSystem::Windows, None);
        assert_eq!(
            no_such("passed", &linux),
            "It never passed as far back as looked: 200 completed runs of master, back to run 12."
        );
        assert_eq!(nothing(&windows), "No result in 200 completed runs of master.");
        let health = TestHealth {
            regression_test_id: 1,
            runs_looked_at: 200,
            flaky_rule: String::new(),
            platforms: vec![linux, windows],
        };
        assert_eq!(
            in_words(&health),
            "On master. Linux: fails at least since run 12. Windows: no result."
        );
    }
}
