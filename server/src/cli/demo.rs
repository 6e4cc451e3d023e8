//! `runlens demo`.

use std::sync::{Mutex, PoisonError};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use runlens_domain::demo::{self, DemoOptions, DemoProgress, DemoReport};

use super::{CommandError, open_services, print};
use crate::config::Config;

#[derive(Args)]
pub struct DemoArgs {
    /// Number of runs
    #[arg(long, default_value_t = DemoOptions::default().runs)]
    runs: u32,
    /// Seed of the generator; the same seed generates the same runs
    #[arg(long, default_value_t = DemoOptions::default().seed)]
    seed: u64,
    /// Number of lines in the log of the newest completed master run
    #[arg(long)]
    log_lines: Option<u64>,
}

pub(super) async fn run(config: &Config, args: &DemoArgs) -> Result<(), CommandError> {
    if config.files.root.is_none() {
        return Err(CommandError::Usage(
            "the demo writes files: set RUNLENS_FILES_ROOT to a directory".to_owned(),
        ));
    }
    let services = open_services(config).await?;
    let options = DemoOptions {
        runs: args.runs,
        seed: args.seed,
        log_lines: args.log_lines,
        ..DemoOptions::default()
    };
    // Hidden unless standard error is a terminal.
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:12} {wide_bar} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    let stage = Mutex::new("");
    let report = demo::fill(&services, &options, &|progress| {
        show_progress(&bar, &stage, progress);
    })
    .await;
    bar.finish_and_clear();
    print_report(&report?)
}

fn show_progress(bar: &ProgressBar, stage: &Mutex<&'static str>, progress: DemoProgress) {
    let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
    if *stage != progress.stage {
        *stage = progress.stage;
        bar.set_message(progress.stage);
        bar.reset_eta();
    }
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}

fn print_report(report: &DemoReport) -> Result<(), CommandError> {
    let DemoReport {
        runs,
        results,
        files,
        logs,
        artifacts,
        ..
    } = report;
    print(&format!(
        "Created {runs} runs with {results} results, {files} output files, {logs} logs and {artifacts} artifacts."
    ))?;
    if let Some(run) = report.long_log {
        print(&format!("Long log: run {run}."))?;
    }
    print("\nSign-in accounts (passwords are shown only once):")?;
    for account in &report.accounts {
        print(&format!(
            "  {:<12} {:<28} {}",
            account.role.to_string(),
            account.email,
            account.password
        ))?;
    }
    Ok(())
}
