//! The runs: a master that carries old failures, and pull requests that add a few of their own.

use super::{
    dice::Dice,
    outcomes::Outcome,
    plan::{BRANCHES, Effect, FORKS, Fate, PullRequest, Source, fate, plan},
    suite::Suite,
    trails::Stage,
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A run of the demo.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: i32,
    /// 0 for the newest pair of runs.
    pub(super) age: usize,
    pub(super) is_linux: bool,
    pub(super) fate: Fate,
    /// Row of the repository: 1 is the main one, the others follow `FORKS`.
    pub(super) fork_id: i32,
    pub(super) branch: String,
    pub(super) commit: String,
    /// 0 for none.
    pub(super) pull_request: i32,
    pub(super) is_master: bool,
    /// Who chose the tests of it, as an index of the accounts.
    pub(super) chosen_by: Option<usize>,
    /// Seconds since 1970.
    pub(super) start: i64,
    /// Seconds from the start to the first test.
    pub(super) preparation: i64,
    /// Seconds from the first test to the end.
    pub(super) testing: i64,
    /// What becomes of the tests, as indices of the suite's, that are run.
    pub(super) outcomes: Vec<(usize, Outcome)>,
    executed: usize,
}

impl Run {
    /// As the database writes it.
    pub(super) fn platform(&self) -> &'static str {
        if self.is_linux { "linux" } else { "windows" }
    }

    /// Whether every test was run and reported.
    pub(super) fn is_completed(&self) -> bool {
        matches!(self.fate, Fate::Completed | Fate::Retried(_))
    }

    /// Whether there was a machine that could write a log.
    pub(super) fn has_machine(&self) -> bool {
        self.reached() > Stage::Queued
    }

    /// Whether the first test was begun.
    pub(super) fn has_tested(&self) -> bool {
        self.reached() > Stage::Preparation
    }

    fn reached(&self) -> Stage {
        match self.fate {
            Fate::Queued | Fate::Preparing => Stage::Queued,
            Fate::Canceled(cancellation) => cancellation.get().reached,
            _ => Stage::Testing,
        }
    }

    /// The tests that had been run when the run ended, or when this demo was made.
    pub(super) fn executed(&self) -> &[(usize, Outcome)] {
        &self.outcomes[..self.executed]
    }
}

/// Tells the runs, pair by pair, oldest first.
pub(super) struct History<'a> {
    suite: &'a Suite,
    seed: u64,
    now: i64,
    runs: usize,
    sources: Vec<Source>,
    pull_requests: Vec<PullRequest>,
    /// What becomes of every test on master today: on Linux, on Windows.
    master: [Vec<Outcome>; 2],
    position: usize,
}

impl<'a> History<'a> {
    pub(super) fn new(suite: &'a Suite, seed: u64, now: i64, runs: u32) -> Self {
        let pairs = runs.div_ceil(2) as usize;
        let (sources, pull_requests) = plan(seed, pairs);
        Self {
            suite,
            seed,
            now,
            runs: runs as usize,
            sources,
            pull_requests,
            master: first_master(suite, seed),
            position: 0,
        }
    }

    /// The newest completed run of master.
    pub(super) fn newest_completed_master(&self) -> Option<i32> {
        let newest = self.sources.len().checked_sub(1)?;
        let masters = (0..=newest)
            .rev()
            .filter(|&position| self.sources[position] == Source::Master);
        let mut runs = masters.flat_map(|position| [(position, false), (position, true)]);
        let is_completed = |&(position, is_linux): &(usize, bool)| {
            let id = position * 2 + if is_linux { 1 } else { 2 };
            id <= self.runs
                && matches!(
                    fate(newest - position, is_linux, position == 0),
                    Fate::Completed | Fate::Retried(_)
                )
        };
        runs.find(is_completed)
            .map(|(position, is_linux)| (position * 2 + if is_linux { 1 } else { 2 }) as i32)
    }

