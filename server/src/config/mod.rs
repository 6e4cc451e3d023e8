//! Settings: a flag beats an environment variable, that a line of the TOML file, and that the default.
//!
//! One file a section. Its `…Options` are what can be said from outside, each under one name: `--database-url`,
//! `RUNLENS_DATABASE_URL`, `database_url = "…"`. `resolve` makes of them what the program works with.

mod access;
mod database;
mod files;
mod http;
mod limits;
mod redis;
mod tracing;

use std::path::PathBuf;

use clap::{Args, CommandFactory};
use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};

use crate::limits::LimitSettings;

pub use self::tracing::{LogFormat, LogOptions};
pub use access::{AccessConfig, AccessOptions, SecretKey, parse_scopes};
pub use database::{Database, DatabaseOptions};
pub use files::{FileStores, FilesOptions};
pub use http::{Http, HttpOptions, OtherOrigins};
pub use limits::{LimitOptions, Switch};
pub use redis::{Redis, RedisOptions};

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The TOML file cannot be read, or a value in it is of the wrong kind.
    #[error("{0}")]
    File(#[from] Box<figment::Error>),
    /// The TOML file names something that is no setting.
    #[error("the settings file names `{0}`, which is no setting; `runlens --help` lists them")]
    UnknownKey(String),
    /// A value that cannot be used.
    #[error("{setting}: {fault}")]
    Value {
        /// Its environment variable.
        setting: &'static str,
        /// What is wrong, and what to do.
        fault: String,
    },
}

impl ConfigError {
    fn value(setting: &'static str, fault: impl std::fmt::Display) -> Self {
        Self::Value {
            setting,
            fault: fault.to_string(),
        }
    }
}

/// Everything that can be said from outside.
#[derive(Args, Clone, Default)]
pub struct Options {
    /// A TOML file with settings under the names of the flags, with `_` for `-`
    #[arg(long, global = true, env = "RUNLENS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database.
    #[command(flatten)]
    pub database: DatabaseOptions,
    /// Where files lie.
    #[command(flatten)]
    pub files: FilesOptions,
    /// How the server is reached.
    #[command(flatten)]
    pub http: HttpOptions,
    /// Who may read what.
    #[command(flatten)]
    pub access: AccessOptions,
    /// How much a client may ask.
    #[command(flatten)]
    pub limits: LimitOptions,
    /// What several instances share.
    #[command(flatten)]
    pub redis: RedisOptions,
    /// What is written down.
    #[command(flatten)]
    pub log: LogOptions,
}

/// The settings of an installation.
#[derive(Clone, Debug)]
pub struct Config {
    /// The database.
    pub database: Database,
    /// Where files lie.
    pub files: FileStores,
    /// How the server is reached.
    pub http: Http,
    /// Who may read what.
    pub access: AccessConfig,
    /// How much a client may ask.
    pub limits: LimitSettings,
    /// What several instances share; none for a single one.
    pub redis: Option<Redis>,
    /// What is written down.
    pub log: LogOptions,
}

impl Config {
    /// Settles the settings of this start.
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn load(options: Options) -> Result<Self, ConfigError> {
        let file = match &options.config {
            Some(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| {
                    ConfigError::value("RUNLENS_CONFIG", format!("{}: {error}", path.display()))
                })?;
                Figment::from(Toml::string(&text))
            }
            None => Figment::new(),
        };
        refuse_unknown_keys(&file)?;
        let http = merge_sources::<HttpOptions>(&file, &options.http)?.resolve()?;
        Ok(Self {
            database: merge_sources::<DatabaseOptions>(&file, &options.database)?.resolve()?,
            files: merge_sources::<FilesOptions>(&file, &options.files)?.resolve(),
            access: merge_sources::<AccessOptions>(&file, &options.access)?.resolve()?,
            limits: merge_sources::<LimitOptions>(&file, &options.limits)?.resolve(),
            redis: merge_sources::<RedisOptions>(&file, &options.redis)?.resolve()?,
            log: merge_sources::<LogOptions>(&file, &options.log)?,
            http,
        })
    }
}

