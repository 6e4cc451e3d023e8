//! The database.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{ConfigError, non_empty};

#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct DatabaseOptions {
    /// The platform's database: `sqlite://runlens.db` or `mysql://user:password@host:3306/sample_platform`
    /// [default: sqlite://runlens.db]
    #[arg(
        long,
        global = true,
        env = "RUNLENS_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_url: Option<String>,
}

impl DatabaseOptions {
    pub(super) fn resolve(self) -> Result<DatabaseConfig, ConfigError> {
        let url = non_empty(self.database_url).unwrap_or_else(|| "sqlite://runlens.db".to_owned());
        if !["sqlite:", "mysql:", "mariadb:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(ConfigError::value(
                "RUNLENS_DATABASE_URL",
                "must start with sqlite: or mysql:",
            ));
        }
        Ok(DatabaseConfig { url })
    }
}

/// Address of the database. May contain a password.
#[derive(Clone)]
pub struct DatabaseConfig {
    url: String,
}

impl DatabaseConfig {
    /// The complete address, password included.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Path of the SQLite file; `None` for an in-memory or MySQL database.
    pub fn file(&self) -> Option<PathBuf> {
        let path = self.url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path
            .split('?')
            .next()
            .filter(|path| !path.is_empty() && *path != ":memory:")?;
        Some(PathBuf::from(path))
    }
}

impl std::fmt::Debug for DatabaseConfig {
    /// Omits the account and its password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = match (self.url.split_once("://"), self.url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
            _ => self.url.clone(),
        };
        f.debug_tuple("DatabaseConfig").field(&shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::DatabaseConfig;

    #[test]
    fn debug_output_omits_the_password() {
        let database = DatabaseConfig {
            url: "mysql://runlens:p@ss@db:3306/sample_platform".to_owned(),
        };
        assert_eq!(
            format!("{database:?}"),
            r#"DatabaseConfig("mysql://…@db:3306/sample_platform")"#
        );
    }

    #[test]
    fn file_is_parsed_from_a_sqlite_url() {
        for (url, file) in [
            ("sqlite://runlens.db", Some("runlens.db")),
            (
                "sqlite:///var/lib/runlens.db?mode=rwc",
                Some("/var/lib/runlens.db"),
            ),
            ("sqlite::memory:", None),
            ("mysql://db/x", None),
        ] {
            let database = DatabaseConfig { url: url.to_owned() };
            assert_eq!(
                database.file().as_deref(),
                file.map(std::path::Path::new),
                "{url}"
            );
        }
    }
}
