//! The demo platform: runs, results, files and logs as a busy platform has them, decided by a seed.

mod accounts;
mod artifacts;
mod build_log;
mod captions;
mod dice;
mod history;
mod logs;
mod outcomes;
mod plan;
mod rows;
mod scripts;
mod suite;
#[cfg(test)]
mod tests;
mod trails;

use std::future::ready;

use futures::{StreamExt as _, TryStreamExt as _};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, TransactionTrait as _};
use tokio::io::AsyncWriteExt as _;

pub use accounts::DemoAccount;

use crate::{
    Services,
    error::{Error, Result},
    files::FileKey,
    store::entity::{category, regression_test, sample, test, user},
};
use dice::Dice;
use history::{History, Run};
use logs::{Log, Quirk};
use outcomes::Shelf;
use plan::Fate;
use rows::{Newest, RunRows};
use suite::Suite;

/// Which demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoOptions {
    /// Number of runs.
    pub runs: u32,
    /// The same seed and the same time make the same rows and files, passwords excepted.
    pub seed: u64,
    /// Lines of one log, that of the newest completed run of master.
    pub log_lines: Option<u64>,
    /// Rounds of the password hashes.
    pub password_rounds: u32,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            runs: 120,
            seed: 1,
            log_lines: None,
            password_rounds: 1_024_000,
        }
    }
}

/// How far the filling is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoProgress {
    /// What is being done.
    pub stage: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is to do.
    pub total: u64,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoReport {
    /// Runs.
    pub runs: u32,
    /// Results of tests.
    pub results: u64,
    /// Output files.
    pub files: u64,
    /// Build logs.
    pub logs: u64,
    /// Other files that runs left behind.
    pub artifacts: u64,
    /// The run whose log has the length that was asked for.
    pub long_log: Option<i32>,
    /// The accounts, with their passwords.
    pub accounts: Vec<DemoAccount>,
}

/// Files written at the same time.
const WRITERS: usize = 16;

/// Bytes of a log that are handed on at a time.
const CHUNK: usize = 1 << 18;

/// The shortest log in which everything a run has to say finds room.
const MIN_LOG_LINES: u64 = 1_000;

/// Fills an empty embedded platform. The rows come all at once or not at all.
///
/// # Errors
/// [`Error::Unprocessable`] where the store is not the embedded one, or holds something; what the stores say otherwise.
pub async fn fill(
    platform: &Services,
    options: &DemoOptions,
    progress: &(dyn Fn(DemoProgress) + Sync),
) -> Result<DemoReport> {
    refuse_unless_empty(platform).await?;
    if options.runs == 0 || options.log_lines.is_some_and(|lines| lines < MIN_LOG_LINES) {
        return Err(Error::Unprocessable(format!(
            "A demo has at least one run, and a log of a chosen length at least {MIN_LOG_LINES} lines."
        )));
    }
    let now = platform.clock().now().unix();
    let main_repository = &platform.settings().main_repository;
    let repositories = rows::repositories(main_repository);
    let suite = Suite::new(options.seed);
    let accounts = accounts::accounts();
    let mut report = DemoReport {
        runs: options.runs,
        results: 0,
        files: 0,
        logs: 0,
        artifacts: 0,
        long_log: None,
        accounts,
    };
    let mut demo = Demo {
        platform,
        options,
        suite: &suite,
        repositories,
        shelf: Shelf::default(),
        newest: Newest::default(),
    };
    demo.newest.passed = [vec![None; suite.tests.len()], vec![None; suite.tests.len()]];

    progress(DemoProgress {
        stage: "accounts",
        done: 0,
        total: report.accounts.len() as u64,
    });
    let account_rows = accounts::rows(&report.accounts, options.password_rounds).await?;

    let transaction = platform.store.db().begin().await?;
    rows::insert(&transaction, account_rows).await?;
    let mut run_rows = RunRows::default();
    let mut history = History::new(&suite, options.seed, now, options.runs);
    let long_log = options.log_lines.and_then(|_| history.newest_completed_master());
    let mut done = 0;
    while let Some(pair) = history.next_pair() {
        for run in &pair {
            progress(DemoProgress {
                stage: "runs",
                done,
                total: options.runs.into(),
            });
            done += 1;
            run_rows.add_run(run, trails::trail(run, options.seed), &suite);
            report.results += demo.add_results(run, &mut run_rows);
        }
        let logs = pair
            .iter()
            .map(|run| demo.write_log(run, long_log == Some(run.id), progress));
        report.logs += futures::future::try_join_all(logs)
            .await?
            .into_iter()
            .map(u64::from)
            .sum::<u64>();
        for run in &pair {
            report.artifacts += demo.write_artifacts(run).await?;
        }
        report.files += demo.write_files().await?;
        if run_rows.is_full() {
            run_rows.flush(&transaction).await?;
        }
    }
    run_rows.flush(&transaction).await?;
    rows::insert_suite(
        &transaction,
        &suite,
        main_repository,
        &demo.newest,
        &mut demo.shelf,
    )
    .await?;
    report.files += demo.write_files().await?;
    report.long_log = long_log;
    transaction.commit().await?;
    progress(DemoProgress {
        stage: "runs",
        done,
        total: options.runs.into(),
    });
    Ok(report)
}

