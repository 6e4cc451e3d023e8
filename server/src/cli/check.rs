//! `runlens check`.

use std::process::ExitCode;

use runlens_domain::system::CheckResult;

use super::{CommandError, open_services, print};
use crate::{config::Config, limits::RedisStore};

/// Prints one line per check; exits with a failure if any check fails.
pub(super) async fn run(config: &Config) -> Result<ExitCode, CommandError> {
    let mut results = open_services(config).await?.system.check().await;
    if let Some(redis) = &config.redis {
        let error = RedisStore::new(redis.client()).check().await.err();
        results.push(CheckResult::new(
            "redis",
            error.map(|error| format!("redis: {error}; rate limits would be counted in memory")),
        ));
    }
    for result in &results {
        match &result.error {
            None => print(&format!("OK   {}", result.subject))?,
            Some(error) => print(&format!("FAIL {error}"))?,
        }
    }
    let has_failure = results.iter().any(|result| result.error.is_some());
    Ok(if has_failure {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
