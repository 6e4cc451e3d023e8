//! The runs: master with long-standing failures, and pull requests that add some of their own.

use super::{
    outcomes::Outcome,
    plan::{BRANCHES, Effect, FORKS, PlannedOutcome, PullRequest, Source, plan, planned_outcome},
    progress_reports::Stage,
    seeded_rng::SeededRng,
    suite::Suite,
};

const MINUTE_SECS: i64 = 60;
const HOUR_SECS: i64 = 60 * MINUTE_SECS;
const DAY_SECS: i64 = 24 * HOUR_SECS;

/// A planned run.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) id: i32,
    /// Position of the pair of runs, counted from the newest, which is 0.
    pub(super) age: usize,
    pub(super) is_linux: bool,
    pub(super) planned_outcome: PlannedOutcome,
    /// Row of the repository: 1 for the main one, followed by `FORKS`.
    pub(super) fork_id: i32,
    pub(super) branch: String,
    pub(super) commit: String,
    /// Number, or 0 for a run without a pull request.
    pub(super) pull_request: i32,
    pub(super) is_master: bool,
    /// Index of the account that chose the tests.
    pub(super) chosen_by: Option<usize>,
    /// Unix time.
    pub(super) start: i64,
    /// Seconds from the start to the first test.
    pub(super) preparation_secs: i64,
    /// Seconds from the first test to the end.
    pub(super) testing_secs: i64,
    /// Index of each test of the run in the suite, with its outcome.
    pub(super) outcomes: Vec<(usize, Outcome)>,
    executed_count: usize,
}

impl Run {
    /// Returns the value of the database column.
    pub(super) fn platform(&self) -> &'static str {
        if self.is_linux { "linux" } else { "windows" }
    }

    /// Whether every test was executed.
    pub(super) fn is_completed(&self) -> bool {
        matches!(
            self.planned_outcome,
            PlannedOutcome::Completed | PlannedOutcome::Retried(_)
        )
    }

    /// Whether there was a machine, which writes the log.
    pub(super) fn has_machine(&self) -> bool {
        self.reached() > Stage::Queued
    }

    /// Whether tests were started.
    pub(super) fn has_tested(&self) -> bool {
        self.reached() > Stage::Preparation
    }

    fn reached(&self) -> Stage {
        match self.planned_outcome {
            PlannedOutcome::Queued | PlannedOutcome::Preparing => Stage::Queued,
            PlannedOutcome::Canceled(cancellation) => cancellation.scenario().reached,
            _ => Stage::Testing,
        }
    }

    /// Returns the tests that were executed before the run ended or the demo was created.
    pub(super) fn executed(&self) -> &[(usize, Outcome)] {
        &self.outcomes[..self.executed_count]
    }
}

