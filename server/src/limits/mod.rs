//! Rate limits: fixed windows, each beginning with its key's first request.
//!
//! Who counts what is decided by the middleware; where the counts lie is behind [`RateLimitStore`].

mod memory;
mod redis;
pub(crate) mod streams;
#[cfg(test)]
mod tests;

use std::{net::IpAddr, sync::Arc};

use async_trait::async_trait;
use runlens_domain::Clock;

pub use memory::MemoryStore;
pub use redis::RedisStore;

/// Numbers of requests that a client may make.
#[derive(Clone, Debug)]
pub struct LimitSettings {
    /// Whether anybody is ever refused.
    pub is_on: bool,
    /// Reads in 60 seconds.
    pub reads: u32,
    /// Writes in 60 seconds.
    pub writes: u32,
    /// Reads of a browser in 60 seconds: a page makes several.
    pub browser_reads: u32,
    /// `POST /auth/tokens` in 900 seconds.
    pub token_requests: u32,
    /// Attempts to sign in in 900 seconds.
    pub sign_ins: u32,
    /// StreamLimiter of events that a client may have open at a time.
    pub streams: u32,
    /// StreamLimiter of events that all may have open at a time. Holds always.
    pub all_streams: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            is_on: true,
            reads: 120,
            writes: 20,
            browser_reads: 600,
            token_requests: 5,
            sign_ins: 5,
            streams: 32,
            all_streams: 1000,
        }
    }
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quota {
    /// Reads with a token, or without anything.
    Reads,
    /// Writes.
    Writes,
    /// Reads with a cookie.
    BrowserReads,
    /// Asking for tokens.
    TokenRequests,
    /// Signing in.
    SignIns,
    /// Different tokens of one address that did not work. As many as reads; beyond them no token that was never seen is looked up.
    FailingTokens,
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RateLimitKey {
    /// A bearer token, by its id.
    Token(i32),
    /// An account that has signed in, by its id.
    User(i32),
    /// An address.
    Address(IpAddr),
}

impl RateLimitKey {
    /// The client behind an address. An IPv6 client owns its whole /64 and counts once.
    pub fn at(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
            address => address,
        })
    }
}

/// What a counter says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// Requests in the window, this one included; more than the limit where it is refused.
    pub used: u32,
    /// Unix time at which the window ends, the same for whoever asks.
    pub resets_at: i64,
}

/// Where requests are counted. Every call is atomic: of any number at once, exactly as many are let through as may be.
#[async_trait]
pub trait RateLimitStore: Send + Sync {
    /// Counts a request, beginning a window of `seconds` where there is none.
    async fn count(&self, budget: Quota, client: RateLimitKey, seconds: u32, now: i64) -> Count;

    /// The count as it stands, without a further request.
    async fn peek(&self, budget: Quota, client: RateLimitKey, seconds: u32, now: i64) -> Count;

    /// State of the store that holds the counts, where that is not this process.
    ///
    /// # Errors
    /// Why it cannot be used.
    async fn check(&self) -> Option<Result<(), String>> {
        None
    }
}

/// A client's window as the client is told about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Requests that the window allows.
    pub limit: u32,
    /// Requests that are left.
    pub remaining: u32,
    /// Unix time at which it ends.
    pub resets_at: i64,
    /// Length in seconds.
    pub seconds: u32,
    /// Seconds after which the refused request may be made again; none where it is not refused.
    pub retry_after: Option<i64>,
}

/// The limits of an installation.
#[derive(Clone)]
pub struct Limits {
    settings: LimitSettings,
    counters: Arc<dyn RateLimitStore>,
    clock: Clock,
}

impl Limits {
    /// Limits that count in these counters.
    pub fn new(settings: LimitSettings, counters: Arc<dyn RateLimitStore>, clock: Clock) -> Self {
        Self {
            settings,
            counters,
            clock,
        }
    }

    /// The same limits, counted elsewhere.
    #[must_use]
    pub fn with_store(self, counters: Arc<dyn RateLimitStore>) -> Self {
        Self { counters, ..self }
    }

    /// State of the store that holds the counts, where that is not this process.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub async fn check(&self) -> Option<Result<(), String>> {
        self.counters.check().await
    }

    /// Counts a request.
    pub async fn consume(&self, budget: Quota, client: RateLimitKey) -> Window {
        if !self.settings.is_on {
            return self.peek(budget, client).await;
        }
        let (limit, seconds) = self.size(budget);
        let now = self.clock.now().unix();
        let count = self.counters.count(budget, client, seconds, now).await;
        let retry_after = (count.used > limit).then(|| (count.resets_at - now).max(1));
        Window {
            limit,
            remaining: limit.saturating_sub(count.used),
            resets_at: count.resets_at,
            seconds,
            retry_after,
        }
    }

    /// Tells what is left, without counting.
    pub async fn peek(&self, budget: Quota, client: RateLimitKey) -> Window {
        let (limit, seconds) = self.size(budget);
        let count = self
            .counters
            .peek(budget, client, seconds, self.clock.now().unix())
            .await;
        Window {
            limit,
            remaining: limit.saturating_sub(count.used),
            resets_at: count.resets_at,
            seconds,
            retry_after: None,
        }
    }

    /// The window of a client whose next request would be refused; none where it would not.
    pub async fn exhausted(&self, budget: Quota, client: RateLimitKey) -> Option<Window> {
        let window = self.peek(budget, client).await;
        let retry_after = (window.resets_at - self.clock.now().unix()).max(1);
        (self.settings.is_on && window.remaining == 0).then_some(Window {
            retry_after: Some(retry_after),
            ..window
        })
    }

    fn size(&self, budget: Quota) -> (u32, u32) {
        let settings = &self.settings;
        match budget {
            Quota::Reads | Quota::FailingTokens => (settings.reads, 60),
            Quota::Writes => (settings.writes, 60),
            Quota::BrowserReads => (settings.browser_reads, 60),
            Quota::TokenRequests => (settings.token_requests, 900),
            Quota::SignIns => (settings.sign_ins, 900),
        }
    }
}
