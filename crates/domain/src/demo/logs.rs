//! Build logs of any length, line by line.

use runlens_api_types::Timestamp;

use super::{
    build_log,
    dice::Dice,
    history::Run,
    outcomes::Outcome,
    plan::Fate,
    suite::{Suite, Test},
    trails,
};

/// What is out of the ordinary about the bytes of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quirk {
    None,
    /// Windows-1252 rather than UTF-8.
    Latin1,
    /// One line of 300,000 characters.
    LongLine,
    /// No bytes.
    Empty,
    /// No file.
    Missing,
}

const LONG_LINE: usize = 300_000;

/// One log that is to be written.
pub(super) struct Log<'a> {
    pub(super) suite: &'a Suite,
    pub(super) run: &'a Run,
    pub(super) repository: &'a str,
    pub(super) seed: u64,
    pub(super) quirk: Quirk,
    /// How many lines, where there is room for all that has to be said.
    pub(super) lines: u64,
}

impl Log<'_> {
    /// How long a log is that nobody has asked a length of: mostly short.
    pub(super) fn usual_length(seed: u64, run: &Run) -> u64 {
        let unit = Dice::of(&[seed, 8, run.id as u64]).unit();
        500 + (300.0 * unit + 4_200.0 * unit.powi(4)) as u64
    }

    /// The lines, each with its end.
    pub(super) fn lines(&self) -> impl Iterator<Item = Vec<u8>> + Send {
        let end = if self.run.is_linux { "\n" } else { "\r\n" };
        let is_latin1 = self.quirk == Quirk::Latin1;
        self.texts().map(move |mut line| {
            line.push_str(end);
            if is_latin1 {
                encoding_rs::WINDOWS_1252.encode(&line).0.into_owned()
            } else {
                line.into_bytes()
            }
        })
    }

    fn texts(&self) -> impl Iterator<Item = String> + Send {
        let (run, seed) = (self.run, self.seed);
        let is_coloured = Dice::of(&[seed, 9, run.id as u64]).percent(40);
        let head = self.head();
        let executed = run.executed();
        let at =
            |place: usize| run.start + run.preparation + run.testing * place as i64 / executed.len() as i64;
        let tests: Vec<(i32, i64, Vec<String>)> = (0..)
            .zip(executed)
            .map(|(place, &(test, outcome))| {
                (
                    self.suite.tests[test].id,
                    at(place),
                    self.verdict(&self.suite.tests[test], outcome, at(place + 1)),
                )
            })
            .collect();
        let foot = self.foot();
        let said = head.len() + foot.len() + tests.iter().map(|(.., verdict)| verdict.len()).sum::<usize>();
        let rest = self.lines.saturating_sub(said as u64);
        // A build says only so much; what is left, the tests say in detail.
        let build = if tests.is_empty() { rest } else { rest.min(2_500) };
        let detail = rest - build;
        let total = tests.len().max(1) as u64;
        let tests = (0..).zip(tests).flat_map(move |(place, (test_id, at, verdict))| {
            let share = detail / total + u64::from(place < detail % total);
            (0..share)
                .map(move |line| build_log::detail(seed, run.id, at, test_id, line))
                .chain(verdict)
        });
        head.into_iter()
            .chain((0..build).map(move |line| build_log::build(seed, run, is_coloured, line, build)))
            .chain(tests)
            .chain(foot)
    }

    fn head(&self) -> Vec<String> {
        let run = self.run;
        let mut dice = Dice::of(&[self.seed, 10, run.id as u64]);
        let commit = &run.commit;
        let at = |seconds: i64| stamp(run.start + seconds);
        let mut lines = vec![
            format!(
                "{} [INFO] orchestrator: run {} ({}) of {} taken from the queue",
                at(0),
                run.id,
                run.platform(),
                &commit[..10]
            ),
            format!(
                "{} [INFO] orchestrator: machine ccx-{}-{} created in zone us-central1-b",
                at(1),
                run.platform(),
                run.id
            ),
            format!(
                "{} [DEBUG] orchestrator: start-up script has {} bytes, sha256 {}",
                at(1),
                dice.between(4_000, 9_000),
                dice.hex(16)
            ),
            format!(
                "{} [INFO] worker: up after {} seconds, 4 CPUs, 15.6 GiB",
                at(44),
                dice.between(21, 43)
            ),
            format!(
                "{} [INFO] web: 201 for the first report of run {}",
                at(45),
                run.id
            ),
            format!(
                "level=info time={} msg=\"worker registered\" machine=ccx-{}-{}",
                zulu(run.start + 45),
                run.platform(),
                run.id
            ),
            format!(
                "Cloning into '{}'...",
                if run.is_linux {
                    "/repository/unsafe-ccextractor"
                } else {
                    "C:\\repository\\unsafe-ccextractor"
                }
            ),
            format!(
                "remote: Enumerating objects: {}, done.",
                dice.between(38_000, 46_000)
            ),
            "remote: Counting objects: 100% (412/412), done.".to_owned(),
            "remote: Compressing objects: 100% (233/233), done.".to_owned(),
            format!("From https://github.com/{}", self.repository),
            format!(" * [new ref]         {commit} -> {}", run.branch),
            format!(
                "HEAD is now at {} {}",
                &commit[..8],
                dice.pick(&[
                    "Flush the last caption at the end of the file",
                    "Bound the page cache",
                    "Keep italics in WebVTT",
                    "Read the service descriptor once"
                ])
            ),
        ];
        if run.pull_request > 0 {
            lines.push(format!(
                "{} [INFO] worker: merged pull request {} into master without conflicts",
                at(61),
                run.pull_request
            ));
        }
        if !run.is_linux {
            lines.push("WARN  worker: the clock of this machine was 3 seconds late".to_owned());
        }
        if self.quirk == Quirk::LongLine {
            let start = format!("{} [DEBUG] worker: environment ", at(build_log::CHECKED_OUT));
            lines.push(format!("{start}{}", dice.hex(LONG_LINE - start.len())));
        }
        lines
    }

    /// What is said of a test at its end.
    fn verdict(&self, test: &Test, outcome: Outcome, at: i64) -> Vec<String> {
        let run = self.run;
        let mut dice = Dice::of(&[self.seed, 11, run.id as u64, test.id as u64]);
        let name = &self.suite.sample_of(test).name;
        let took = test.runtime * dice.between(85, 130) / 100;
        if outcome.is_pass() {
            return vec![format!(
                "{} [INFO] test_runner: #{} {name} {}: as expected after {took} ms",
                stamp(at),
                test.id,
                test.command
            )];
        }
        let mut lines = vec![format!(
            "{} [INFO] test_runner: #{} {name} {}",
            stamp(at),
            test.id,
            test.command
        )];
        if let Some(code) = outcome.wrong_exit() {
            lines.push(format!(
                "{} [ERROR] test_runner: #{}: exit code {code}, expected {}",
                stamp(at),
                test.id,
                test.expected_rc
            ));
        }
        match outcome {
            Outcome::Crash(_) => lines.push(format!(
                "FATAL test_runner: #{}: the program was ended by the system, core dumped",
                test.id
            )),
            Outcome::Missing => lines.push(format!(
                "error: test_runner: #{}: an expected output was not produced",
                test.id
            )),
            Outcome::Wrong(_) | Outcome::WrongBoth(..) => {
                lines.push(format!(
                    "{} WARN test_runner: #{}: the output differs in {} lines",
                    stamp(at),
                    test.id,
                    dice.between(1, 90)
                ));
            }
            _ => {}
        }
        lines
    }

    fn foot(&self) -> Vec<String> {
        let run = self.run;
        let failed = run
            .executed()
            .iter()
            .filter(|(_, outcome)| !outcome.is_pass())
            .count();
        let reports = trails::trail(run, self.seed);
        let end = reports.last().map_or(run.start, |(_, at, _)| *at);
        match run.fate {
            Fate::Completed | Fate::Retried(_) => vec![
                format!(
                    "{} [INFO] test_runner: {} tests, {failed} failed",
                    stamp(end - 4),
                    run.executed().len()
                ),
                format!("{} [INFO] worker: uploading outputs to storage", stamp(end - 3)),
                format!("level=warn time={} msg=\"slow upload\" seconds=3", zulu(end - 1)),
                format!(
                    "{} [INFO] orchestrator: run {} completed, machine deleted",
                    stamp(end),
                    run.id
                ),
            ],
            Fate::Error => vec![
                format!(
                    "{} CRITICAL test_runner: the list of regression tests could not be read: unexpected end of XML at line 1",
                    stamp(end - 1)
                ),
                format!(
                    "{} [INFO] orchestrator: run {} completed without results",
                    stamp(end),
                    run.id
                ),
            ],
            Fate::Canceled(_) => {
                let canceled = reports.iter().filter(|(status, ..)| *status == "canceled");
                let lines = canceled.flat_map(|(_, at, message)| {
                    let mut lines = message.lines();
                    let first = format!(
                        "{} [ERROR] worker: {}",
                        stamp(*at),
                        lines.next().unwrap_or_default()
                    );
                    std::iter::once(first).chain(lines.map(str::to_owned))
                });
                lines.collect()
            }
            _ => Vec::new(),
        }
    }
}

/// `2026-06-27 12:42:03`.
pub(super) fn stamp(at: i64) -> String {
    zulu(at).replace('T', " ").replace('Z', "")
}

fn zulu(at: i64) -> String {
    Timestamp::from_unix(at)
        .map(|at| at.to_string())
        .unwrap_or_default()
}
