//! The tokens of the caller's account: listing, revoking, and creating them.

use runlens_api_types::{
    Page, Timestamp,
    auth::{Account, CreatedToken, Scope, Token, TokenQuery, TokenState},
};

use super::AuthService;
use super::bearer_token::{is_active, parse_scopes, reject_invalid, validate};
use crate::{Caller, Error, Result, access, caller::may_have, store::tables::ApiTokenRow};

impl AuthService {
    /// Returns a page of the tokens of the caller's account, newest first. Needs the scope `tokens:manage` or
    /// a browser session.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn tokens(&self, caller: &Caller, query: &TokenQuery) -> Result<Page<Token>> {
        if !caller.is_signed_in() {
            caller.require(access::LIST_TOKENS)?;
        }
        let account = caller.account().ok_or(Error::MissingScope(access::LIST_TOKENS))?;
        let now = self.clock().now();
        let (rows, total) = self
            .store()
            .tokens_of(account.user_id, query, now.to_utc())
            .await?;
        let tokens = rows
            .into_iter()
            .map(|row| to_token(row, account, caller, now))
            .collect();
        Ok(Page::new(tokens, query.page, total))
    }

    /// Revokes a token of the caller's account, immediately and permanently. Revoking it again has no effect.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the account has no such token, even if another account has;
    /// [`Error::MissingRole`] for a visitor.
    pub async fn revoke_token(&self, caller: &Caller, id: i32) -> Result<()> {
        let account = own_account(caller)?;
        let is_own = self
            .store()
            .revoke_token(account.user_id, id, self.clock().now().to_utc())
            .await?;
        if is_own {
            Ok(())
        } else {
            Err(Error::NotFound {
                resource: "token",
                id,
            })
        }
    }

    /// Revokes the token that made this request.
    ///
    /// # Errors
    /// [`Error::Unprocessable`] for a browser session, which has no token, and those of
    /// [`AuthService::revoke_token`].
    pub async fn revoke_current_token(&self, caller: &Caller) -> Result<()> {
        own_account(caller)?;
        let token = caller.token_info().ok_or_else(|| {
            Error::Unprocessable(
                "This request was made with a browser session, not with a token. Name the token by its id."
                    .to_owned(),
            )
        })?;
        self.revoke_token(caller, token.token_id).await
    }

    /// Creates a token for the signed-in account; the session replaces the password.
    ///
    /// # Errors
    /// [`Error::MissingRole`] for a visitor, for a scope only admins may have, and for a token, which could
    /// otherwise extend its own lifetime; [`Error::Invalid`]; [`Error::Unprocessable`] if an active token has
    /// the name.
    pub async fn create_own_token(
        &self,
        caller: &Caller,
        token_name: &str,
        scopes: &[Scope],
        days: i64,
    ) -> Result<CreatedToken> {
        if caller.token_info().is_some() {
            return Err(Error::MissingRole(
                "A token cannot create tokens. Use your e-mail address and password, or a browser session.",
            ));
        }
        let account = own_account(caller)?;
        reject_invalid(&validate(token_name, scopes, days))?;
        let user = self
            .store()
            .user(account.user_id)
            .await?
            .ok_or(Error::Unauthorized)?;
        self.issue_token(&user, token_name, scopes, days).await
    }
}

fn own_account(caller: &Caller) -> Result<&Account> {
    caller
        .account()
        .ok_or(Error::MissingRole("Tokens belong to accounts. Sign in first."))
}

fn to_token(row: ApiTokenRow, account: &Account, caller: &Caller, now: Timestamp) -> Token {
    let state = match row.revoked_at {
        Some(_) => TokenState::Revoked,
        None if is_active(&row, now) => TokenState::Active,
        None => TokenState::Expired,
    };
    let scopes = parse_scopes(&row.scopes_json)
        .into_iter()
        .filter(|scope| may_have(account.role, *scope));
    Token {
        scopes: scopes.collect(),
        state,
        token_id: row.id,
        token_name: row.token_name,
        token_prefix: row.token_prefix,
        created_at: Timestamp::from_utc(row.created_at),
        expires_at: Timestamp::from_utc(row.expires_at),
        revoked_at: row.revoked_at.map(Timestamp::from_utc),
        is_current: caller.token_info().is_some_and(|token| token.token_id == row.id),
    }
}

#[cfg(test)]
mod tests {
    use runlens_api_types::auth::Scope;

    use crate::{Caller, Error, each_backend};

    each_backend! {
        async fn only_a_session_creates_tokens_without_a_password(test) {
            let user = test.user("ada", Some("user"), "no hash").await;
            let platform = &test.platform;
            let created = platform.auth.create_token_for("ada", "first", &[Scope::RunsRead], 7).await.expect("a token");
            let token = platform.auth.authenticate_token(&created.token).await.expect("a caller");
            let session = Caller::signed_in(token.account().expect("an account").clone());
            assert_eq!(session.account().map(|account| account.user_id), Some(user));
            for caller in [&token, &platform.visitor(), &Caller::visitor([Scope::TokensManage])] {
                let result = platform.auth.create_own_token(caller, "second", &[Scope::RunsRead], 7).await;
                assert!(matches!(result, Err(Error::MissingRole(_))));
            }
            assert!(platform.auth.create_own_token(&session, "second", &[Scope::RunsRead], 7).await.is_ok());
            let result = platform.auth.create_own_token(&session, "third", &[Scope::TokensManage], 7).await;
            assert!(matches!(result, Err(Error::MissingRole(_))));
        }
    }
}
