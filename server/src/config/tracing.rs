//! The log that the server writes.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use super::{ConfigError, non_empty};

// usvg warns about letters that the symbol font lacks by design.
const DEFAULT_FILTER: &str = "info,usvg=error";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Human-readable lines.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
pub struct TracingOptions {
    /// Log level or filter, such as `info,runlens_server=debug` [default: info,usvg=error]
    #[arg(long, global = true, env = "RUNLENS_LOG", value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Log format [default: text]
    #[arg(long, global = true, env = "RUNLENS_LOG_FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<LogFormat>,
}

impl TracingOptions {
    /// Installs the global subscriber, which writes to standard error.
    pub fn init(&self) -> Result<(), ConfigError> {
        let filter = non_empty(self.log.clone()).unwrap_or_else(|| DEFAULT_FILTER.to_owned());
        let filter = EnvFilter::try_new(filter).map_err(|error| ConfigError::value("RUNLENS_LOG", error))?;
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal());
        match self.log_format.unwrap_or_default() {
            LogFormat::Text => subscriber.init(),
            LogFormat::Json => subscriber.json().init(),
        }
        Ok(())
    }
}