/// Generates the runs in pairs of Linux and Windows, oldest first.
pub(super) struct History<'a> {
    suite: &'a Suite,
    seed: u64,
    now: i64,
    runs: usize,
    sources: Vec<Source>,
    pull_requests: Vec<PullRequest>,
    /// Outcome of every test on the current master: on Linux, on Windows.
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

    /// Returns the id of the newest completed run of master.
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
                    planned_outcome(newest - position, is_linux, position == 0),
                    PlannedOutcome::Completed | PlannedOutcome::Retried(_)
                )
        };
        runs.find(is_completed)
            .map(|(position, is_linux)| (position * 2 + if is_linux { 1 } else { 2 }) as i32)
    }

    /// Returns the Unix times at which the runs of a pair start: on Linux, on Windows.
    fn starts(&self, age: usize, rng: &mut SeededRng) -> [i64; 2] {
        let ago = |minutes: i64| self.now - minutes * MINUTE_SECS;
        match age {
            0 => [self.now; 2],
            1 => [ago(14), ago(3)],
            2 => [ago(75), ago(33)],
            _ => {
                let interval =
                    (120 * DAY_SECS / self.sources.len() as i64).clamp(2 * HOUR_SECS, 2 * DAY_SECS);
                let linux = self.now
                    - 3 * HOUR_SECS
                    - (age as i64 - 3) * interval
                    - rng.between(0, interval * 6 / 10);
                [linux, linux + rng.between(20, 200)]
            }
        }
    }

    /// Returns the outcomes that a pull request changes.
    fn effects(&self, pull_request: &PullRequest) -> Vec<Effect> {
        let number = pull_request.number.cast_unsigned();
        let mut rng = SeededRng::new(&[self.seed, 6, number.into()]);
        if rng.chance(35) {
            return Vec::new();
        }
        let [linux, _] = &self.master;
        let active: Vec<usize> = (0..linux.len())
            .filter(|&test| self.suite.tests[test].is_active)
            .collect();
        let (passing, failing): (Vec<usize>, Vec<usize>) =
            active.into_iter().partition(|&test| linux[test].is_pass());
        let mut effects = Vec::new();
        let broken = rng.between(1, 4);
        for mistake in 0..broken {
            if passing.is_empty() {
                break;
            }
            let test = passing[rng.index(passing.len())];
            let mut fail = |is_linux| {
                Some(Outcome::failure(
                    &self.suite.tests[test],
                    number * 8 + mistake as u32,
                    is_linux,
                    &mut rng,
                ))
            };
            let mut outcome = [fail(true), fail(false)];
            // A mistake has the same effect on both platforms, except that crashes have different exit codes.
            if !matches!(
                outcome,
                [Some(Outcome::Crash(_)), _] | [_, Some(Outcome::Crash(_))]
            ) {
                outcome[1] = outcome[0];
            }
            if rng.chance(25) {
                outcome[rng.index(2)] = None;
            }
            effects.push(Effect {
                test,
                outcome,
                pushes: rng.between(1, 6) as u32,
            });
        }
        if !failing.is_empty() {
            if rng.chance(35) {
                let test = failing[rng.index(failing.len())];
                if matches!(linux[test], Outcome::Wrong(_)) {
                    let changed = Some(Outcome::Wrong(number * 8 + 7));
                    effects.push(Effect {
                        test,
                        outcome: [changed, changed],
                        pushes: u32::MAX,
                    });
                }
            }
            if rng.chance(35) {
                let test = failing[rng.index(failing.len())];
                effects.push(Effect {
                    test,
                    outcome: [Some(Outcome::Pass); 2],
                    pushes: u32::MAX,
                });
            }
        }
        effects
    }

    /// Returns the next pair, or a single run if the number of runs is odd and it is the last.
    pub(super) fn next_pair(&mut self) -> Option<Vec<Run>> {
        let position = self.position;
        let source = *self.sources.get(position)?;
        self.position += 1;
        let age = self.sources.len() - 1 - position;
        let mut rng = SeededRng::new(&[self.seed, 7, position as u64]);
        let commit = rng.hex(40);
        let mut master = self.master.clone();
        let (mut fork_id, mut branch, mut number, mut chosen_by) = (1, "master".to_owned(), 0, None);
        let mut selected: Vec<usize> = (0..self.suite.tests.len())
            .filter(|&test| self.suite.tests[test].is_active)
            .collect();
        match source {
            Source::Master => {}
            Source::PullRequest(index) => {
                if self.pull_requests[index].effects.is_none() {
                    self.pull_requests[index].effects = Some(self.effects(&self.pull_requests[index]));
                }
                let pull_request = &mut self.pull_requests[index];
                pull_request.push_count += 1;
                pull_request.pushes_left -= 1;
                // The platform records a pull request under its target repository.
                (branch, number) = (pull_request.branch.clone(), pull_request.number);
                let is_merged = pull_request.pushes_left == 0 && pull_request.is_merged;
                for effect in pull_request
                    .effects
                    .iter()
                    .flatten()
                    .filter(|effect| effect.pushes >= pull_request.push_count)
                {
                    for (side, outcome) in effect.outcome.iter().enumerate() {
                        let Some(outcome) = *outcome else { continue };
                        master[side][effect.test] = outcome;
                        // Few new failures survive the review.
                        if is_merged && (outcome.is_pass() || rng.chance(30)) {
                            self.master[side][effect.test] = outcome;
                        }
                    }
                }
            }
            Source::Chosen => {
                fork_id = rng.between(2, FORKS.len() as i64 + 1) as i32;
                branch = rng.pick(&BRANCHES).to_owned();
                chosen_by = Some(rng.index(4));
                let only_passing = (age / 16).is_multiple_of(2);
                selected.retain(|&test| !only_passing || master.iter().all(|side| side[test].is_pass()));
                let count = rng.between(3, 12) as usize;
                while selected.len() > count {
                    selected.remove(rng.index(selected.len()));
                }
            }
        }
        let starts = self.starts(age, &mut rng);
        let runs = [true, false]
            .into_iter()
            .zip(1..)
            .filter(|(_, offset)| position * 2 + offset <= self.runs);
        let runs = runs.map(|(is_linux, offset)| {
            let planned_outcome = planned_outcome(age, is_linux, position == 0);
            let outcomes: Vec<_> = selected
                .iter()
                .map(|&test| (test, master[usize::from(!is_linux)][test]))
                .collect();
            let (preparation_secs, mut testing_secs) = (rng.between(170, 420), rng.between(900, 2_000));
            let executed_count = match planned_outcome {
                PlannedOutcome::Completed | PlannedOutcome::Retried(_) => outcomes.len(),
                PlannedOutcome::Canceled(cancellation)
                    if cancellation.scenario().reached == Stage::Testing =>
                {
                    testing_secs = testing_secs * 3 / 2;
                    outcomes.len() * 7 / 10
                }
                PlannedOutcome::Testing | PlannedOutcome::Incomplete => {
                    outcomes.len() * rng.between(30, 80) as usize / 100
                }
                _ => 0,
            };
            Run {
                id: (position * 2 + offset) as i32,
                age,
                is_linux,
                planned_outcome,
                fork_id,
                branch: branch.clone(),
                commit: commit.clone(),
                pull_request: number,
                is_master: source == Source::Master,
                chosen_by,
                start: starts[usize::from(!is_linux)],
                preparation_secs,
                testing_secs,
                outcomes,
                executed_count,
            }
        });
        Some(runs.collect())
    }
}

/// Returns the outcomes of the oldest master: nearly half of the tests fail, with some differences on Windows.
fn first_master(suite: &Suite, seed: u64) -> [Vec<Outcome>; 2] {
    let mut rng = SeededRng::new(&[seed, 4]);
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
        let linux = if rng.chance(47) {
            Outcome::failure(test, 1, true, &mut rng)
        } else {
            passes(true)
        };
        let windows = match linux {
            _ if linux.is_pass() && rng.chance(8) => Outcome::failure(test, 2, false, &mut rng),
            _ if linux.is_pass() => passes(false),
            Outcome::Crash(_) => Outcome::Crash(-1_073_741_819),
            _ if rng.chance(9) => passes(false),
            Outcome::Wrong(_) if rng.chance(8) => Outcome::Wrong(2),
            same => same,
        };
        master[0].push(linux);
        master[1].push(windows);
    }
    master
}
