//! Bearer tokens: authenticating with one, and creating one with a password or from the command line.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use runlens_api_types::{
    TextEnum, Timestamp,
    auth::{CreatedToken, Scope, TokenInfo, TokenRequest},
    params::invalid,
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{AuthService, account, password::MAX_PASSWORD_BYTES, role};
use crate::{
    Caller, Error, Result,
    caller::may_have,
    clock::random_bytes,
    store::tables::{ApiTokenRow, UserRow},
};

/// Prefix of every token, by which secret scanners recognize it.
const TOKEN_PREFIX: &str = "spci_";
/// Number of leading characters stored in clear text, for lookups and for the list of tokens.
const LOOKUP_PREFIX_LEN: usize = 16;
/// Longer tokens are rejected without a query. Generated ones have 48 bytes.
const MAX_TOKEN_BYTES: usize = 255;
const DAY_SECONDS: i64 = 24 * 60 * 60;

impl AuthService {
    /// Returns the caller that a bearer token authenticates.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] if it is malformed, unknown, expired or revoked.
    pub async fn authenticate_token(&self, token: &str) -> Result<Caller> {
        if !token.starts_with(TOKEN_PREFIX) || token.len() > MAX_TOKEN_BYTES {
            return Err(Error::Unauthorized);
        }
        let prefix = token.get(..LOOKUP_PREFIX_LEN).ok_or(Error::Unauthorized)?;
        let hash = hash(token);
        let read = async {
            let rows = self.store().tokens_by_prefix(prefix).await?;
            let Some(row) = rows
                .into_iter()
                .find(|row| row.token_hash.as_bytes().ct_eq(hash.as_bytes()).into())
            else {
                return Ok(None);
            };
            let user = self.store().user(row.user_id).await?;
            Ok(user.map(|user| Arc::new((row, user))))
        };
        // A revocation is a write to the database, so it invalidates the cached row.
        let found = self
            .caches()
            .tokens
            .get(self.store(), hash.clone(), read)
            .await?
            .ok_or(Error::Unauthorized)?;
        let (row, user) = &*found;
        if !is_active(row, self.clock().now()) {
            return Err(Error::Unauthorized);
        }
        let scopes = parse_scopes(&row.scopes_json);
        let info = TokenInfo {
            token_id: row.id,
            token_name: row.token_name.clone(),
            token_prefix: row.token_prefix.clone(),
            expires_at: Timestamp::from_utc(row.expires_at),
        };
        Ok(Caller::token(account(user), info, scopes))
    }

    /// Creates a token for the account with this e-mail address and password.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::WrongPassword`], [`Error::MissingRole`] for a scope only admins may have,
    /// and [`Error::Unprocessable`] if an active token has the name.
    pub async fn create_token(&self, request: &TokenRequest) -> Result<CreatedToken> {
        let mut errors = validate(&request.token_name, &request.scopes, request.expires_in_days);
        let lengths = [
            (
                "email",
                request.email.chars().count(),
                255,
                "must have 1 to 255 characters".to_owned(),
            ),
            (
                "password",
                request.password.len(),
                MAX_PASSWORD_BYTES,
                format!("must have 1 to {MAX_PASSWORD_BYTES} bytes"),
            ),
        ];
        for (name, length, max, message) in lengths {
            if !(1..=max).contains(&length) {
                errors.push((name, message));
            }
        }
        reject_invalid(&errors)?;
        let user = self.user_by_password(&request.email, &request.password).await?;
        self.issue_token(
            &user,
            &request.token_name,
            &request.scopes,
            request.expires_in_days,
        )
        .await
    }

    /// Creates a token for an account by name, for the command line. Rights are not checked, because anyone
    /// who can run the program on the server can also write to the database.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] if there is no such account, and those of [`AuthService::create_token`].
    pub async fn create_token_for(
        &self,
        user_name: &str,
        token_name: &str,
        scopes: &[Scope],
        days: i64,
    ) -> Result<CreatedToken> {
        reject_invalid(&validate(token_name, scopes, days))?;
        let user = self.store().user_by_name(user_name).await?;
        let user =
            user.ok_or_else(|| Error::Unprocessable(format!("There is no account named `{user_name}`.")))?;
        self.issue_token(&user, token_name, scopes, days).await
    }

