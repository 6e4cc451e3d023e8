//! The plan of the history: the commit of each pair of runs, and what goes wrong with the pair.

use super::{
    outcomes::Outcome,
    progress_reports::{
        INFRA_FAILURES, MANUAL_CANCELLATIONS, MERGE_CONFLICT, PLATFORM_CANCELLATIONS, Scenario,
        TRANSIENT_FAILURES,
    },
    seeded_rng::SeededRng,
};

/// Owners of forks of the main repository, all invented.
pub(super) const FORKS: [&str; 8] = [
    "caption-lab",
    "tv-reiter",
    "amelia-okafor",
    "subtle-bits",
    "openbroadcast",
    "jonas-wik",
    "rj-mendes",
    "northline-media",
];

pub(super) const BRANCHES: [&str; 20] = [
    "fix/teletext-page-wrap",
    "rust-708-service-decoder",
    "fix-vobsub-offset",
    "hardsubx-tesseract-5",
    "feature/webvtt-styles",
    "cmake-ffmpeg7",
    "mp4-tx3g-italics",
    "xds-ratings-overflow",
    "refactor/demuxer-ownership",
    "fix-wtv-timestamps",
    "ci/windows-vcpkg-cache",
    "dvbsub-region-cache",
    "ocr-line-split",
    "latin1-fallback",
    "spupng-bounds-check",
    "no-rollup-flush",
    "isdb-drcs",
    "ttxt-without-bom",
    "perf/utf8-tables",
    "fix/goppts-rounding",
];

/// Number of the newest pull request.
const NEWEST_PULL_REQUEST: i32 = 2290;

/// Why a run was canceled, with an index into the scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancellation {
    InfraFailure(usize),
    ByPlatform(usize),
    Manual(usize),
}

impl Cancellation {
    pub(super) fn scenario(self) -> &'static Scenario {
        match self {
            Self::InfraFailure(scenario) => &INFRA_FAILURES[scenario],
            Self::ByPlatform(scenario) => &PLATFORM_CANCELLATIONS[scenario],
            Self::Manual(scenario) => &MANUAL_CANCELLATIONS[scenario],
        }
    }
}

/// The final state of a run, or its current state if it has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlannedOutcome {
    Queued,
    Preparing,
    Testing,
    Completed,
    /// Completed after one of `TRANSIENT_FAILURES`.
    Retried(usize),
    /// Completed without results.
    Error,
    Incomplete,
    Canceled(Cancellation),
}

/// Origin of the commit of a pair of runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Master,
    PullRequest(usize),
    Chosen,
}

/// A deviation from a pair of completed runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PairEvent {
    InfraFailure { on_linux: bool, scenario: usize },
    CanceledByPlatform(usize),
    CanceledManually(usize),
    Error,
    Incomplete,
    ChosenTests,
    TransientFailure(usize),
}

/// Returns the event of a pair, by its position counted from the newest.
fn pair_event(age: usize) -> Option<PairEvent> {
    Some(match age {
        0..3 => return None,
        _ if age % 14 == 3 => PairEvent::InfraFailure {
            on_linux: false,
            scenario: age / 14 * 2 % INFRA_FAILURES.len(),
        },
        _ if age % 14 == 9 => PairEvent::InfraFailure {
            on_linux: true,
            scenario: (age / 14 * 2 + 1) % INFRA_FAILURES.len(),
        },
        _ if age % 18 == 8 => PairEvent::CanceledByPlatform(age / 18 % PLATFORM_CANCELLATIONS.len()),
        _ if age % 20 == 13 => PairEvent::CanceledManually(age / 20 % MANUAL_CANCELLATIONS.len()),
        _ if age % 24 == 5 => PairEvent::Error,
        _ if age % 37 == 11 => PairEvent::Incomplete,
        _ if age % 16 == 7 => PairEvent::ChosenTests,
        _ if age % 16 == 10 => PairEvent::TransientFailure(age / 16 % TRANSIENT_FAILURES.len()),
        _ => return None,
    })
}

/// A changed outcome of a test in a pull request: on Linux, on Windows.
#[derive(Debug)]
pub(super) struct Effect {
    pub(super) test: usize,
    pub(super) outcome: [Option<Outcome>; 2],
    /// Number of pushes until the pull request fixes it.
    pub(super) pushes: u32,
}

