//! Strips: what became of a test in the newest runs, oldest first. A cell is told by its shape; colour only repeats it.

use std::fmt::Write as _;

use leptos::prelude::*;
use runlens_api_types::{
    TextEnum, Timestamp,
    recent::{RecentResults, RecentRun, RecentStatus},
};

use super::{facts, mark::Mark};
use crate::{format, url::suite};

/// Width of a cell, and of it with the space behind it, in units of the drawing.
const CELL: usize = 4;
const STEP: usize = 6;
/// Height of a strip, in the same units.
const HEIGHT: usize = 16;

/// A cell's outline, from its left upper corner: a pass lies low, a failure is tall, one that differs is broken in two, missing output
/// is hollow, and where there is no result there is a line.
fn shape(status: RecentStatus) -> &'static str {
    match status {
        RecentStatus::Pass => "m0 12h4v4h-4z",
        RecentStatus::Fail => "m0 0h4v16h-4z",
        RecentStatus::FailsDifferently => "m0 0h4v6h-4zm0 9h4v7h-4z",
        RecentStatus::MissingOutput => "m0 0h4v16h-4zm1 1v14h2v-14z",
        RecentStatus::NoResult => "m0 15h4v1h-4z",
    }
}

fn class(status: RecentStatus) -> &'static str {
    match status {
        RecentStatus::Pass => "pass",
        RecentStatus::Fail | RecentStatus::FailsDifferently => "fail",
        RecentStatus::MissingOutput => "missing",
        RecentStatus::NoResult => "none",
    }
}

impl From<RecentStatus> for Mark {
    fn from(status: RecentStatus) -> Self {
        let (symbol, word, class) = match status {
            RecentStatus::Pass => ("✓", "pass", "mark pass"),
            RecentStatus::Fail => ("✕", "fail", "mark fail"),
            RecentStatus::FailsDifferently => ("≠", "fails differently", "mark fail"),
            RecentStatus::MissingOutput => ("∅", "missing output", "mark missing"),
            RecentStatus::NoResult => ("○", "no result", "mark queued"),
        };
        Self { symbol, word, class }
    }
}

/// All cells of a status as one path: a table has hundreds of strips.
fn path(statuses: &[RecentStatus], of: RecentStatus) -> String {
    let mut path = String::new();
    for (place, _) in statuses.iter().enumerate().filter(|(_, status)| **status == of) {
        // Writing to a String cannot fail.
        let _ = write!(path, "M{} 0{}", place * STEP, shape(of));
    }
    path
}

fn drawing(statuses: &[RecentStatus]) -> AnyView {
    let width = (statuses.len() * STEP).saturating_sub(STEP - CELL);
    let paths: Vec<AnyView> = RecentStatus::ALL
        .iter()
        .map(|status| (*status, path(statuses, *status)))
        .filter(|(_, path)| !path.is_empty())
        .map(|(status, path)| view! { <path class=class(status) d=path/> }.into_any())
        .collect();
    let size = format!("0 0 {width} {HEIGHT}");
    // A large cell is drawn wider than a small one.
    view! { <svg class="strip" width=width height=HEIGHT viewBox=size preserveAspectRatio="none" aria-hidden="true">{paths}</svg> }
        .into_any()
}

/// What a strip says, in words: "of 10 runs: 4 pass, 6 fail; at last fail".
fn words(statuses: &[RecentStatus]) -> String {
    let counts: Vec<String> = RecentStatus::ALL
        .iter()
        .map(|of| (of, statuses.iter().filter(|status| *status == of).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(of, count)| format!("{count} {}", Mark::from(*of).word))
        .collect();
    let last = statuses.last().map_or("", |last| Mark::from(*last).word);
    let runs = format::pluralize(statuses.len() as u64, "run", "runs");
    if counts.len() == 1 {
        format!("{runs}: {last}")
    } else {
        format!("{runs}: {}; last {last}", counts.join(", "))
    }
}

/// A small strip for a row of a table: one link to the test's history. Nothing where there are no runs.
///
/// `what` says whose strip it is to those who hear it, such as `Test 7 on Linux`.
pub fn small_strip(what: &str, test: i32, statuses: &[RecentStatus]) -> Option<AnyView> {
    if statuses.is_empty() {
        return None;
    }
    let words = words(statuses);
    let label = format!("{what}, {words}");
    Some(view! { <a class="small-strip" href=suite::regression_test(test) aria-label=label title=words>{drawing(statuses)}</a> }.into_any())
}

/// A strip with a link for each run to its result. Nothing where there are no runs.
pub fn strip(test: i32, results: &RecentResults, now: Timestamp) -> Option<AnyView> {
    let statuses = results.of(test);
    if statuses.is_empty() {
        return None;
    }
    let label = format!(
        "Test {test} on {}, oldest run first",
        facts::platform(results.platform)
    );
    let cells: Vec<AnyView> = results
        .runs
        .iter()
        .zip(statuses)
        .map(|(run, status)| cell(test, run, *status, now))
        .collect();
    Some(view! { <ol class="large-strip" aria-label=label>{cells}</ol> }.into_any())
}

fn cell(test: i32, run: &RecentRun, status: RecentStatus, now: Timestamp) -> AnyView {
    let when = run
        .created_at
        .map(|at| format!(", {}", format::relative(at, now)))
        .unwrap_or_default();
    let of = run
        .revision
        .pull_request
        .map(|number| format!(" of PR #{number}"))
        .unwrap_or_default();
    let label = format!("run {}{of}, {}{when}", run.run_id, Mark::from(status).word);
    view! { <li><a href=suite::run_at_test(run.run_id, test) title=label.clone() aria-label=label>{drawing(&[status])}</a></li> }.into_any()
}

/// What the shapes mean.
pub fn legend() -> AnyView {
    let items: Vec<AnyView> = RecentStatus::ALL
        .iter()
        .map(|status| view! { <li>{drawing(&[*status])} {Mark::from(*status).word}</li> }.into_any())
        .collect();
    view! { <ul class="strip-legend" aria-label="What the marks mean">{items}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use runlens_api_types::recent::RecentStatus::{Fail, FailsDifferently, MissingOutput, NoResult, Pass};

    use super::{path, shape, words};

    #[test]
    fn cells_of_a_status_are_one_path_each_at_its_place() {
        let statuses = [Pass, Fail, Pass];
        assert_eq!(path(&statuses, Pass), "M0 0m0 12h4v4h-4zM12 0m0 12h4v4h-4z");
        assert_eq!(path(&statuses, Fail), format!("M6 0{}", shape(Fail)));
        assert_eq!(path(&statuses, NoResult), "");
    }

    #[test]
    fn a_strip_is_told_in_words() {
        assert_eq!(words(&[Pass, Pass]), "2 runs: pass");
        assert_eq!(words(&[NoResult]), "1 run: no result");
        let statuses = [Pass, Fail, FailsDifferently, MissingOutput, NoResult, Pass, Fail];
        assert_eq!(
            words(&statuses),
            "7 runs: 2 pass, 2 fail, 1 fails differently, 1 missing output, 1 no result; last fail"
        );
    }
}
