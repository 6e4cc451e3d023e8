//! `runlens check`.

use std::process::ExitCode;

use runlens_domain::system::Finding;

use super::{CommandError, open_services, print};
use crate::{config::Config, limits::RedisStore};

/// One line for each thing looked at; fails where something is wrong.
pub(super) async fn run(config: &Config) -> Result<ExitCode, CommandError> {
    let mut findings = open_services(config).await?.check().await;
    if let Some(redis) = &config.redis {
        let state = RedisStore::new(redis).check().await;
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
