//! The command line: one file a command.

mod check;
mod demo;
mod serve;
mod token;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use runlens_domain::{Clock, LiveSettings, Services, Settings, files::Files, store::Store};

use crate::{
    config::{Config, ConfigError, Options},
    openapi,
};

/// Shows what CCExtractor's Sample Platform found: runs, what failed in them, and their logs.
#[derive(Parser)]
#[command(name = "runlens", version)]
pub struct Cli {
    /// Settings.
    #[command(flatten)]
    pub options: Options,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the pages and /api/v1
    Serve,
    /// Fill an empty SQLite platform with runs to look at
    Demo(demo::DemoArgs),
    /// Bearer tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Look at database, files, bucket and Redis, and say what is wrong
    Check,
    /// Print the OpenAPI document
    Openapi,
}

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// A setting that cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The domain refused or failed.
    #[error(transparent)]
    Domain(#[from] runlens_domain::Error),
    /// The operating system refused.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: String,
        /// Its answer.
        error: io::Error,
    },
    /// The command itself refuses.
    #[error("{0}")]
    Refused(String),
}

impl Cli {
    /// Does what is asked.
    ///
    /// # Errors
    /// [`CommandError`], for people.
    pub async fn run(self) -> Result<ExitCode, CommandError> {
        let config = Config::load(self.options)?;
        config.log.start()?;
        match self.command {
            Command::Serve => serve::run(config).await?,
            Command::Demo(args) => demo::run(&config, &args).await?,
            Command::Token(command) => token::run(&config, command).await?,
            Command::Check => return check::run(&config).await,
            Command::Openapi => print(openapi::document())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The platform that the settings describe.
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

/// Writes a line to standard output: what a command was asked for, and nothing else.
fn print(line: &str) -> Result<(), CommandError> {
    match writeln!(io::stdout().lock(), "{line}") {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| CommandError::Io {
            what: "writing to standard output".to_owned(),
            error,
        }),
    }
}
