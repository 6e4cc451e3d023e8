//! Build logs of any length, generated line by line.

use runlens_api_types::Timestamp;

use super::{
    build_log,
    history::Run,
    outcomes::Outcome,
    plan::PlannedOutcome,
    progress_reports,
    seeded_rng::SeededRng,
    suite::{Suite, Test},
};

/// A peculiarity of a log file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LogAnomaly {
    None,
    /// Encoded in Windows-1252.
    Latin1,
    /// With a line of 300,000 characters.
    LongLine,
    Empty,
    /// There is no file.
    Missing,
}

const LONG_LINE_CHARS: usize = 300_000;

/// The recipe of a log.
pub(super) struct Log<'a> {
    pub(super) suite: &'a Suite,
    pub(super) run: &'a Run,
    pub(super) repository: &'a str,
    pub(super) seed: u64,
    pub(super) anomaly: LogAnomaly,
    /// Number of lines, if that is enough for all messages of the run.
    pub(super) line_count: u64,
}

impl Log<'_> {
    /// Returns a random number of lines; most logs are short.
    pub(super) fn random_line_count(seed: u64, run: &Run) -> u64 {
        let unit = SeededRng::new(&[seed, 8, run.id as u64]).fraction();
        500 + (300.0 * unit + 4_200.0 * unit.powi(4)) as u64
    }

    /// Returns the encoded lines with their line endings.
    pub(super) fn lines(&self) -> impl Iterator<Item = Vec<u8>> + Send {
        let end = if self.run.is_linux { "\n" } else { "\r\n" };
        let is_latin1 = self.anomaly == LogAnomaly::Latin1;
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
        let is_coloured = SeededRng::new(&[seed, 9, run.id as u64]).chance(40);
        let head = self.head();
        let executed = run.executed();
        let at = |index: usize| {
            run.start + run.preparation_secs + run.testing_secs * index as i64 / executed.len() as i64
        };
        let tests: Vec<(i32, i64, Vec<String>)> = (0..)
            .zip(executed)
            .map(|(index, &(test, outcome))| {
                (
                    self.suite.tests[test].id,
                    at(index),
                    self.result_lines(&self.suite.tests[test], outcome, at(index + 1)),
                )
            })
            .collect();
        let foot = self.foot();
        let message_count =
            head.len() + foot.len() + tests.iter().map(|(.., result)| result.len()).sum::<usize>();
        let filler = self.line_count.saturating_sub(message_count as u64);
        // Builds have a typical length; the tests fill the rest with details.
        let build = if tests.is_empty() {
            filler
        } else {
            filler.min(2_500)
        };
        let detail = filler - build;
        let total = tests.len().max(1) as u64;
        let tests = (0..).zip(tests).flat_map(move |(index, (test_id, at, result))| {
            let share = detail / total + u64::from(index < detail % total);
            (0..share)
                .map(move |line| build_log::detail(seed, run.id, at, test_id, line))
                .chain(result)
        });
        head.into_iter()
            .chain((0..build).map(move |line| build_log::build(seed, run, is_coloured, line, build)))
            .chain(tests)
            .chain(foot)
    }

    fn head(&self) -> Vec<String> {
        let run = self.run;
        let mut rng = SeededRng::new(&[self.seed, 10, run.id as u64]);
        let commit = &run.commit;
        let at = |seconds: i64| timestamp(run.start + seconds);
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
                rng.between(4_000, 9_000),
                rng.hex(16)
            ),
            format!(
                "{} [INFO] worker: up after {} seconds, 4 CPUs, 15.6 GiB",
                at(44),
                rng.between(21, 43)
            ),
            format!(
                "{} [INFO] web: 201 for the first report of run {}",
                at(45),
                run.id
            ),
            format!(
                "level=info time={} msg=\"worker registered\" machine=ccx-{}-{}",
                rfc3339(run.start + 45),
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
                rng.between(38_000, 46_000)
            ),
            "remote: Counting objects: 100% (412/412), done.".to_owned(),
            "remote: Compressing objects: 100% (233/233), done.".to_owned(),
            format!("From https://github.com/{}", self.repository),
            format!(" * [new ref]         {commit} -> {}", run.branch),
            format!(
                "HEAD is now at {} {}",
                &commit[..8],
                rng.pick(&[
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
        if self.anomaly == LogAnomaly::LongLine {
            let start = format!("{} [DEBUG] worker: environment ", at(build_log::CHECKOUT_SECS));
            lines.push(format!("{start}{}", rng.hex(LONG_LINE_CHARS - start.len())));
        }
        lines
    }

    /// Returns the lines about the result of a test.
    fn result_lines(&self, test: &Test, outcome: Outcome, at: i64) -> Vec<String> {
        let run = self.run;
        let mut rng = SeededRng::new(&[self.seed, 11, run.id as u64, test.id as u64]);
        let name = &self.suite.sample_of(test).name;
        let took = test.runtime_ms * rng.between(85, 130) / 100;
        if outcome.is_pass() {
            return vec![format!(
                "{} [INFO] test_runner: #{} {name} {}: as expected after {took} ms",
                timestamp(at),
                test.id,
                test.command
            )];
        }
        let mut lines = vec![format!(
            "{} [INFO] test_runner: #{} {name} {}",
            timestamp(at),
            test.id,
            test.command
        )];
        if let Some(code) = outcome.wrong_exit() {
            lines.push(format!(
                "{} [ERROR] test_runner: #{}: exit code {code}, expected {}",
                timestamp(at),
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
                    timestamp(at),
                    test.id,
                    rng.between(1, 90)
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
        let reports = progress_reports::progress_reports(run, self.seed);
        let end = reports.last().map_or(run.start, |(_, at, _)| *at);
        match run.planned_outcome {
            PlannedOutcome::Completed | PlannedOutcome::Retried(_) => vec![
                format!(
                    "{} [INFO] test_runner: {} tests, {failed} failed",
                    timestamp(end - 4),
                    run.executed().len()
                ),
                format!(
                    "{} [INFO] worker: uploading outputs to storage",
                    timestamp(end - 3)
                ),
                format!(
                    "level=warn time={} msg=\"slow upload\" seconds=3",
                    rfc3339(end - 1)
                ),
                format!(
                    "{} [INFO] orchestrator: run {} completed, machine deleted",
                    timestamp(end),
                    run.id
                ),
            ],
            PlannedOutcome::Error => vec![
                format!(
                    "{} CRITICAL test_runner: the list of regression tests could not be read: unexpected end of XML at line 1",
                    timestamp(end - 1)
                ),
                format!(
                    "{} [INFO] orchestrator: run {} completed without results",
                    timestamp(end),
                    run.id
                ),
            ],
            PlannedOutcome::Canceled(_) => {
                let canceled = reports.iter().filter(|(status, ..)| *status == "canceled");
                let lines = canceled.flat_map(|(_, at, message)| {
                    let mut lines = message.lines();
                    let first = format!(
                        "{} [ERROR] worker: {}",
                        timestamp(*at),
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

/// Formats a Unix time as `2026-06-27 12:42:03`.
pub(super) fn timestamp(at: i64) -> String {
    rfc3339(at).replace('T', " ").replace('Z', "")
}

/// Formats a Unix time as `2026-06-27T12:42:03Z`.
fn rfc3339(at: i64) -> String {
    Timestamp::from_unix(at)
        .map(|at| at.to_string())
        .unwrap_or_default()
}