    pub(super) async fn issue_token(
        &self,
        user: &UserRow,
        token_name: &str,
        scopes: &[Scope],
        days: i64,
    ) -> Result<CreatedToken> {
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        if !scopes.iter().all(|scope| may_have(role(user), *scope)) {
            return Err(Error::MissingRole(
                "The scopes `baselines:write`, `system:write` and `tokens:manage` need the role `admin`.",
            ));
        }
        let created_at = self.clock().now();
        let expires_at = Timestamp::from_unix(created_at.unix() + days * DAY_SECONDS)
            .ok_or_else(|| Error::Internal("the token's expiry is out of range".to_owned()))?;
        let token = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()));
        let row = ApiTokenRow {
            id: 0,
            user_id: user.id,
            token_name: token_name.to_owned(),
            token_hash: hash(&token),
            token_prefix: token[..LOOKUP_PREFIX_LEN].to_owned(),
            scopes_json: serde_json::to_string(&scopes)
                .map_err(|error| Error::Internal(error.to_string()))?,
            created_at: created_at.to_utc(),
            expires_at: expires_at.to_utc(),
            revoked_at: None,
        };
        if !self
            .store()
            .add_token(row, |old| is_active(old, created_at))
            .await?
        {
            let message = format!(
                "The account already has an active token named `{token_name}`. Choose another name, or revoke that token first."
            );
            return Err(Error::Unprocessable(message));
        }
        Ok(CreatedToken {
            token,
            token_type: "bearer".to_owned(),
            token_name: token_name.to_owned(),
            scopes,
            expires_at,
        })
    }
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

pub(super) fn is_active(row: &ApiTokenRow, now: Timestamp) -> bool {
    row.revoked_at.is_none() && Timestamp::from_utc(row.expires_at) > now
}

/// Parses a JSON list of scope names. Unknown names are skipped, and anything but a list has no scopes.
pub(super) fn parse_scopes(json: &str) -> Vec<Scope> {
    let names: Vec<serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    names
        .iter()
        .filter_map(|name| name.as_str()?.parse().ok())
        .collect()
}

/// Returns the invalid fields of a new token, each with what is allowed.
pub(super) fn validate(token_name: &str, scopes: &[Scope], days: i64) -> Vec<(&'static str, String)> {
    let mut errors = Vec::new();
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !(1..=50).contains(&token_name.len()) || !token_name.bytes().all(is_name_byte) {
        errors.push((
            "token_name",
            "must be 1 to 50 letters, digits, `_` or `-`".to_owned(),
        ));
    }
    if !(1..=30).contains(&days) {
        errors.push((
            "expires_in_days",
            "must be a whole number from 1 to 30".to_owned(),
        ));
    }
    if !(1..=Scope::ALL.len()).contains(&scopes.len()) {
        errors.push(("scopes", format!("must contain 1 to {} scopes", Scope::ALL.len())));
    }
    errors
}

/// Returns [`Error::Invalid`] if there are any errors.
pub(super) fn reject_invalid(errors: &[(&'static str, String)]) -> Result<()> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(invalid(errors)))
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::auth::Scope;

    use super::{parse_scopes, validate};

    #[test]
    fn unknown_scopes_are_skipped() {
        assert_eq!(
            parse_scopes(r#"["runs:read", "runs:fly", 7, "system:read"]"#),
            [Scope::RunsRead, Scope::SystemRead]
        );
        for invalid in ["", "null", "{}", "runs:read", r#""runs:read""#] {
            assert_eq!(parse_scopes(invalid), [], "{invalid}");
        }
    }

    #[test]
    fn name_lifetime_and_scopes_of_a_token_are_validated() {
        let long = "x".repeat(51);
        for name in ["", "a b", "ä", long.as_str()] {
            assert_eq!(validate(name, &[Scope::RunsRead], 1).len(), 1, "{name}");
        }
        for days in [0, 31, -1, i64::MAX] {
            assert_eq!(validate("ci", &[Scope::RunsRead], days).len(), 1, "{days}");
        }
        assert_eq!(validate("", &[], 0).len(), 3);
        assert_eq!(validate("ci_1-A", &[Scope::RunsRead], 30), []);
    }
}
