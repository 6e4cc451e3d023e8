//! The demo platform: runs, results, files and logs like those of a busy platform, fixed by a seed.

mod accounts;
mod artifacts;
mod build_log;
mod captions;
mod history;
mod logs;
mod outcomes;
mod plan;
mod progress_reports;
mod rows;
mod scripts;
mod seeded_rng;
mod suite;
#[cfg(test)]
mod tests;

use std::future::ready;

use futures::{StreamExt as _, TryStreamExt as _};
use sea_orm::TransactionTrait as _;
use tokio::io::AsyncWriteExt as _;

pub use accounts::DemoAccount;

use crate::{
    Services,
    error::{Error, Result},
    files::FileKey,
    store::tables,
};
use history::{History, Run};
use logs::{Log, LogAnomaly};
use outcomes::GeneratedFiles;
use plan::PlannedOutcome;
use rows::{LatestMaster, RunRows};
use seeded_rng::SeededRng;
use suite::Suite;

/// Size and content of a demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoOptions {
    /// Number of runs.
    pub runs: u32,
    /// Equal seeds at equal times produce equal rows and files, except for passwords.
    pub seed: u64,
    /// Number of lines of the log of the newest completed run of master. Random by default.
    pub log_lines: Option<u64>,
    /// Rounds of the password hash.
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

/// Progress of [`fill`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoProgress {
    /// `accounts`, `runs` or `long log`.
    pub stage: &'static str,
    pub done: u64,
    pub total: u64,
}

/// What [`fill`] created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoReport {
    /// Runs.
    pub runs: u32,
    /// Number of test results.
    pub results: u64,
    /// Number of output files.
    pub files: u64,
    /// Number of build logs.
    pub logs: u64,
    /// Number of artifacts.
    pub artifacts: u64,
    /// The run whose log has [`DemoOptions::log_lines`] lines.
    pub long_log: Option<i32>,
    /// The accounts with their passwords, which are stored nowhere else.
    pub accounts: Vec<DemoAccount>,
}

const CONCURRENT_WRITES: usize = 16;

const WRITE_CHUNK_BYTES: usize = 1 << 18;

/// Enough lines for all messages of a run.
const MIN_LOG_LINES: u64 = 1_000;