    /// Seconds since 1970 when the two runs of a pair began: on Linux, on Windows.
    fn starts(&self, age: usize, dice: &mut Dice) -> [i64; 2] {
        let ago = |minutes: i64| self.now - minutes * MINUTE;
        match age {
            0 => [self.now; 2],
            1 => [ago(14), ago(3)],
            2 => [ago(75), ago(33)],
            _ => {
                let interval = (120 * DAY / self.sources.len() as i64).clamp(2 * HOUR, 2 * DAY);
                let linux =
                    self.now - 3 * HOUR - (age as i64 - 3) * interval - dice.between(0, interval * 6 / 10);
                [linux, linux + dice.between(20, 200)]
            }
        }
    }

    /// What a pull request does to the tests of master.
    fn effects(&self, pull_request: &PullRequest) -> Vec<Effect> {
        let number = pull_request.number.cast_unsigned();
        let mut dice = Dice::of(&[self.seed, 6, number.into()]);
        if dice.percent(35) {
            return Vec::new();
        }
        let [linux, _] = &self.master;
        let active: Vec<usize> = (0..linux.len())
            .filter(|&test| self.suite.tests[test].is_active)
            .collect();
        let (passing, failing): (Vec<usize>, Vec<usize>) =
            active.into_iter().partition(|&test| linux[test].is_pass());
        let mut effects = Vec::new();
        let broken = dice.between(1, 4);
        for mistake in 0..broken {
            if passing.is_empty() {
                break;
            }
            let test = passing[dice.index(passing.len())];
            let mut fail = |is_linux| {
                Some(Outcome::failure(
                    &self.suite.tests[test],
                    number * 8 + mistake as u32,
                    is_linux,
                    &mut dice,
                ))
            };
            let mut outcome = [fail(true), fail(false)];
            // The same mistake is the same on both platforms, unless it crashes: then each has its own code.
            if !matches!(
                outcome,
                [Some(Outcome::Crash(_)), _] | [_, Some(Outcome::Crash(_))]
            ) {
                outcome[1] = outcome[0];
            }
            if dice.percent(25) {
                outcome[dice.index(2)] = None;
            }
            effects.push(Effect {
                test,
                outcome,
                pushes: dice.between(1, 6) as u32,
            });
        }
        if !failing.is_empty() {
            if dice.percent(35) {
                let test = failing[dice.index(failing.len())];
                if matches!(linux[test], Outcome::Wrong(_)) {
                    let differently = Some(Outcome::Wrong(number * 8 + 7));
                    effects.push(Effect {
                        test,
                        outcome: [differently, differently],
                        pushes: u32::MAX,
                    });
                }
            }
            if dice.percent(35) {
                let test = failing[dice.index(failing.len())];
                effects.push(Effect {
                    test,
                    outcome: [Some(Outcome::Pass); 2],
                    pushes: u32::MAX,
                });
            }
        }
        effects
    }

