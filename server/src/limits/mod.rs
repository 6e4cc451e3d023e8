//! Rate limits: fixed windows that start with the first request of a key, and limits on open streams.
//!
//! Not based on `governor` or `limitador`: the `X-RateLimit-*` headers state the exact remainder and end of a
//! fixed window (`governor` implements GCRA, which has neither), several instances share the windows through
//! Redis, and each instance falls back to memory within 200 ms while Redis is down (`limitador` fails).

mod memory;
mod redis;
mod streams;
#[cfg(test)]
mod tests;

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;
use runlens_domain::Clock;

use crate::config::LimitConfig;

pub use self::redis::RedisStore;
pub use memory::MemoryStore;
pub use streams::StreamLimiter;
pub(crate) use streams::{StreamLimitError, StreamPermit};

/// A kind of request with a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quota {
    /// Reads with a token or without authentication.
    Reads,
    Writes,
    /// Reads with a cookie.
    BrowserReads,
    /// `POST /auth/tokens`.
    TokenRequests,
    SignIns,
    /// Invalid tokens per address, with the limit of `Reads`. Once exhausted, no unknown token is looked up.
    InvalidTokens,
}

/// Client whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RateLimitKey {
    /// ID of a bearer token.
    Token(i32),
    /// ID of a signed-in account.
    User(i32),
    Address(IpAddr),
}

impl RateLimitKey {
    /// The key of an address. All addresses of an IPv6 /64 share one key, since a single client owns them.
    pub fn from_address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
            address => address,
        })
    }
}

/// State of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Requests in the window, including refused ones.
    pub used: u32,
    /// Unix time at which the window ends.
    pub resets_at: i64,
}

/// Counters of requests. Operations are atomic: concurrent requests never exceed a limit.
#[async_trait]
pub trait RateLimitStore: Send + Sync {
    /// Counts a request. Starts a window of `window_secs` if there is none.
    async fn increment(&self, quota: Quota, key: RateLimitKey, window_secs: u32, now: i64) -> Count;

    /// Returns the count without counting a request.
    async fn peek(&self, quota: Quota, key: RateLimitKey, window_secs: u32, now: i64) -> Count;

    /// State of the external store; `None` if there is none.
    async fn check(&self) -> Option<Result<(), String>> {
        None
    }
}

/// State of a client's window, as reported to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub limit: u32,
    pub remaining: u32,
    /// Unix time at which the window ends.
    pub resets_at: i64,
    /// Length of the window.
    pub window_secs: u32,
    /// Seconds after which a refused request may be retried; `None` if it is not refused.
    pub retry_after: Option<i64>,
}

/// Applies the configured limits to the counts of a store.
#[derive(Clone)]
pub struct Limits {
    config: LimitConfig,
    store: Arc<dyn RateLimitStore>,
    clock: Clock,
}

impl Limits {
    pub fn new(config: LimitConfig, store: Arc<dyn RateLimitStore>, clock: Clock) -> Self {
        Self { config, store, clock }
    }

    /// Replaces the store.
    #[must_use]
    pub fn with_store(self, store: Arc<dyn RateLimitStore>) -> Self {
        Self { store, ..self }
    }

    /// State of the external store; `None` if there is none.
    pub async fn check(&self) -> Option<Result<(), String>> {
        self.store.check().await
    }

    /// Counts a request.
    pub async fn consume(&self, quota: Quota, key: RateLimitKey) -> Window {
        if !self.config.is_on {
            return self.peek(quota, key).await;
        }
        let (limit, window_secs) = self.limit(quota);
        let now = self.clock.now().unix();
        let count = self.store.increment(quota, key, window_secs, now).await;
        let retry_after = (count.used > limit).then(|| (count.resets_at - now).max(1));
        Window {
            limit,
            remaining: limit.saturating_sub(count.used),
            resets_at: count.resets_at,
            window_secs,
            retry_after,
        }
    }

    /// Returns the window without counting a request.
    pub async fn peek(&self, quota: Quota, key: RateLimitKey) -> Window {
        let (limit, window_secs) = self.limit(quota);
        let now = self.clock.now().unix();
        let count = self.store.peek(quota, key, window_secs, now).await;
        Window {
            limit,
            remaining: limit.saturating_sub(count.used),
            resets_at: count.resets_at,
            window_secs,
            retry_after: None,
        }
    }

    /// Returns the window if the next request would be refused.
    pub async fn exhausted(&self, quota: Quota, key: RateLimitKey) -> Option<Window> {
        let window = self.peek(quota, key).await;
        let retry_after = (window.resets_at - self.clock.now().unix()).max(1);
        (self.config.is_on && window.remaining == 0).then_some(Window {
            retry_after: Some(retry_after),
            ..window
        })
    }

    /// Requests allowed in a window, and its length in seconds.
    fn limit(&self, quota: Quota) -> (u32, u32) {
        let config = &self.config;
        match quota {
            Quota::Reads | Quota::InvalidTokens => (config.reads, 60),
            Quota::Writes => (config.writes, 60),
            Quota::BrowserReads => (config.browser_reads, 60),
            Quota::TokenRequests => (config.token_requests, 900),
            Quota::SignIns => (config.sign_ins, 900),
        }
    }
}
