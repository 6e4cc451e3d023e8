//! The caller of a use case, with its scopes.

use std::collections::BTreeSet;

use runlens_api_types::auth::{Account, Me, Role, Scope, TokenInfo};

use crate::error::{Error, Result};

/// An authenticated account, a token or a visitor, with its scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    account: Option<Account>,
    token: Option<TokenInfo>,
    scopes: BTreeSet<Scope>,
}

impl Caller {
    /// Creates a visitor without an account.
    pub fn visitor(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self {
            account: None,
            token: None,
            scopes: scopes.into_iter().collect(),
        }
    }

    /// Creates a signed-in user, with all scopes of the role.
    pub fn signed_in(account: Account) -> Self {
        let scopes = allowed_scopes(account.role).collect();
        Self {
            account: Some(account),
            token: None,
            scopes,
        }
    }

    /// Creates a token's caller, with the token's scopes that the account's role allows today.
    pub fn token(account: Account, token: TokenInfo, scopes: impl IntoIterator<Item = Scope>) -> Self {
        let scopes = scopes
            .into_iter()
            .filter(|scope| may_have(account.role, *scope))
            .collect();
        Self {
            account: Some(account),
            token: Some(token),
            scopes,
        }
    }

    /// Checks a scope.
    ///
    /// # Errors
    /// [`Error::MissingScope`].
    pub fn require(&self, scope: Scope) -> Result<()> {
        if self.may(scope) {
            Ok(())
        } else {
            Err(Error::MissingScope(scope))
        }
    }

    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Returns the role of the account; none for a visitor.
    pub fn role(&self) -> Option<Role> {
        self.account.as_ref().map(|account| account.role)
    }

    /// Returns the account; none for a visitor.
    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// Whether this is a browser session, as opposed to a token or a visitor.
    pub fn is_signed_in(&self) -> bool {
        self.account.is_some() && self.token.is_none()
    }

    /// Returns the token of the request; none for a browser.
    pub fn token_info(&self) -> Option<&TokenInfo> {
        self.token.as_ref()
    }

    pub fn me(&self) -> Me {
        Me {
            user: self.account.clone(),
            scopes: self.scopes.iter().copied().collect(),
            token: self.token.clone(),
        }
    }
}

/// Returns the scopes that a role can have.
pub fn allowed_scopes(role: Role) -> impl Iterator<Item = Scope> {
    use runlens_api_types::TextEnum;
    Scope::ALL
        .iter()
        .copied()
        .filter(move |scope| may_have(role, *scope))
}

pub(crate) fn may_have(role: Role, scope: Scope) -> bool {
    role == Role::Admin || !scope.is_for_admins()
}
