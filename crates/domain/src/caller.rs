//! Who asks. Every use case takes a [`Caller`] and refuses for itself.

use std::collections::BTreeSet;

use runlens_api_types::auth::{Account, Me, Role, Scope, TokenInfo};

use crate::error::{Error, Result};

/// Who asks, with what rights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    account: Option<Account>,
    token: Option<TokenInfo>,
    scopes: BTreeSet<Scope>,
}

impl Caller {
    /// A visitor without an account.
    pub fn visitor(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self {
            account: None,
            token: None,
            scopes: scopes.into_iter().collect(),
        }
    }

    /// A person who has signed in: everything that the role allows.
    pub fn signed_in(account: Account) -> Self {
        let scopes = allowed_scopes(account.role).collect();
        Self {
            account: Some(account),
            token: None,
            scopes,
        }
    }

    /// A token: the scopes it was made with, as far as its account's role allows them today.
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

    /// Refuses without the scope.
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

    /// Whether the caller has the scope.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Role of the caller's account; none for a visitor.
    pub fn role(&self) -> Option<Role> {
        self.account.as_ref().map(|account| account.role)
    }

    /// The caller's account; none for a visitor.
    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// Whether a person asks who has signed in, and no token.
    pub fn is_signed_in(&self) -> bool {
        self.account.is_some() && self.token.is_none()
    }

    /// The token of this request; none for a browser.
    pub fn token_info(&self) -> Option<&TokenInfo> {
        self.token.as_ref()
    }

    /// What the caller is told about itself.
    pub fn me(&self) -> Me {
        Me {
            user: self.account.clone(),
            scopes: self.scopes.iter().copied().collect(),
            token: self.token.clone(),
        }
    }
}

/// The scopes that a role can have: those for admins are for admins.
pub fn allowed_scopes(role: Role) -> impl Iterator<Item = Scope> {
    use runlens_api_types::TextEnum;
    Scope::ALL
        .iter()
        .copied()
        .filter(move |scope| may_have(role, *scope))
}

/// Whether a role can have a scope.
pub(crate) fn may_have(role: Role, scope: Scope) -> bool {
    role == Role::Admin || !scope.is_for_admins()
}
