//! Who may read what, and what cookies are signed with.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use clap::Args;
use runlens_api_types::{TextEnum, auth::Scope};
use runlens_domain::clock::random_bytes;
use serde::{Deserialize, Serialize};

use super::{ConfigError, Database, non_empty};

/// The shortest secret, in bytes.
const MIN_SECRET: usize = 32;

/// What can be said about access.
#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct AccessOptions {
    /// What a visitor without an account may read [default: runs:read results:read]
    #[arg(long, global = true, env = "RUNLENS_PUBLIC_SCOPES", value_name = "SCOPES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_scopes: Option<String>,
    /// `OWNER/NAME` of the repository whose `master` is the reference [default: CCExtractor/ccextractor]
    #[arg(
        long,
        global = true,
        env = "RUNLENS_MAIN_REPOSITORY",
        value_name = "OWNER/NAME"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_repository: Option<String>,
    /// Signs cookies; at least 32 characters. Made once and kept beside an SQLite file, required with MySQL
    #[arg(
        long,
        global = true,
        env = "RUNLENS_SECRET_KEY",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_key: Option<String>,
}

impl AccessOptions {
    pub(super) fn resolve(self) -> Result<AccessConfig, ConfigError> {
        let public_scopes = self
            .public_scopes
            .unwrap_or_else(|| "runs:read results:read".to_owned());
        let public_scopes = parse_scopes(&public_scopes)
            .map_err(|fault| ConfigError::value("RUNLENS_PUBLIC_SCOPES", fault))?;
        if let Some(scope) = public_scopes
            .iter()
            .find(|scope| !scope.as_str().ends_with(":read"))
        {
            return Err(ConfigError::value(
                "RUNLENS_PUBLIC_SCOPES",
                format!("visitors only read: `{scope}` is not for them"),
            ));
        }
        let secret = non_empty(self.secret_key).map(|secret| SecretKey(secret.into_bytes()));
        if secret.as_ref().is_some_and(|secret| secret.0.len() < MIN_SECRET) {
            return Err(ConfigError::value(
                "RUNLENS_SECRET_KEY",
                format!(
                    "must have at least {MIN_SECRET} characters, such as those of `openssl rand -hex 32`"
                ),
            ));
        }
        let main_repository =
            non_empty(self.main_repository).unwrap_or_else(|| "CCExtractor/ccextractor".to_owned());
        Ok(AccessConfig {
            public_scopes,
            main_repository,
            secret,
        })
    }
}

/// Reads `runs:read results:read`, with commas or spaces.
///
/// # Errors
/// The word that is no scope.
pub fn parse_scopes(text: &str) -> Result<Vec<Scope>, String> {
    let words = text
        .split(|separator: char| separator == ',' || separator.is_whitespace())
        .filter(|word| !word.is_empty());
    words
        .map(|scope| {
            scope
                .parse::<Scope>()
                .map_err(|error| format!("`{scope}` {error}"))
        })
        .collect()
}

/// Who may read what.
#[derive(Clone, Debug)]
pub struct AccessConfig {
    /// What a visitor without an account may read.
    pub public_scopes: Vec<Scope>,
    /// `OWNER/NAME` whose `master` is the reference.
    pub main_repository: String,
    secret: Option<SecretKey>,
}

impl AccessConfig {
    /// The secret that cookies are signed with: the configured one, else that beside the SQLite file, made where there is none.
    ///
    /// # Errors
    /// None is configured although the database is not embedded, or the file cannot be read or written.
    pub fn secret_key(&self, database: &Database) -> Result<SecretKey, ConfigError> {
        if let Some(secret) = &self.secret {
            return Ok(secret.clone());
        }
        if !database.is_embedded() {
            return Err(ConfigError::value(
                "RUNLENS_SECRET_KEY",
                "is required with MySQL: take the output of `openssl rand -hex 32`",
            ));
        }
        let Some(file) = database.file() else {
            return Ok(SecretKey::random());
        };
        let path = file.with_extension("key");
        load_or_create(&path).map_err(|error| {
            ConfigError::value(
                "RUNLENS_SECRET_KEY",
                format!("is not set, and {} cannot be used: {error}", path.display()),
            )
        })
    }
}

fn load_or_create(path: &Path) -> io::Result<SecretKey> {
    let made = SecretKey::random();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => file.write_all(&made.0).map(|()| made),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let kept = fs::read(path)?;
            if kept.len() < MIN_SECRET {
                return Err(io::Error::other(format!(
                    "it has fewer than {MIN_SECRET} bytes; remove it to have a new one made"
                )));
            }
            Ok(SecretKey(kept))
        }
        Err(error) => Err(error),
    }
}

/// What cookies are signed with.
#[derive(Clone)]
pub struct SecretKey(Vec<u8>);

impl SecretKey {
    /// One that nobody knows and that ends with the process.
    pub fn random() -> Self {
        Self(random_bytes::<32>().to_vec())
    }

    /// Its bytes, at least 32.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessOptions, load_or_create};

    #[test]
    fn a_secret_is_made_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("runlens.key");
        let made = load_or_create(&path).expect("made");
        assert_eq!(load_or_create(&path).expect("read").bytes(), made.bytes());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().expect("file").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn visitors_only_read() {
        let with = |scopes: &str| {
            AccessOptions {
                public_scopes: Some(scopes.to_owned()),
                ..Default::default()
            }
            .resolve()
        };
        assert!(with("runs:read,system:read").is_ok());
        assert!(with("").is_ok());
        for scopes in ["runs:write", "tokens:manage", "runs"] {
            assert!(with(scopes).is_err(), "{scopes}");
        }
    }
}
