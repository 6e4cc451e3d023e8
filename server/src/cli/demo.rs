//! `runlens demo`.

use std::sync::Mutex;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use runlens_domain::demo::{self, DemoOptions, DemoProgress, DemoReport};

use super::{CommandError, open_services, print};
use crate::config::Config;

/// Which demo.
#[derive(Args)]
pub struct DemoArgs {
    /// Number of runs
    #[arg(long, default_value_t = DemoOptions::default().runs)]
    runs: u32,
    /// The same seed makes the same runs
    #[arg(long, default_value_t = DemoOptions::default().seed)]
    seed: u64,
    /// Lines of one log, that of the newest completed run of master
    #[arg(long)]
    log_lines: Option<u64>,
}

pub(super) async fn run(config: &Config, args: &DemoArgs) -> Result<(), CommandError> {
    if config.files.root.is_none() {
        return Err(CommandError::Refused(
            "the demo writes files: RUNLENS_FILES_ROOT must name a directory".to_owned(),
        ));
    }
    let services = open_services(config).await?;
    let options = DemoOptions {
        runs: args.runs,
        seed: args.seed,
        log_lines: args.log_lines,
        ..DemoOptions::default()
    };
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:12} {wide_bar} {human_pos}/{human_len} {eta}") {
        bar.set_style(style);
    }
    let stage = Mutex::new("");
    let report = demo::fill(&services, &options, &|progress| show(&bar, &stage, progress)).await;
    bar.finish_and_clear();
    tell(&report?)
}

fn show(bar: &ProgressBar, stage: &Mutex<&'static str>, progress: DemoProgress) {
    let mut stage = stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if *stage != progress.stage {
        *stage = progress.stage;
        bar.set_message(progress.stage);
        bar.reset_eta();
    }
    bar.set_length(progress.total);
    bar.set_position(progress.done);
}

fn tell(report: &DemoReport) -> Result<(), CommandError> {
    let DemoReport {
        runs,
        results,
        files,
        logs,
        artifacts,
        ..
    } = report;
    print(&format!(
        "{runs} runs with {results} results, {files} output files, {logs} logs and {artifacts} other files."
    ))?;
    if let Some(run) = report.long_log {
        print(&format!("The long log is that of run {run}."))?;
    }
    print("\nAccounts to sign in with; the passwords are shown this once:")?;
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
