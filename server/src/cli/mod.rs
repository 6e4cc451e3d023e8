//! Command line, one file per command.

mod check;
mod demo;
mod openapi;
mod serve;
mod token;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use runlens_domain::{Clock, LiveSettings, Services, Settings, files::Files, store::Store};

use crate::config::{Config, ConfigError, Options};

/// CI run console for CCExtractor's Sample Platform: runs, failures and logs.
#[derive(Parser)]
#[command(name = "runlens", version)]
pub struct Cli {
    #[command(flatten)]
    pub options: Options,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the pages and /api/v1
    Serve,
    /// Fill an empty SQLite database with demo runs
    Demo(demo::DemoArgs),
    /// Manage bearer tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Check the database, files, bucket and Redis
    Check,
    /// Print the OpenAPI document
    Openapi,
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Domain(#[from] runlens_domain::Error),
    #[error("{action}: {error}")]
    Io {
        /// What was attempted, such as `listening on 127.0.0.1:3000`.
        action: String,
        error: io::Error,
    },
    /// The arguments or settings do not allow this command.
    #[error("{0}")]
    Usage(String),
}

impl Cli {
    /// Runs the command.
    pub async fn run(self) -> Result<ExitCode, CommandError> {
        let config = Config::load(self.options)?;
        config.tracing.init()?;
        match self.command {
            Command::Serve => serve::run(config).await?,
            Command::Demo(args) => demo::run(&config, &args).await?,
            Command::Token(command) => token::run(&config, command).await?,
            Command::Check => return check::run(&config).await,
            Command::Openapi => openapi::run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Opens the configured database and file stores.
async fn open_services(config: &Config) -> Result<Services, CommandError> {
    let store = Store::open(config.database.url())
        .await
        .map_err(runlens_domain::Error::from)?;
    let mut files = Files::none();
    if let Some(root) = &config.files.root {
        files = files.with_local(root);
    }
    if let Some(bucket) = &config.files.bucket {
        files = files.with_bucket(bucket, config.files.service_account.as_deref())?;
    }
    let settings = Settings {
        public_url: config.http.public_url.clone(),
        main_repository: config.access.main_repository.clone(),
        public_scopes: config.access.public_scopes.clone(),
        redirect_raw_logs: config.files.redirect_raw_logs,
        live: LiveSettings::default(),
    };
    Ok(Services::new(store, files, Clock::system(), settings))
}

/// Prints a line of the command's result to standard output.
fn print(line: &str) -> Result<(), CommandError> {
    match writeln!(io::stdout().lock(), "{line}") {
        // The reader, such as `head`, closed the pipe.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| CommandError::Io {
            action: "writing to standard output".to_owned(),
            error,
        }),
    }
}