#[derive(Debug)]
pub(super) struct PullRequest {
    pub(super) number: i32,
    pub(super) branch: String,
    pub(super) is_merged: bool,
    pub(super) pushes_left: u32,
    pub(super) push_count: u32,
    /// `None` before the first push.
    pub(super) effects: Option<Vec<Effect>>,
}

/// Returns the planned outcome of a run, by the position of its pair counted from the newest.
pub(super) fn planned_outcome(age: usize, is_linux: bool, is_oldest: bool) -> PlannedOutcome {
    match age {
        0 => return PlannedOutcome::Queued,
        1 => {
            return if is_linux {
                PlannedOutcome::Testing
            } else {
                PlannedOutcome::Preparing
            };
        }
        2 => {
            return if is_linux {
                PlannedOutcome::Completed
            } else {
                PlannedOutcome::Testing
            };
        }
        _ => {}
    }
    match pair_event(age) {
        Some(PairEvent::InfraFailure { on_linux, scenario }) if on_linux == is_linux => {
            PlannedOutcome::Canceled(Cancellation::InfraFailure(scenario))
        }
        Some(PairEvent::CanceledByPlatform(scenario)) if !is_oldest => {
            PlannedOutcome::Canceled(Cancellation::ByPlatform(scenario))
        }
        Some(PairEvent::CanceledManually(scenario)) if is_linux => {
            PlannedOutcome::Canceled(Cancellation::Manual(scenario))
        }
        Some(PairEvent::Error) if !is_linux => PlannedOutcome::Error,
        Some(PairEvent::Incomplete) if is_linux => PlannedOutcome::Incomplete,
        Some(PairEvent::TransientFailure(scenario)) if is_linux => PlannedOutcome::Retried(scenario),
        _ => PlannedOutcome::Completed,
    }
}

/// Returns the origin of each pair's commit, oldest first, and the pull requests.
pub(super) fn plan(seed: u64, pairs: usize) -> (Vec<Source>, Vec<PullRequest>) {
    let mut rng = SeededRng::new(&[seed, 3]);
    let mut pull_requests: Vec<PullRequest> = Vec::new();
    let mut open: Vec<(usize, u32)> = Vec::new();
    let mut sources = Vec::with_capacity(pairs);
    for age in (0..pairs).rev() {
        let is_oldest = age + 1 == pairs;
        sources.push(match pair_event(age) {
            _ if is_oldest || matches!(age, 2 | 4) => Source::Master,
            Some(PairEvent::ChosenTests) => Source::Chosen,
            // Merge conflicts and cancellations by the platform happen to pull requests only.
            None | Some(PairEvent::Error | PairEvent::TransientFailure(_)) if age > 1 && rng.chance(42) => {
                Source::Master
            }
            Some(PairEvent::InfraFailure { scenario, .. })
                if scenario != MERGE_CONFLICT && rng.chance(42) =>
            {
                Source::Master
            }
            _ => {
                while open.len() < 4 {
                    let index = pull_requests.len();
                    open.push((index, rng.between(1, 7) as u32));
                    let round = index / BRANCHES.len();
                    let branch = BRANCHES[index % BRANCHES.len()];
                    pull_requests.push(PullRequest {
                        number: 0,
                        branch: if round == 0 {
                            branch.to_owned()
                        } else {
                            format!("{branch}-{}", round + 1)
                        },
                        is_merged: rng.chance(60),
                        pushes_left: 0,
                        push_count: 0,
                        effects: None,
                    });
                }
                let position = rng.index(open.len());
                let (index, pushes) = &mut open[position];
                let index = *index;
                pull_requests[index].pushes_left += 1;
                *pushes -= 1;
                if *pushes == 0 {
                    open.remove(position);
                }
                Source::PullRequest(index)
            }
        });
    }
    // Pull requests that are still open are not merged.
    for (index, _) in open {
        pull_requests[index].is_merged = false;
    }
    let mut number = NEWEST_PULL_REQUEST;
    for pull_request in pull_requests.iter_mut().rev() {
        pull_request.number = number;
        number = (number - rng.between(1, 9) as i32).max(1);
    }
    (sources, pull_requests)
}
