//! Bearer tokens: made, and read back.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use runlens_api_types::{
    TextEnum, Timestamp,
    auth::{CreatedToken, Scope, TokenInfo, TokenRequest},
    params::invalid,
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{account, password::MAX_PASSWORD, role};
use crate::{
    Caller, Error, Result, Services,
    caller::may_have,
    clock::random_bytes,
    store::{
        accounts::NewToken,
        entity::{api_token, user},
    },
};

const MARK: &str = "spci_";
const PREFIX: usize = 16;
// 32 bytes in base64 take 43; a longer one is not looked up.
const MAX_TOKEN: usize = 255;
const DAY_SECONDS: i64 = 24 * 60 * 60;

impl Services {
    /// The caller that a bearer token stands for.
    ///
    /// # Errors
    /// [`Error::Unauthorized`] where it is malformed, unknown, expired or revoked.
    pub async fn authenticate_token(&self, token: &str) -> Result<Caller> {
        if !token.starts_with(MARK) || token.len() > MAX_TOKEN {
            return Err(Error::Unauthorized);
        }
        let prefix = token.get(..PREFIX).ok_or(Error::Unauthorized)?;
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
        // Kept by its whole hash: what is found is this token's, and a revocation is a change of the database.
        let found = self
            .reads()
            .tokens
            .get(self.store(), hash.clone(), read)
            .await?
            .ok_or(Error::Unauthorized)?;
        let (row, user) = &*found;
        if !is_live(row, self.clock().now()) {
            return Err(Error::Unauthorized);
        }
        let scopes = read_scopes(&row.scopes_json);
        let info = TokenInfo {
            token_id: row.id,
            token_name: row.token_name.clone(),
            token_prefix: row.token_prefix.clone(),
            expires_at: Timestamp::from_utc(row.expires_at),
        };
        Ok(Caller::token(account(user), info, scopes))
    }

    /// Makes a token for the account whose password is given.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::WrongPassword`], [`Error::MissingRole`] for a scope that is for admins, and
    /// [`Error::Unprocessable`] where a live token has the name.
    pub async fn create_token(&self, request: &TokenRequest) -> Result<CreatedToken> {
        let mut faults = faults(&request.token_name, &request.scopes, request.expires_in_days);
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
                MAX_PASSWORD,
                format!("must have 1 to {MAX_PASSWORD} bytes"),
            ),
        ];
        for (name, length, max, fault) in lengths {
            if !(1..=max).contains(&length) {
                faults.push((name, fault));
            }
        }
        refuse(&faults)?;
        let user = self.user_by_password(&request.email, &request.password).await?;
        self.issue_token(
            &user,
            &request.token_name,
            &request.scopes,
            request.expires_in_days,
        )
        .await
    }

    /// Makes a token for an account by name, for the command line: whoever may run the program may do everything.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] where there is no such account, and those of [`Services::create_token`].
    pub async fn create_token_for(
        &self,
        user_name: &str,
        token_name: &str,
        scopes: &[Scope],
        days: i64,
    ) -> Result<CreatedToken> {
        refuse(&faults(token_name, scopes, days))?;
        let user = self.store().user_by_name(user_name).await?;
        let user =
            user.ok_or_else(|| Error::Unprocessable(format!("There is no account named `{user_name}`.")))?;
        self.issue_token(&user, token_name, scopes, days).await
    }

    pub(super) async fn issue_token(
        &self,
        user: &user::Model,
        token_name: &str,
        scopes: &[Scope],
        days: i64,
    ) -> Result<CreatedToken> {
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        if !scopes.iter().all(|scope| may_have(role(user), *scope)) {
            return Err(Error::MissingRole(
                "The scopes `baselines:write`, `system:write` and `tokens:manage` are for accounts with the role `admin`.",
            ));
        }
        let created_at = self.clock().now();
        let expires_at = Timestamp::from_unix(created_at.unix() + days * DAY_SECONDS)
            .ok_or_else(|| Error::Internal("the clock is off".to_owned()))?;
        let token = format!("{MARK}{}", URL_SAFE_NO_PAD.encode(random_bytes::<32>()));
        let row = NewToken {
            user_id: user.id,
            token_name: token_name.to_owned(),
            token_hash: hash(&token),
            token_prefix: token[..PREFIX].to_owned(),
            scopes_json: serde_json::to_string(&scopes)
                .map_err(|error| Error::Internal(error.to_string()))?,
            created_at: created_at.to_utc(),
            expires_at: expires_at.to_utc(),
        };
        if !self
            .store()
            .add_token(row, |old| is_live(old, created_at))
            .await?
        {
            let message = format!(
                "The account already has a token named `{token_name}` that works: choose another name, or revoke that token first."
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
    Sha256::digest(token)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(super) fn is_live(row: &api_token::Model, now: Timestamp) -> bool {
    row.revoked_at.is_none() && Timestamp::from_utc(row.expires_at) > now
}

/// Words that are no scope are left out, and so is everything that is no list of words.
pub(super) fn read_scopes(json: &str) -> Vec<Scope> {
    let words: Vec<serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
    words
        .iter()
        .filter_map(|scope| scope.as_str()?.parse().ok())
        .collect()
}

pub(super) fn faults(token_name: &str, scopes: &[Scope], days: i64) -> Vec<(&'static str, String)> {
    let mut faults = Vec::new();
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !(1..=50).contains(&token_name.len()) || !token_name.bytes().all(is_name_byte) {
        faults.push((
            "token_name",
            "must be 1 to 50 letters, digits, `_` or `-`".to_owned(),
        ));
    }
    if !(1..=30).contains(&days) {
        faults.push((
            "expires_in_days",
            "must be a whole number from 1 to 30".to_owned(),
        ));
    }
    if !(1..=Scope::ALL.len()).contains(&scopes.len()) {
        faults.push(("scopes", format!("must name 1 to {} scopes", Scope::ALL.len())));
    }
    faults
}

pub(super) fn refuse(faults: &[(&'static str, String)]) -> Result<()> {
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(invalid(faults)))
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::auth::Scope;

    use super::{faults, read_scopes};

    #[test]
    fn scopes_are_read_leniently() {
        assert_eq!(
            read_scopes(r#"["runs:read", "runs:fly", 7, "system:read"]"#),
            [Scope::RunsRead, Scope::SystemRead]
        );
        for odd in ["", "null", "{}", "runs:read", r#""runs:read""#] {
            assert_eq!(read_scopes(odd), [], "{odd}");
        }
    }

    #[test]
    fn a_token_needs_a_plain_name_some_days_and_a_scope() {
        let long = "x".repeat(51);
        for name in ["", "a b", "ä", long.as_str()] {
            assert_eq!(faults(name, &[Scope::RunsRead], 1).len(), 1, "{name}");
        }
        for days in [0, 31, -1, i64::MAX] {
            assert_eq!(faults("ci", &[Scope::RunsRead], days).len(), 1, "{days}");
        }
        assert_eq!(faults("", &[], 0).len(), 3);
        assert_eq!(faults("ci_1-A", &[Scope::RunsRead], 30), []);
    }
}
