//! Passwords, bearer tokens and browser sessions.

mod bearer_token;
mod own_tokens;
mod password;
mod session;

use runlens_api_types::auth::{Account, Role};

pub use password::PasswordChecker;
pub use session::{SESSION_SECONDS, Session};

use crate::{Error, Result, Services, store::entity::user};

impl Services {
    /// The account that an e-mail address and a password belong to.
    async fn user_by_password(&self, email: &str, password: &str) -> Result<user::Model> {
        if password.is_empty() || password.len() > password::MAX_PASSWORD {
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

/// Whatever is no known role has the least rights.
fn role(user: &user::Model) -> Role {
    let word = user
        .role
        .as_deref()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    word.parse().unwrap_or(Role::User)
}
