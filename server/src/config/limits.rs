//! How much a client may ask.

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::limits::LimitSettings;

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// What can be said about rate limits.
#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct LimitOptions {
    /// Rate limits; `off` for benchmarks [default: on]
    #[arg(long, global = true, env = "RUNLENS_RATE_LIMITS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limits: Option<Switch>,
    /// Reads a token may make in 60 seconds, or an address where there is none [default: 120]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_READS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_reads: Option<u32>,
    /// Writes in 60 seconds [default: 20]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_WRITES", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_writes: Option<u32>,
    /// Reads a browser may make in 60 seconds [default: 600]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_BROWSER_READS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_browser_reads: Option<u32>,
    /// Tokens an address may ask for in 900 seconds [default: 5]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_TOKEN_REQUESTS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_token_requests: Option<u32>,
    /// Times an address may try to sign in in 900 seconds [default: 5]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_SIGN_INS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_sign_ins: Option<u32>,
    /// StreamLimiter of a run's events that a client may have open at a time [default: 32]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_STREAMS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_streams: Option<u32>,
    /// StreamLimiter of events that all clients may have open at a time, also where limits are off [default: 1000]
    #[arg(long, global = true, env = "RUNLENS_LIMIT_ALL_STREAMS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_all_streams: Option<u32>,
}

impl LimitOptions {
    pub(super) fn resolve(self) -> LimitSettings {
        let default = LimitSettings::default();
        LimitSettings {
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
