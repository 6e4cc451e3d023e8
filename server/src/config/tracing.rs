//! What is written down, and how.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use super::{ConfigError, non_empty};

// A look for migrations at every start is no news, nor is it that one of our fonts has a symbol that another has not.
const DEFAULT: &str = "info,sea_orm_migration=warn,usvg=error";

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What can be said about the log.
#[derive(Args, Clone, Debug, Default, Serialize, Deserialize)]
pub struct LogOptions {
    /// What is logged: a level, or a filter such as `info,runlens_server=debug` [default: info,sea_orm_migration=warn,usvg=error]
    #[arg(long, global = true, env = "RUNLENS_LOG", value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// How the log is written [default: text]
    #[arg(long, global = true, env = "RUNLENS_LOG_FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<LogFormat>,
}

impl LogOptions {
    /// Writes the log to standard error from now on.
    ///
    /// # Errors
    /// A filter that is none.
    pub fn start(&self) -> Result<(), ConfigError> {
        let filter = non_empty(self.log.clone()).unwrap_or_else(|| DEFAULT.to_owned());
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
