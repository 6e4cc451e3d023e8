//! Settings. Precedence: flag, environment variable, TOML file (`--config`), default.
//!
//! One file per section. Its `…Options` declare each setting once, for the flag (`--database-url`), the
//! variable (`RUNLENS_DATABASE_URL`) and the TOML key (`database_url`); `resolve` validates them and fills in
//! defaults. To add a setting, add a field to a section's options and to the struct that `resolve` returns.

mod access;
mod database;
mod files;
mod http;
mod limits;
mod redis;
mod tracing;

use std::path::PathBuf;

use clap::Args;
use figment::{
    Figment,
    providers::{Format, Serialized, Toml},
};

pub use self::tracing::{LogFormat, TracingOptions};
pub use access::{AccessConfig, AccessOptions, SecretKey, parse_scopes};
pub use database::{DatabaseConfig, DatabaseOptions};
pub use files::{FilesConfig, FilesOptions};
pub use http::{CorsOrigins, HttpConfig, HttpOptions};
pub use limits::{LimitConfig, LimitOptions, Switch};
pub use redis::{RedisConfig, RedisOptions};

/// An invalid setting.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The TOML file is malformed, or a value in it has the wrong type.
    #[error("{0}")]
    File(#[from] Box<figment::Error>),
    #[error("unknown setting `{0}` in the configuration file; `runlens --help` lists all settings")]
    UnknownKey(String),
    #[error("{setting}: {error}")]
    Value {
        /// Name of the environment variable.
        setting: &'static str,
        /// What is wrong and what is allowed.
        error: String,
    },
}

impl ConfigError {
    fn value(setting: &'static str, error: impl std::fmt::Display) -> Self {
        Self::Value {
            setting,
            error: error.to_string(),
        }
    }
}

/// All settings as given by flags and environment variables.
#[derive(Args, Clone, Default)]
pub struct Options {
    /// TOML file with settings, named like the flags with `_` instead of `-`
    #[arg(long, global = true, env = "RUNLENS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub database: DatabaseOptions,
    #[command(flatten)]
    pub files: FilesOptions,
    #[command(flatten)]
    pub http: HttpOptions,
    #[command(flatten)]
    pub access: AccessOptions,
    #[command(flatten)]
    pub limits: LimitOptions,
    #[command(flatten)]
    pub redis: RedisOptions,
    #[command(flatten)]
    pub tracing: TracingOptions,
}

/// The validated settings.
#[derive(Clone, Debug)]
pub struct Config {
    pub database: DatabaseConfig,
    pub files: FilesConfig,
    pub http: HttpConfig,
    pub access: AccessConfig,
    pub limits: LimitConfig,
    /// `None` for a single instance.
    pub redis: Option<RedisConfig>,
    pub tracing: TracingOptions,
}

impl Config {
    /// Merges `options` with the TOML file they name, and validates the result.
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
        reject_unknown_keys(&file)?;
        Ok(Self {
            database: merge_sources::<DatabaseOptions>(&file, &options.database)?.resolve()?,
            files: merge_sources::<FilesOptions>(&file, &options.files)?.resolve(),
            http: merge_sources::<HttpOptions>(&file, &options.http)?.resolve()?,
            access: merge_sources::<AccessOptions>(&file, &options.access)?.resolve()?,
            limits: merge_sources::<LimitOptions>(&file, &options.limits)?.resolve(),
            redis: merge_sources::<RedisOptions>(&file, &options.redis)?.resolve()?,
            tracing: merge_sources(&file, &options.tracing)?,
        })
    }
}

/// Merges the sources of one section: `given` (flags and environment) overrides `file`.
fn merge_sources<T: serde::Serialize + serde::de::DeserializeOwned>(
    file: &Figment,
    given: &T,
) -> Result<T, ConfigError> {
    file.clone()
        .merge(Serialized::defaults(given))
        .extract()
        .map_err(|error| ConfigError::File(Box::new(error)))
}

fn reject_unknown_keys(file: &Figment) -> Result<(), ConfigError> {
    let keys = file
        .extract::<figment::value::Dict>()
        .map_err(|error| ConfigError::File(Box::new(error)))?;
    let command = Options::augment_args(clap::Command::new("runlens"));
    let is_known =
        |key: &str| key != "config" && command.get_arguments().any(|argument| argument.get_id() == key);
    keys.into_keys()
        .find(|key| !is_known(key))
        .map_or(Ok(()), |key| Err(ConfigError::UnknownKey(key)))
}

/// Trims a value. `None` if it is blank: an empty environment variable means "not set".
fn non_empty(value: Option<String>) -> Option<String> {
    value
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// Splits a list at commas and white space.
fn split_list(list: &str) -> impl Iterator<Item = &str> {
    list.split(|separator: char| separator == ',' || separator.is_whitespace())
        .filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Config, ConfigError, Options};

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        options: Options,
    }

    fn load(file: &str, flags: &[&str]) -> Result<Config, ConfigError> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("runlens.toml");
        std::fs::write(&path, file).expect("a file");
        let path = path.to_string_lossy().into_owned();
        let arguments = ["runlens", "--config", &path]
            .into_iter()
            .chain(flags.iter().copied());
        Config::load(Flags::parse_from(arguments).options)
    }

    #[test]
    fn flag_overrides_file_and_file_overrides_default() {
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
    fn error_names_the_invalid_setting_and_no_secret() {
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
        let missing = Config::load(Flags::parse_from(["runlens", "--config", "no-such-file.toml"]).options);
        assert!(
            missing
                .expect_err("no file")
                .to_string()
                .contains("no-such-file.toml")
        );
    }

    #[test]
    fn secret_key_is_required_with_mysql() {
        let config = load("database_url = \"mysql://user:password@db/x\"", &[]).expect("settings");
        let error = config
            .access
            .secret_key(&config.database)
            .expect_err("no secret")
            .to_string();
        assert!(error.contains("RUNLENS_SECRET_KEY"), "{error}");
    }
}
