//! Public access, and the secret key of cookies.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use clap::Args;
use runlens_api_types::{TextEnum as _, auth::Scope};
use runlens_domain::clock::random_bytes;
use serde::{Deserialize, Serialize};

use super::{ConfigError, DatabaseConfig, non_empty, split_list};

const MIN_SECRET_BYTES: usize = 32;

#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct AccessOptions {
    /// Scopes of visitors without an account [default: runs:read results:read]
    #[arg(long, global = true, env = "RUNLENS_PUBLIC_SCOPES", value_name = "SCOPES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_scopes: Option<String>,
    /// `OWNER/NAME` of the repository whose `master` is the baseline [default: CCExtractor/ccextractor]
    #[arg(
        long,
        global = true,
        env = "RUNLENS_MAIN_REPOSITORY",
        value_name = "OWNER/NAME"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub main_repository: Option<String>,
    /// Key that signs cookies, at least 32 characters. Generated and stored next to an SQLite file; required with MySQL
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
            .map_err(|error| ConfigError::value("RUNLENS_PUBLIC_SCOPES", error))?;
        if let Some(scope) = public_scopes
            .iter()
            .find(|scope| !scope.as_str().ends_with(":read"))
        {
            return Err(ConfigError::value(
                "RUNLENS_PUBLIC_SCOPES",
                format!("must contain read scopes only, not `{scope}`"),
            ));
        }
        let secret = non_empty(self.secret_key).map(|secret| SecretKey(secret.into_bytes()));
        if secret
            .as_ref()
            .is_some_and(|secret| secret.0.len() < MIN_SECRET_BYTES)
        {
            return Err(ConfigError::value(
                "RUNLENS_SECRET_KEY",
                format!("must be at least {MIN_SECRET_BYTES} bytes long; `openssl rand -hex 32` prints one"),
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

/// Parses scopes separated by commas or spaces. The error names the first unknown scope and the known ones.
pub fn parse_scopes(text: &str) -> Result<Vec<Scope>, String> {
    split_list(text)
        .map(|scope| {
            scope
                .parse::<Scope>()
                .map_err(|error| format!("`{scope}` {error}"))
        })
        .collect()
}

#[derive(Clone, Debug)]
pub struct AccessConfig {
    /// Scopes of visitors without an account.
    pub public_scopes: Vec<Scope>,
    /// `OWNER/NAME` of the repository whose `master` is the baseline.
    pub main_repository: String,
    secret: Option<SecretKey>,
}

impl AccessConfig {
    /// The key that signs cookies: the configured one, or the one stored next to the SQLite file, generated
    /// at the first start.
    ///
    /// # Errors
    /// No key is configured and the database is not SQLite, or the key file cannot be read or written.
    pub fn secret_key(&self, database: &DatabaseConfig) -> Result<SecretKey, ConfigError> {
        if let Some(secret) = &self.secret {
            return Ok(secret.clone());
        }
        if !database.is_sqlite() {
            return Err(ConfigError::value(
                "RUNLENS_SECRET_KEY",
                "is required with MySQL; `openssl rand -hex 32` prints one",
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
    let new_key = SecretKey::random();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => file.write_all(&new_key.0).map(|()| new_key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let stored = fs::read(path)?;
            if stored.len() < MIN_SECRET_BYTES {
                return Err(io::Error::other(format!(
                    "it is shorter than {MIN_SECRET_BYTES} bytes; delete it to generate a new one"
                )));
            }
            Ok(SecretKey(stored))
        }
        Err(error) => Err(error),
    }
}

/// Key that signs cookies, at least 32 bytes.
#[derive(Clone)]
pub struct SecretKey(Vec<u8>);

impl SecretKey {
    /// A random key: cookies signed with it are invalid after a restart.
    pub fn random() -> Self {
        Self(random_bytes::<32>().to_vec())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SecretKey {
    /// Omits the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::{AccessOptions, load_or_create};

    #[test]
    fn secret_key_is_created_once() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("runlens.key");
        let created = load_or_create(&path).expect("created");
        assert_eq!(load_or_create(&path).expect("read").bytes(), created.bytes());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().expect("file").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn public_scopes_are_read_scopes() {
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
