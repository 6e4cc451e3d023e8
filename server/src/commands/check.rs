//! `runlens check`.

use std::process::ExitCode;

use super::{CommandError, platform, print};
use crate::config::Config;

/// One line for each thing looked at; fails where something is wrong.
pub(super) async fn run(config: &Config) -> Result<ExitCode, CommandError> {
    let findings = platform(config).await?.check().await;
    for finding in &findings {
        match &finding.problem {
            None => print(&format!("ok    {}", finding.subject))?,
            Some(problem) => print(&format!("WRONG {problem}"))?,
        }
    }
    let is_fine = findings.iter().all(|finding| finding.problem.is_none());
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
