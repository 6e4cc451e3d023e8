//! Demo accounts: one per role, with random passwords.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use runlens_api_types::{TextEnum as _, auth::Role};
use sha_crypt::{Algorithm, Params, PasswordHasher as _, ShaCrypt};

use crate::{
    blocking::spawn_blocking,
    clock::random_bytes,
    error::{Error, Result},
    store::tables::UserRow,
};

/// A demo account. Its password is stored only as a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// Equals the name of the role.
    pub name: String,
    pub email: String,
    pub password: String,
    pub role: Role,
}

/// Returns one account per role.
pub(super) fn accounts() -> Vec<DemoAccount> {
    let account = |role: &Role| DemoAccount {
        name: role.to_string(),
        email: format!("{role}@demo.example"),
        password: BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<12>()),
        role: *role,
    };
    Role::ALL.iter().map(account).collect()
}

/// Hashes the passwords, which takes seconds per account, and returns the rows.
pub(super) async fn rows(accounts: &[DemoAccount], rounds: u32) -> Result<Vec<UserRow>> {
    let hashes = accounts.iter().map(|account| {
        let password = account.password.clone();
        async move { spawn_blocking(move || hash(&password, rounds)).await? }
    });
    let hashes = futures::future::try_join_all(hashes).await?;
    let row = |((id, account), password): ((i32, &DemoAccount), String)| UserRow {
        id,
        name: Some(account.name.clone()),
        email: Some(account.email.clone()),
        github_token: None,
        github_login: None,
        password,
        role: Some(account.role.to_string()),
    };
    Ok((1..).zip(accounts).zip(hashes).map(row).collect())
}

fn hash(password: &str, rounds: u32) -> Result<String> {
    let params = Params::new(rounds)
        .map_err(|error| Error::Unprocessable(format!("{rounds} rounds for passwords: {error}")))?;
    let hasher = ShaCrypt::new(Algorithm::Sha512Crypt, params);
    let hash = hasher.hash_password_with_salt(password.as_bytes(), &random_bytes::<12>());
    hash.map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(error.to_string()))
}