    /// The next pair: one run where the number of runs is odd and this is the last.
    pub(super) fn next_pair(&mut self) -> Option<Vec<Run>> {
        let position = self.position;
        let source = *self.sources.get(position)?;
        self.position += 1;
        let age = self.sources.len() - 1 - position;
        let mut dice = Dice::of(&[self.seed, 7, position as u64]);
        let commit = dice.hex(40);
        let mut master = self.master.clone();
        let (mut fork_id, mut branch, mut number, mut chosen_by) = (1, "master".to_owned(), 0, None);
        let mut chosen: Vec<usize> = (0..self.suite.tests.len())
            .filter(|&test| self.suite.tests[test].is_active)
            .collect();
        match source {
            Source::Master => {}
            Source::PullRequest(index) => {
                if self.pull_requests[index].effects.is_none() {
                    self.pull_requests[index].effects = Some(self.effects(&self.pull_requests[index]));
                }
                let pull_request = &mut self.pull_requests[index];
                pull_request.pushed += 1;
                pull_request.left -= 1;
                // The platform files a pull request under the repository that it was made to.
                (branch, number) = (pull_request.branch.clone(), pull_request.number);
                let is_merged = pull_request.left == 0 && pull_request.is_merged;
                for effect in pull_request
                    .effects
                    .iter()
                    .flatten()
                    .filter(|effect| effect.pushes >= pull_request.pushed)
                {
                    for (side, outcome) in effect.outcome.iter().enumerate() {
                        let Some(outcome) = *outcome else { continue };
                        master[side][effect.test] = outcome;
                        // Reviewers let few new failures through.
                        if is_merged && (outcome.is_pass() || dice.percent(30)) {
                            self.master[side][effect.test] = outcome;
                        }
                    }
                }
            }
            Source::Chosen => {
                fork_id = dice.between(2, FORKS.len() as i64 + 1) as i32;
                branch = dice.pick(&BRANCHES).to_owned();
                chosen_by = Some(dice.index(4));
                let only_passing = (age / 16).is_multiple_of(2);
                chosen.retain(|&test| !only_passing || master.iter().all(|side| side[test].is_pass()));
                let count = dice.between(3, 12) as usize;
                while chosen.len() > count {
                    chosen.remove(dice.index(chosen.len()));
                }
            }
        }
        let starts = self.starts(age, &mut dice);
        let runs = [true, false]
            .into_iter()
            .zip(1..)
            .filter(|(_, place)| position * 2 + place <= self.runs);
        let runs = runs.map(|(is_linux, place)| {
            let fate = fate(age, is_linux, position == 0);
            let outcomes: Vec<_> = chosen
                .iter()
                .map(|&test| (test, master[usize::from(!is_linux)][test]))
                .collect();
            let (preparation, mut testing) = (dice.between(170, 420), dice.between(900, 2_000));
            let executed = match fate {
                Fate::Completed | Fate::Retried(_) => outcomes.len(),
                Fate::Canceled(cancellation) if cancellation.get().reached == Stage::Testing => {
                    testing = testing * 3 / 2;
                    outcomes.len() * 7 / 10
                }
                Fate::Testing | Fate::Incomplete => outcomes.len() * dice.between(30, 80) as usize / 100,
                _ => 0,
            };
            Run {
                id: (position * 2 + place) as i32,
                age,
                is_linux,
                fate,
                fork_id,
                branch: branch.clone(),
                commit: commit.clone(),
                pull_request: number,
                is_master: source == Source::Master,
                chosen_by,
                start: starts[usize::from(!is_linux)],
                preparation,
                testing,
                outcomes,
                executed,
            }
        });
        Some(runs.collect())
    }
}

/// Master as it has been for months: nearly half of the tests fail, on Windows a somewhat different half.
fn first_master(suite: &Suite, seed: u64) -> [Vec<Outcome>; 2] {
    let mut dice = Dice::of(&[seed, 4]);
    let mut master = [Vec::new(), Vec::new()];
    for test in &suite.tests {
        let passes = |is_linux: bool| {
            let accepted = !is_linux
                && test
                    .required()
                    .next()
                    .is_some_and(|output| output.has_accepted_variant);
            if accepted {
                Outcome::Accepted
            } else {
                Outcome::Pass
            }
        };
        let linux = if dice.percent(47) {
            Outcome::failure(test, 1, true, &mut dice)
        } else {
            passes(true)
        };
        let windows = match linux {
            _ if linux.is_pass() && dice.percent(8) => Outcome::failure(test, 2, false, &mut dice),
            _ if linux.is_pass() => passes(false),
            Outcome::Crash(_) => Outcome::Crash(-1_073_741_819),
            _ if dice.percent(9) => passes(false),
            Outcome::Wrong(_) if dice.percent(8) => Outcome::Wrong(2),
            same => same,
        };
        master[0].push(linux);
        master[1].push(windows);
    }
    master
}
