//! Rate limits.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// Value of a setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    On,
    Off,
}

#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct LimitOptions {
    /// Enforce rate limits; `off` for benchmarks [default: on]
    #[arg(long, global = true, env = "RUNLENS_RATE_LIMITS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limits: Option<Switch>,
    /// Reads per token, or per address without a token, in 60 seconds [default: 120]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_READS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_reads: Option<u32>,
    /// Writes per client in 60 seconds [default: 20]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_WRITES", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_writes: Option<u32>,
    /// Reads per browser in 60 seconds [default: 600]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_BROWSER_READS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_browser_reads: Option<u32>,
    /// `POST /auth/tokens` requests per address in 900 seconds [default: 5]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_TOKEN_REQUESTS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_token_requests: Option<u32>,
    /// Sign-in attempts per address in 900 seconds [default: 5]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_SIGN_INS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_sign_ins: Option<u32>,
    /// Open event streams per client [default: 32]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_STREAMS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_streams: Option<u32>,
    /// Open event streams in total, enforced even with rate limits off [default: 1000]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_ALL_STREAMS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_all_streams: Option<u32>,
}

impl LimitOptions {
    pub(super) fn resolve(self) -> LimitConfig {
        let default = LimitConfig::default();
        LimitConfig {
            is_on: self.rate_limits != Some(Switch::Off),
            reads: self.limit_reads.unwrap_or(default.reads),
            writes: self.limit_writes.unwrap_or(default.writes),
            browser_reads: self.limit_browser_reads.unwrap_or(default.browser_reads),
            token_requests: self.limit_token_requests.unwrap_or(default.token_requests),
            sign_ins: self.limit_sign_ins.unwrap_or(default.sign_ins),
            streams: self.limit_streams.unwrap_or(default.streams),
            all_streams: self.limit_all_streams.unwrap_or(default.all_streams),
        }
    }
}

/// Requests and streams allowed per client.
#[derive(Clone, Debug)]
pub struct LimitConfig {
    /// If false, requests are never refused; `all_streams` still applies.
    pub is_on: bool,
    /// Per 60 seconds.
    pub reads: u32,
    /// Per 60 seconds.
    pub writes: u32,
    /// Per 60 seconds. Higher than `reads`, because a page makes several requests.
    pub browser_reads: u32,
    /// `POST /auth/tokens`, per 900 seconds.
    pub token_requests: u32,
    /// Per 900 seconds.
    pub sign_ins: u32,
    /// Event streams a client may have open at the same time.
    pub streams: u32,
    /// Event streams all clients may have open at the same time.
    pub all_streams: u32,
}

impl Default for LimitConfig {
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
