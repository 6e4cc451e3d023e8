//! `runlens check`.

use std::process::ExitCode;

use runlens_domain::system::CheckResult;

use super::{CommandError, open_services, print};
use crate::{config::Config, limits::RedisStore};

/// Prints one line per check; fails if a check fails.
pub(super) async fn run(config: &Config) -> Result<ExitCode, CommandError> {
    let mut results = open_services(config).await?.system.check().await;
    if let Some(redis) = &config.redis {
        let state = RedisStore::new(redis).check().await;
        results.push(CheckResult::new(
            "redis",
            state
                .err()
                .map(|error| format!("redis: {error}; limits would be counted in memory")),
        ));
    }
    for result in &results {
        match &result.error {
            None => print(&format!("ok    {}", result.subject))?,
            Some(error) => print(&format!("WRONG {error}"))?,
        }
    }
    let is_fine = results.iter().all(|result| result.error.is_none());
    Ok(if is_fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
