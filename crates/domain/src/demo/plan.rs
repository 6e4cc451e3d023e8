//! What is to come in a history: where each pair of runs gets its commit from, and what goes wrong with it.

use super::{
    dice::Dice,
    outcomes::Outcome,
    trails::{BREAKDOWNS, DECISIONS, HICCUPS, MERGE_CONFLICT, PEOPLE, Story},
};

/// Forks of the repository besides the main one. Their owners are invented.
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

/// The number of the newest pull request.
const NEWEST_PULL_REQUEST: i32 = 2290;

/// Which way a run was canceled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cancellation {
    Breakdown(usize),
    Decision(usize),
    Person(usize),
}

impl Cancellation {
    /// What was reported.
    pub(super) fn get(self) -> &'static Story {
        match self {
            Self::Breakdown(story) => &BREAKDOWNS[story],
            Self::Decision(story) => &DECISIONS[story],
            Self::Person(story) => &PEOPLE[story],
        }
    }
}

/// What becomes of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Queued,
    Preparing,
    Testing,
    Completed,
    /// Completed after something of `HICCUPS`.
    Retried(usize),
    /// Completed without results.
    Error,
    Incomplete,
    Canceled(Cancellation),
}

/// Where the commit of a pair of runs comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Master,
    PullRequest(usize),
    Chosen,
}

/// What is out of the ordinary about a pair, by its age: 0 is the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Special {
    Breakdown { on_linux: bool, story: usize },
    Decision(usize),
    Person(usize),
    Error,
    Incomplete,
    Chosen,
    Retried(usize),
}

fn special(age: usize) -> Option<Special> {
    Some(match age {
        0..3 => return None,
        _ if age % 14 == 3 => Special::Breakdown {
            on_linux: false,
            story: age / 14 * 2 % BREAKDOWNS.len(),
        },
        _ if age % 14 == 9 => Special::Breakdown {
            on_linux: true,
            story: (age / 14 * 2 + 1) % BREAKDOWNS.len(),
        },
        _ if age % 18 == 8 => Special::Decision(age / 18 % DECISIONS.len()),
        _ if age % 20 == 13 => Special::Person(age / 20 % PEOPLE.len()),
        _ if age % 24 == 5 => Special::Error,
        _ if age % 37 == 11 => Special::Incomplete,
        _ if age % 16 == 7 => Special::Chosen,
        _ if age % 16 == 10 => Special::Retried(age / 16 % HICCUPS.len()),
        _ => return None,
    })
}

/// A change that a pull request makes to the outcome of a test: on Linux, on Windows.
#[derive(Debug)]
pub(super) struct Effect {
    pub(super) test: usize,
    pub(super) outcome: [Option<Outcome>; 2],
    /// The number of pushes after which it is gone.
    pub(super) pushes: u32,
}

#[derive(Debug)]
pub(super) struct PullRequest {
    pub(super) number: i32,
    pub(super) branch: String,
    pub(super) is_merged: bool,
    /// Pushes still to come.
    pub(super) left: u32,
    pub(super) pushed: u32,
    /// Known from the first push on.
    pub(super) effects: Option<Vec<Effect>>,
}

/// What becomes of a run.
pub(super) fn fate(age: usize, is_linux: bool, is_oldest: bool) -> Fate {
    match age {
        0 => return Fate::Queued,
        1 => return if is_linux { Fate::Testing } else { Fate::Preparing },
        2 => return if is_linux { Fate::Completed } else { Fate::Testing },
        _ => {}
    }
    match special(age) {
        Some(Special::Breakdown { on_linux, story }) if on_linux == is_linux => {
            Fate::Canceled(Cancellation::Breakdown(story))
        }
        Some(Special::Decision(story)) if !is_oldest => Fate::Canceled(Cancellation::Decision(story)),
        Some(Special::Person(story)) if is_linux => Fate::Canceled(Cancellation::Person(story)),
        Some(Special::Error) if !is_linux => Fate::Error,
        Some(Special::Incomplete) if is_linux => Fate::Incomplete,
        Some(Special::Retried(story)) if is_linux => Fate::Retried(story),
        _ => Fate::Completed,
    }
}

/// Where each pair's commit comes from, oldest first, and the pull requests among them.
pub(super) fn plan(seed: u64, pairs: usize) -> (Vec<Source>, Vec<PullRequest>) {
    let mut dice = Dice::of(&[seed, 3]);
    let mut pull_requests: Vec<PullRequest> = Vec::new();
    let mut open: Vec<(usize, u32)> = Vec::new();
    let mut sources = Vec::with_capacity(pairs);
    for age in (0..pairs).rev() {
        let is_oldest = age + 1 == pairs;
        sources.push(match special(age) {
            _ if is_oldest || matches!(age, 2 | 4) => Source::Master,
            Some(Special::Chosen) => Source::Chosen,
            // Only a pull request can be in conflict with master, be closed, or wait for a newer push.
            None | Some(Special::Error | Special::Retried(_)) if age > 1 && dice.percent(42) => {
                Source::Master
            }
            Some(Special::Breakdown { story, .. }) if story != MERGE_CONFLICT && dice.percent(42) => {
                Source::Master
            }
            _ => {
                while open.len() < 4 {
                    let index = pull_requests.len();
                    open.push((index, dice.between(1, 7) as u32));
                    let round = index / BRANCHES.len();
                    let branch = BRANCHES[index % BRANCHES.len()];
                    pull_requests.push(PullRequest {
                        number: 0,
                        branch: if round == 0 {
                            branch.to_owned()
                        } else {
                            format!("{branch}-{}", round + 1)
                        },
                        is_merged: dice.percent(60),
                        left: 0,
                        pushed: 0,
                        effects: None,
                    });
                }
                let place = dice.index(open.len());
                let (index, pushes) = &mut open[place];
                let index = *index;
                pull_requests[index].left += 1;
                *pushes -= 1;
                if *pushes == 0 {
                    open.remove(place);
                }
                Source::PullRequest(index)
            }
        });
    }
    // Those still open at the end have not been merged.
    for (index, _) in open {
        pull_requests[index].is_merged = false;
    }
    let mut number = NEWEST_PULL_REQUEST;
    for pull_request in pull_requests.iter_mut().rev() {
        pull_request.number = number;
        number = (number - dice.between(1, 9) as i32).max(1);
    }
    (sources, pull_requests)
}
