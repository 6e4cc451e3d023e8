//! Passwords, bearer tokens and browser sessions.

mod bearer_token;
mod caches;
mod own_tokens;
mod password;
mod session;

use runlens_api_types::auth::{Account, Role};

pub use password::PasswordChecker;
pub use session::{SESSION_SECONDS, Session};

use std::sync::Arc;

use crate::{
    Clock, Error, Result,
    store::{Store, tables::UserRow},
};
use caches::AuthCaches;

/// Use cases of accounts, tokens and sessions. Cheap to clone.
#[derive(Clone)]
pub struct AuthService {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Clock,
    caches: AuthCaches,
    passwords: PasswordChecker,
}

impl AuthService {
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                clock,
                caches: AuthCaches::default(),
                passwords: PasswordChecker::default(),
            }),
        }
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    fn caches(&self) -> &AuthCaches {
        &self.inner.caches
    }

    /// Returns the account with this e-mail address if the password is correct.
    async fn user_by_password(&self, email: &str, password: &str) -> Result<UserRow> {
        if password.is_empty() || password.len() > password::MAX_PASSWORD_BYTES {
            return Err(Error::WrongPassword);
        }
        let user = self.store().user_by_email(email).await?;
        let is_correct = self
            .inner
            .passwords
            .verify(password, user.as_ref().map(|user| user.password.clone()))
            .await?;
        user.filter(|_| is_correct).ok_or(Error::WrongPassword)
    }
}

fn account(user: &UserRow) -> Account {
    Account {
        user_id: user.id,
        name: user.name.clone().unwrap_or_default(),
        role: role(user),
    }
}

/// Returns the account's role. An unknown role counts as `user`, which has the fewest rights.
fn role(user: &UserRow) -> Role {
    let name = user
        .role
        .as_deref()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    name.parse().unwrap_or(Role::User)
}
