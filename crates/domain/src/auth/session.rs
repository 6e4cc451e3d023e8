//! Browser sessions. Nothing is stored on the server: the signed cookie contains the account and the expiry.

use std::sync::Arc;

use runlens_api_types::{Timestamp, auth::Account};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{AuthService, account};
use crate::{Caller, Result, store::tables::UserRow};

/// Lifetime of a session in seconds.
pub const SESSION_SECONDS: i64 = 7 * 24 * 60 * 60;

/// A browser session. Its cookie holds the account, the expiry, and a fingerprint of the password hash, so
/// that changing the password ends all sessions. The server signs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub account: Account,
    /// Value of the cookie, before signing.
    pub cookie: String,
}

impl Session {
    fn new(user: &UserRow, now: Timestamp) -> Self {
        Self {
            account: account(user),
            cookie: format!(
                "{}:{}:{}",
                user.id,
                now.unix() + SESSION_SECONDS,
                password_fingerprint(user)
            ),
        }
    }
}

impl AuthService {
    /// Starts a session for the account with this e-mail address and password.
    ///
    /// # Errors
    /// [`crate::Error::WrongPassword`].
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Session> {
        let user = self.user_by_password(email, password).await?;
        Ok(Session::new(&user, self.clock().now()))
    }

    /// Returns the caller that a session cookie authenticates. Its signature must have been checked. `None`
    /// if the session has ended.
    ///
    /// # Errors
    /// [`crate::Error::Database`].
    pub async fn authenticate_session(&self, cookie: &str) -> Result<Option<Caller>> {
        let mut parts = cookie.split(':');
        let (Some(user_id), Some(expires_at), Some(fingerprint), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let (Ok(user_id), Ok(expires_at)) = (user_id.parse::<i32>(), expires_at.parse::<i64>()) else {
            return Ok(None);
        };
        if expires_at <= self.clock().now().unix() {
            return Ok(None);
        }
        let read = async { Ok(self.store().user(user_id).await?.map(Arc::new)) };
        let user = self.caches().users.get(self.store(), user_id, read).await?;
        let user = user.filter(|user| {
            password_fingerprint(user)
                .as_bytes()
                .ct_eq(fingerprint.as_bytes())
                .into()
        });
        Ok(user.map(|user| Caller::signed_in(account(&user))))
    }
}

fn password_fingerprint(user: &UserRow) -> String {
    hex::encode(&Sha256::digest(&user.password)[..8])
}