async fn refuse_unless_empty(platform: &Services) -> Result<()> {
    let refuse = |why: String| Err(Error::Unprocessable(why));
    if !platform.store.is_embedded() {
        return refuse(
            "A demo platform is made only in an SQLite database, never in the platform's own MariaDB."
                .to_owned(),
        );
    }
    let db = platform.store.db();
    for (what, count) in [
        ("runs", test::Entity::find().count(db).await?),
        (
            "regression tests",
            regression_test::Entity::find().count(db).await?,
        ),
        ("samples", sample::Entity::find().count(db).await?),
        ("categories", category::Entity::find().count(db).await?),
        ("accounts", user::Entity::find().count(db).await?),
    ] {
        if count > 0 {
            return refuse(format!(
                "This database already holds {count} {what}. A demo platform is made only in an empty one: name another file."
            ));
        }
    }
    Ok(())
}

struct Demo<'a> {
    platform: &'a Services,
    options: &'a DemoOptions,
    suite: &'a Suite,
    repositories: Vec<String>,
    shelf: Shelf,
    newest: Newest,
}

impl Demo<'_> {
    /// Adds what became of a run's tests; the number of results.
    fn add_results(&mut self, run: &Run, rows: &mut RunRows) -> u64 {
        let side = usize::from(!run.is_linux);
        let mut dice = Dice::of(&[self.options.seed, 15, run.id as u64]);
        for &(test, outcome) in run.executed() {
            rows.add_result(outcome.rows(run.id, &self.suite.tests[test], &mut self.shelf, &mut dice));
            if run.is_master && run.is_completed() && outcome.is_pass() {
                self.newest.passed[side][test] = Some(run.id);
            }
        }
        if run.is_master {
            self.newest.master = Some(run.commit.clone());
            if run.is_completed() {
                self.newest.completed[side] = Some(run.commit.clone());
            }
        }
        run.executed().len() as u64
    }

    /// Writes the output files that are new; how many.
    async fn write_files(&mut self) -> Result<u64> {
        let files = &self.platform.files;
        let pending = self.shelf.take_pending();
        let count = pending.len() as u64;
        futures::stream::iter(pending)
            .map(|(key, bytes)| async move { files.put(&key, bytes).await })
            .buffer_unordered(WRITERS)
            .try_for_each(|()| ready(Ok(())))
            .await?;
        Ok(count)
    }

    /// Writes what a run leaves behind besides its log and its outputs; how many files.
    async fn write_artifacts(&self, run: &Run) -> Result<u64> {
        let artifacts = artifacts::artifacts(self.suite, run, self.options.seed);
        let count = artifacts.len() as u64;
        for (name, bytes) in artifacts {
            if let Some(key) = FileKey::artifact(run.id, name) {
                self.platform.files.put(&key, bytes).await?;
            }
        }
        Ok(count)
    }

    /// Writes the log of a run, if it has one, without ever holding all of it.
    async fn write_log(
        &self,
        run: &Run,
        is_long: bool,
        progress: &(dyn Fn(DemoProgress) + Sync),
    ) -> Result<bool> {
        let seed = self.options.seed;
        let quirk = if is_long { Quirk::None } else { quirk(run) };
        if !run.has_machine() || quirk == Quirk::Missing {
            return Ok(false);
        }
        let key = FileKey::log(run.id);
        if quirk == Quirk::Empty {
            self.platform.files.put(&key, Vec::new()).await?;
            return Ok(true);
        }
        let lines = self
            .options
            .log_lines
            .filter(|_| is_long)
            .unwrap_or_else(|| Log::usual_length(seed, run));
        let repository = &self.repositories[run.fork_id as usize - 1];
        let log = Log {
            suite: self.suite,
            run,
            repository,
            seed,
            quirk,
            lines,
        };
        let mut writer = self.platform.files.writer(&key).await?;
        let failed = |error: std::io::Error| {
            Error::Internal(format!("the log of run {} could not be written: {error}", run.id))
        };
        let mut chunk = Vec::with_capacity(CHUNK + 4_096);
        for (done, line) in (1..).zip(log.lines()) {
            chunk.extend_from_slice(&line);
            if chunk.len() >= CHUNK {
                writer.write_all(&chunk).await.map_err(failed)?;
                chunk.clear();
                if is_long {
                    progress(DemoProgress {
                        stage: "long log",
                        done,
                        total: lines,
                    });
                }
            }
        }
        writer.write_all(&chunk).await.map_err(failed)?;
        writer.shutdown().await.map_err(failed)?;
        Ok(true)
    }
}

/// What is out of the ordinary about the log of a run.
fn quirk(run: &Run) -> Quirk {
    // The newest runs that are looked at have ordinary logs; each kind comes again, now and then.
    if run.fate != Fate::Completed {
        return Quirk::None;
    }
    match (run.age % 30, run.is_linux) {
        (5, true) => Quirk::LongLine,
        (6, false) => Quirk::Latin1,
        (7, true) => Quirk::Empty,
        (7, false) => Quirk::Missing,
        _ => Quirk::None,
    }
}