/// A section: what the flags and the environment say, over what the file says.
fn merge_sources<T: serde::Serialize + serde::de::DeserializeOwned>(
    file: &Figment,
    given: &T,
) -> Result<T, ConfigError> {
    file.clone()
        .merge(Serialized::defaults(given))
        .extract()
        .map_err(|error| ConfigError::File(Box::new(error)))
}

fn refuse_unknown_keys(file: &Figment) -> Result<(), ConfigError> {
    let keys = file
        .extract::<figment::value::Dict>()
        .map_err(|error| ConfigError::File(Box::new(error)))?;
    let command = crate::cli::Cli::command();
    let is_known =
        |key: &str| key != "config" && command.get_arguments().any(|argument| argument.get_id() == key);
    keys.into_keys()
        .find(|key| !is_known(key))
        .map_or(Ok(()), |key| Err(ConfigError::UnknownKey(key)))
}

/// A value that is not empty: an empty variable says "none".
fn non_empty(value: Option<String>) -> Option<String> {
    value
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Config, ConfigError};
    use crate::cli::Cli;

    fn load(file: &str, flags: &[&str]) -> Result<Config, ConfigError> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("runlens.toml");
        std::fs::write(&path, file).expect("a file");
        let path = path.to_string_lossy().into_owned();
        let arguments = ["runlens", "check", "--config", &path]
            .into_iter()
            .chain(flags.iter().copied());
        Config::load(Cli::parse_from(arguments).options)
    }

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let file =
            "listen = \"127.0.0.1:4000\"\nlimit_reads = 7\nrate_limits = \"off\"\nraw_log_redirect = \"on\"";
        let config = load(file, &["--listen", "127.0.0.1:5000"]).expect("settings");
        assert_eq!(config.http.listen.port(), 5000);
        assert_eq!((config.limits.reads, config.limits.is_on), (7, false));
        assert_eq!(config.limits.writes, 20);
        assert!(
            config.files.redirect_raw_logs
                && !load(file, &["--raw-log-redirect", "off"])
                    .expect("settings")
                    .files
                    .redirect_raw_logs
        );
        assert_eq!(config.database.url(), "sqlite://runlens.db");
    }

    #[test]
    fn a_setting_that_cannot_be_used_is_named() {
        for (file, named) in [
            ("lisen = \"127.0.0.1:4000\"", "`lisen`"),
            ("listen = 7", "listen"),
            ("public_scopes = \"runs:fly\"", "RUNLENS_PUBLIC_SCOPES"),
            ("secret_key = \"short\"", "RUNLENS_SECRET_KEY"),
            ("trusted_proxies = \"everywhere\"", "RUNLENS_TRUSTED_PROXIES"),
            ("cors_origins = \"dashboard.example.org\"", "RUNLENS_CORS_ORIGINS"),
            (
                "cors_origins = \"https://a.example.org *\"",
                "RUNLENS_CORS_ORIGINS",
            ),
            (
                "cors_origins = \"https://a.example.org/app\"",
                "RUNLENS_CORS_ORIGINS",
            ),
            ("database_url = \"postgres://db\"", "RUNLENS_DATABASE_URL"),
            ("redis_url = \"http://:secret@redis\"", "RUNLENS_REDIS_URL"),
        ] {
            let error = load(file, &[]).expect_err(file).to_string();
            assert!(
                error.contains(named) && !error.contains("secret@"),
                "{file}: {error}"
            );
        }
        let missing =
            Config::load(Cli::parse_from(["runlens", "check", "--config", "no-such-file.toml"]).options);
        assert!(
            missing
                .expect_err("no file")
                .to_string()
                .contains("no-such-file.toml")
        );
    }

    #[test]
    fn a_secret_is_required_where_nothing_can_keep_one() {
        let config = load("database_url = \"mysql://user:password@db/x\"", &[]).expect("settings");
        let error = config
            .access
            .secret_key(&config.database)
            .expect_err("no secret")
            .to_string();
        assert!(error.contains("RUNLENS_SECRET_KEY"), "{error}");
    }
}
