//! Browser sessions. Nothing of them is stored: the signed cookie says who and until when.

use std::sync::Arc;

use runlens_api_types::{Timestamp, auth::Account};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::account;
use crate::{Caller, Result, Services, store::entity::user};

/// Seconds that a session lasts.
pub const SESSION_SECONDS: i64 = 7 * 24 * 60 * 60;

/// A browser session as its cookie carries it (the server signs it): an account, until when, and a fingerprint of the
/// password it was opened with, so that a new password ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub account: Account,
    /// Value of the cookie, before signing.
    pub cookie: String,
}

impl Session {
    fn open(user: &user::Model, now: Timestamp) -> Self {
        Self {
            account: account(user),
            cookie: format!(
                "{}:{}:{}",
                user.id,
                now.unix() + SESSION_SECONDS,
                fingerprint(user)
            ),
        }
    }
}

impl Services {
    /// Opens a session for the account whose password is given.
    ///
    /// # Errors
    /// [`crate::Error::WrongPassword`].
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Session> {
        let user = self.user_by_password(email, password).await?;
        Ok(Session::open(&user, self.clock().now()))
    }

    /// The caller that a session's cookie stands for; none where it has ended.
    ///
    /// # Errors
    /// The database's.
    pub async fn authenticate_session(&self, cookie: &str) -> Result<Option<Caller>> {
        let mut parts = cookie.split(':');
        let (Some(user_id), Some(expires), Some(signed_with), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Ok(None);
        };
        let (Ok(user_id), Ok(expires)) = (user_id.parse::<i32>(), expires.parse::<i64>()) else {
            return Ok(None);
        };
        if expires <= self.clock().now().unix() {
            return Ok(None);
        }
        let read = async { Ok(self.store().user(user_id).await?.map(Arc::new)) };
        let user = self.reads().users.get(self.store(), user_id, read).await?;
        let user = user.filter(|user| fingerprint(user).as_bytes().ct_eq(signed_with.as_bytes()).into());
        Ok(user.map(|user| Caller::signed_in(account(&user))))
    }
}

fn fingerprint(user: &user::Model) -> String {
    Sha256::digest(&user.password)[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