/// Fills an empty SQLite platform, in one transaction.
///
/// # Errors
/// [`Error::Unprocessable`] if the database is not SQLite or not empty, or an option is out of range; errors of the database and
/// the file store.
pub async fn fill(
    platform: &Services,
    options: &DemoOptions,
    progress: &(dyn Fn(DemoProgress) + Sync),
) -> Result<DemoReport> {
    ensure_empty_sqlite(platform).await?;
    if options.runs == 0 || options.log_lines.is_some_and(|lines| lines < MIN_LOG_LINES) {
        return Err(Error::Unprocessable(format!(
            "A demo needs at least 1 run, and a log at least {MIN_LOG_LINES} lines."
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
        generated_files: GeneratedFiles::default(),
        latest_master: LatestMaster::default(),
    };
    demo.latest_master.passed = [vec![None; suite.tests.len()], vec![None; suite.tests.len()]];

    progress(DemoProgress {
        stage: "accounts",
        done: 0,
        total: report.accounts.len() as u64,
    });
    let account_rows = accounts::rows(&report.accounts, options.password_rounds).await?;

    let transaction = platform.store.db().begin().await?;
    tables::insert(&transaction, account_rows).await?;
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
            run_rows.add_run(run, progress_reports::progress_reports(run, options.seed), &suite);
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
        &demo.latest_master,
        &mut demo.generated_files,
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

async fn ensure_empty_sqlite(platform: &Services) -> Result<()> {
    let refuse = |why: String| Err(Error::Unprocessable(why));
    if !platform.store.is_embedded() {
        return refuse(
            "A demo can only be created in an SQLite database, not in the platform's MariaDB.".to_owned(),
        );
    }
    for (what, count) in platform.store.row_counts().await? {
        if count > 0 {
            return refuse(format!(
                "This database already holds {count} {what}. A demo can only be created in an empty database."
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
    generated_files: GeneratedFiles,
    latest_master: LatestMaster,
}

impl Demo<'_> {
    /// Adds the results of a run. Returns their number.
    fn add_results(&mut self, run: &Run, rows: &mut RunRows) -> u64 {
        let side = usize::from(!run.is_linux);
        let mut rng = SeededRng::new(&[self.options.seed, 15, run.id as u64]);
        for &(test, outcome) in run.executed() {
            rows.add_result(outcome.rows(
                run.id,
                &self.suite.tests[test],
                &mut self.generated_files,
                &mut rng,
            ));
            if run.is_master && run.is_completed() && outcome.is_pass() {
                self.latest_master.passed[side][test] = Some(run.id);
            }
        }
        if run.is_master {
            self.latest_master.commit = Some(run.commit.clone());
            if run.is_completed() {
                self.latest_master.completed[side] = Some(run.commit.clone());
            }
        }
        run.executed().len() as u64
    }

    /// Writes the new output files. Returns their number.
    async fn write_files(&mut self) -> Result<u64> {
        let files = &self.platform.files;
        let pending = self.generated_files.take_pending();
        let count = pending.len() as u64;
        futures::stream::iter(pending)
            .map(|(key, bytes)| async move { files.put(&key, bytes).await })
            .buffer_unordered(CONCURRENT_WRITES)
            .try_for_each(|()| ready(Ok(())))
            .await?;
        Ok(count)
    }

    /// Writes the artifacts of a run. Returns their number.
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

    /// Streams the log of a run to its file. Returns whether the run has a log.
    async fn write_log(
        &self,
        run: &Run,
        is_long: bool,
        progress: &(dyn Fn(DemoProgress) + Sync),
    ) -> Result<bool> {
        let seed = self.options.seed;
        let anomaly = if is_long {
            LogAnomaly::None
        } else {
            log_anomaly(run)
        };
        if !run.has_machine() || anomaly == LogAnomaly::Missing {
            return Ok(false);
        }
        let key = FileKey::log(run.id);
        if anomaly == LogAnomaly::Empty {
            self.platform.files.put(&key, Vec::new()).await?;
            return Ok(true);
        }
        let line_count = self
            .options
            .log_lines
            .filter(|_| is_long)
            .unwrap_or_else(|| Log::random_line_count(seed, run));
        let repository = &self.repositories[run.fork_id as usize - 1];
        let log = Log {
            suite: self.suite,
            run,
            repository,
            seed,
            anomaly,
            line_count,
        };
        let mut writer = self.platform.files.writer(&key).await?;
        let failed = |error: std::io::Error| {
            Error::Internal(format!("the log of run {} could not be written: {error}", run.id))
        };
        let mut chunk = Vec::with_capacity(WRITE_CHUNK_BYTES + 4_096);
        for (done, line) in (1..).zip(log.lines()) {
            chunk.extend_from_slice(&line);
            if chunk.len() >= WRITE_CHUNK_BYTES {
                writer.write_all(&chunk).await.map_err(failed)?;
                chunk.clear();
                if is_long {
                    progress(DemoProgress {
                        stage: "long log",
                        done,
                        total: line_count,
                    });
                }
            }
        }
        writer.write_all(&chunk).await.map_err(failed)?;
        writer.shutdown().await.map_err(failed)?;
        Ok(true)
    }
}

/// Returns the peculiarity of a run's log.
fn log_anomaly(run: &Run) -> LogAnomaly {
    // Recurs every 30 pairs, but never in the newest runs.
    if run.planned_outcome != PlannedOutcome::Completed {
        return LogAnomaly::None;
    }
    match (run.age % 30, run.is_linux) {
        (5, true) => LogAnomaly::LongLine,
        (6, false) => LogAnomaly::Latin1,
        (7, true) => LogAnomaly::Empty,
        (7, false) => LogAnomaly::Missing,
        _ => LogAnomaly::None,
    }
}
