//! The last results of master above the list: one column a run, the higher the more of its tests failed.

use leptos::prelude::*;
use runlens_api_types::{Timestamp, run::OperatingSystem};

use crate::{components::facts, data::run_lists::RunLine, format, url};

/// How many runs a strip holds.
const RUNS: usize = 24;
/// A column's measures, in pixels.
const WIDTH: u64 = 24;
const HEIGHT: u64 = 24;

/// The strips of both platforms; nothing where there is no run. `runs` are the newest first.
pub(super) fn strips(runs: &[RunLine], now: Timestamp) -> Option<AnyView> {
    let strips: Vec<AnyView> = [OperatingSystem::Linux, OperatingSystem::Windows]
        .into_iter()
        .filter_map(|platform| {
            let runs: Vec<&RunLine> = runs
                .iter()
                .filter(|run| run.platform == platform)
                .take(RUNS)
                .collect();
            strip(platform, &runs, now)
        })
        .collect();
    (!strips.is_empty()).then(|| {
        view! { <section class="master" aria-label="Last results of master">{strips}</section> }.into_any()
    })
}

fn strip(platform: OperatingSystem, runs: &[&RunLine], now: Timestamp) -> Option<AnyView> {
    let newest = runs.first()?;
    let scale = Scale::of(runs.iter().map(|run| run.failed))?;
    let name = facts::platform(platform);
    let label = format!(
        "The last {} completed runs of master on {name}, oldest first",
        runs.len()
    );
    let columns: Vec<AnyView> = runs.iter().rev().map(|run| column(run, scale, now)).collect();
    let last = match newest.failed {
        0 => "all pass".to_owned(),
        failed => format!(
            "{} of {} fail",
            format::number(failed),
            format::number(newest.total.max(newest.finished))
        ),
    };
    let when = newest.created_at.map(|at| facts::time(at, now));
    let range = match (scale.least, scale.most) {
        (least, most) if least == most => format!(
            "the same in all of the last {}",
            format::pluralize(runs.len() as u64, "run", "runs")
        ),
        (least, most) => {
            format!(
                "{} to {} in the last {}",
                format::number(least),
                format::number(most),
                format::pluralize(runs.len() as u64, "run", "runs")
            )
        }
    };
    let range = (runs.len() > 1).then(|| view! { <span class="muted">{range}</span> });
    Some(
        view! {
            <div>
                <p><b>{format!("Master on {name}")}</b> <a href=url::run(newest.id)>{last}</a> <span class="muted">{when}</span> {range}</p>
                <ol aria-label=label>{columns}</ol>
            </div>
        }
        .into_any(),
    )
}

fn column(run: &RunLine, scale: Scale, now: Timestamp) -> AnyView {
    let words = words(run, now);
    let (base, more) = scale.heights(run.failed);
    let class = if run.failed == 0 { "pass" } else { "base" };
    let more = (more > 0)
        .then(|| view! { <rect class="fail" x="1" y=HEIGHT - base - more width=WIDTH - 2 height=more/> });
    view! {
        <li>
            <a href=url::run(run.id) title=words.clone() aria-label=words>
                <svg width=WIDTH height=HEIGHT viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true">
                    <rect class=class x="1" y=HEIGHT - base width=WIDTH - 2 height=base/>
                    {more}
                </svg>
            </a>
        </li>
    }
    .into_any()
}

/// How high columns are: what fails in all runs is a base of one height, what fails beside it stands on that, so that a change of one
/// among a hundred shows.
#[derive(Clone, Copy, Debug)]
struct Scale {
    least: u64,
    most: u64,
}

impl Scale {
    /// The height of a run without a failure, and of what fails everywhere.
    const NONE: u64 = 2;
    const BASE: u64 = 6;
    /// Fewer tests more than this are not drawn as if they were all.
    const RANGE: u64 = 6;

    fn of(failed: impl Iterator<Item = u64> + Clone) -> Option<Self> {
        Some(Self {
            least: failed.clone().min()?,
            most: failed.max()?,
        })
    }

    /// The height of the base, and of what stands on it.
    fn heights(self, failed: u64) -> (u64, u64) {
        if failed == 0 {
            return (Self::NONE, 0);
        }
        let more = failed.saturating_sub(self.least) * (HEIGHT - Self::BASE)
            / (self.most - self.least).max(Self::RANGE);
        (Self::BASE, more)
    }
}

fn words(run: &RunLine, now: Timestamp) -> String {
    let result = match run.failed {
        0 => format!("all {} tests pass", format::number(run.finished)),
        failed => format!(
            "{} of {} failed",
            format::number(failed),
            format::pluralize(run.total.max(run.finished), "test", "tests")
        ),
    };
    let when = run
        .created_at
        .map(|at| format!(", {}", format::relative(at, now)))
        .unwrap_or_default();
    format!("Run {}: {result}{when}", run.id)
}

#[cfg(test)]
mod tests {
    use super::{HEIGHT, Scale};

    #[test]
    fn what_fails_in_all_runs_is_the_base_of_what_fails_in_some() {
        let scale = Scale::of([115, 118, 116].into_iter()).expect("a scale");
        assert_eq!(
            [115, 116, 118].map(|failed| scale.heights(failed)),
            [(6, 0), (6, 3), (6, 9)]
        );
        let rarely = Scale::of([0, 60].into_iter()).expect("a scale");
        assert_eq!(
            [0, 60].map(|failed| rarely.heights(failed)),
            [(2, 0), (6, HEIGHT - 6)]
        );
        let always = Scale::of([7, 7].into_iter()).expect("a scale");
        assert_eq!(always.heights(7), (6, 0));
        assert!(Scale::of([].into_iter()).is_none());
    }
}
