//! What several instances share.

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{ConfigError, non_empty};

/// What can be said about what several instances share.
#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct RedisOptions {
    /// Redis in which several instances count requests together, such as `redis://:password@host:6379/0`, or `rediss://` by TLS
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
    pub(super) fn resolve(self) -> Result<Option<Redis>, ConfigError> {
        let open =
            |url: String| Redis::open(&url).map_err(|fault| ConfigError::value("RUNLENS_REDIS_URL", fault));
        non_empty(self.redis_url).map(open).transpose()
    }
}

/// Where Redis is. It may hold a password.
#[derive(Clone)]
pub struct Redis(redis::Client);

impl Redis {
    /// Reads an address. Nothing is connected to yet.
    ///
    /// # Errors
    /// What is wrong with the address; no part of it is in the message.
    pub fn open(url: &str) -> Result<Self, &'static str> {
        let client = redis::Client::open(url)
            .map_err(|_| "must be an address such as redis://:password@host:6379/0")?;
        if matches!(
            client.get_connection_info().addr(),
            redis::ConnectionAddr::TcpTls { .. }
        ) {
            // Other crates bring two providers, and rustls chooses none of two. It is chosen already where this fails.
            let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        }
        Ok(Self(client))
    }

    pub(crate) fn client(&self) -> &redis::Client {
        &self.0
    }
}

// The password stays out of logs.
impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Redis")
            .field(&self.0.get_connection_info().addr().to_string())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Redis;

    #[test]
    fn a_password_is_not_shown() {
        for (url, shown) in [
            ("redis://runlens:p@ss@redis:6380/2", "Redis(\"redis:6380\")"),
            ("rediss://:pass@redis", "Redis(\"redis:6379\")"),
            ("unix:///run/redis.sock?pass=pass", "Redis(\"/run/redis.sock\")"),
        ] {
            assert_eq!(format!("{:?}", Redis::open(url).expect(url)), shown);
        }
    }
}
