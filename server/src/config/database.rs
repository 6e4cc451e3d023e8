//! The database.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{ConfigError, non_empty};

/// What can be said about the database.
#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct DatabaseOptions {
    /// The platform's database: `sqlite://runlens.db` or `mysql://user:password@host:3306/sample_platform` [default: sqlite://runlens.db]
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
    pub(super) fn resolve(self) -> Result<Database, ConfigError> {
        let url = non_empty(self.database_url).unwrap_or_else(|| "sqlite://runlens.db".to_owned());
        if !["sqlite:", "mysql:", "mariadb:"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return Err(ConfigError::value(
                "RUNLENS_DATABASE_URL",
                "must begin with sqlite: or mysql:",
            ));
        }
        Ok(Database { url })
    }
}

/// Address of the database. It may hold a password.
#[derive(Clone)]
pub struct Database {
    url: String,
}

impl Database {
    /// The whole address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the database is an SQLite of Runlens' own.
    pub fn is_embedded(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// The file of an SQLite; none where it is in memory or elsewhere.
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

// The password stays out of logs.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = match (self.url.split_once("://"), self.url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
            _ => self.url.clone(),
        };
        f.debug_tuple("Database").field(&shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Database;

    #[test]
    fn a_password_is_not_shown() {
        let database = Database {
            url: "mysql://runlens:p@ss@db:3306/sample_platform".to_owned(),
        };
        assert_eq!(
            format!("{database:?}"),
            r#"Database("mysql://…@db:3306/sample_platform")"#
        );
    }

    #[test]
    fn an_sqlite_file_is_found_in_its_address() {
        for (url, file) in [
            ("sqlite://runlens.db", Some("runlens.db")),
            (
                "sqlite:///var/lib/runlens.db?mode=rwc",
                Some("/var/lib/runlens.db"),
            ),
            ("sqlite::memory:", None),
            ("mysql://db/x", None),
        ] {
            let database = Database { url: url.to_owned() };
            assert_eq!(
                database.file().as_deref(),
                file.map(std::path::Path::new),
                "{url}"
            );
        }
    }
}
