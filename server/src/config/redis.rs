//! Redis, which several instances share.

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{ConfigError, non_empty};

#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct RedisOptions {
    /// Redis that shares rate limits between instances: `redis://:password@host:6379/0`, or `rediss://` for TLS
    #[arg(
        long,
        global = true,
        env = "RUNLENS_REDIS_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis_url: Option<String>,
}

impl RedisOptions {
    pub(super) fn resolve(self) -> Result<Option<RedisConfig>, ConfigError> {
        non_empty(self.redis_url)
            .map(|url| RedisConfig::parse(&url))
            .transpose()
            .map_err(|error| ConfigError::value("RUNLENS_REDIS_URL", error))
    }
}

/// Address of Redis. May contain a password.
#[derive(Clone)]
pub struct RedisConfig(redis::Client);

impl RedisConfig {
    /// Parses an address without connecting to it. The error message contains no part of the address.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        let client = redis::Client::open(url)
            .map_err(|_| "must be an address such as redis://:password@host:6379/0")?;
        if matches!(
            client.get_connection_info().addr(),
            redis::ConnectionAddr::TcpTls { .. }
        ) {
            // Two providers are linked in through other crates, so rustls has no default. An error means that
            // one was installed already.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        Ok(Self(client))
    }

    /// A client that is not connected yet.
    pub fn client(&self) -> redis::Client {
        self.0.clone()
    }
}

impl std::fmt::Debug for RedisConfig {
    /// Omits the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RedisConfig")
            .field(&self.0.get_connection_info().addr().to_string())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::RedisConfig;

    #[test]
    fn debug_output_omits_the_password() {
        for (url, shown) in [
            ("redis://runlens:p@ss@redis:6380/2", "redis:6380"),
            ("rediss://:pass@redis", "redis:6379"),
            ("unix:///run/redis.sock?pass=pass", "/run/redis.sock"),
        ] {
            let redis = RedisConfig::parse(url).expect(url);
            assert_eq!(format!("{redis:?}"), format!("RedisConfig({shown:?})"));
        }
    }
}
