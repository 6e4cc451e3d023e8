//! `runlens check`.

use std::process::ExitCode;

use runlens_domain::system::Finding;

use super::{CommandError, platform, print};
use crate::{config::Config, limits::RedisCounters};

/// One line for each thing looked at; fails where something is wrong.
pub(super) async fn run(config: &Config) -> Result<ExitCode, CommandError> {
    let mut findings = platform(config).await?.check().await;
    if let Some(redis) = &config.redis {
        let state = RedisCounters::new(redis).check().await;
        findings.push(Finding::new(
            "redis",
            state
                .err()
                .map(|error| format!("redis: {error}; limits would be counted in memory")),
        ));
    }
    for finding in &findings {
        match &finding.problem {
            None => print(&format!("ok    {}", finding.subject))?,
            Some(problem) => print(&format!("WRONG {problem}"))?,
        }
    }
    let is_fine = findings.iter().all(|finding| finding.problem.is_none());
    Ok(if is_fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
