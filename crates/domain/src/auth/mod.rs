//! Passwords, bearer tokens and browser sessions.

mod bearer_token;
mod caches;
mod own_tokens;
mod password;
mod session;

use runlens_api_types::auth::{Account, Role};

pub(crate) use caches::AuthCaches;
pub use password::PasswordChecker;
pub use session::{SESSION_SECONDS, Session};

use crate::{Error, Result, Services, store::entity::user};

impl Services {
    /// Returns the account with this e-mail address if the password is right.
    async fn user_by_password(&self, email: &str, password: &str) -> Result<user::Model> {
        if password.is_empty() || password.len() > password::MAX_PASSWORD_BYTES {
            return Err(Error::WrongPassword);
        }
        let user = self.store().user_by_email(email).await?;
        let is_right = self
            .passwords()
            .verify(password, user.as_ref().map(|user| user.password.clone()))
            .await?;
        user.filter(|_| is_right).ok_or(Error::WrongPassword)
    }
}

fn account(user: &user::Model) -> Account {
    Account {
        user_id: user.id,
        name: user.name.clone().unwrap_or_default(),
        role: role(user),
    }
}

/// Returns the account's role. An unknown role gets the fewest rights.
fn role(user: &user::Model) -> Role {
    let name = user
        .role
        .as_deref()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    name.parse().unwrap_or(Role::User)
}
