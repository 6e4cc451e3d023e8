//! Queries for accounts and their tokens.

use runlens_api_types::auth::{TokenQuery, TokenState};
use sea_orm::{
    DbErr, SqlErr, SqliteTransactionMode, TransactionOptions, TransactionTrait, Value, prelude::TimeDateTime,
};

use super::{
    Store,
    filter::{Filter, limit},
    tables::{self, ApiTokenRow, UserRow},
};

impl Store {
    pub(crate) async fn user(&self, id: i32) -> Result<Option<UserRow>, DbErr> {
        Ok(self.select("WHERE id = ?", vec![id.into()]).await?.pop())
    }

    pub(crate) async fn user_by_name(&self, name: &str) -> Result<Option<UserRow>, DbErr> {
        Ok(self.select("WHERE name = ?", vec![name.into()]).await?.pop())
    }

    /// Finds an account by its e-mail address, ignoring case and surrounding spaces.
    pub(crate) async fn user_by_email(&self, email: &str) -> Result<Option<UserRow>, DbErr> {
        let wanted = email.trim().to_lowercase();
        let found: Vec<UserRow> = self
            .select("WHERE LOWER(TRIM(email)) = ?", vec![wanted.as_str().into()])
            .await?;
        // The collation of MariaDB treats `é` and `e` as equal, so the address is compared again.
        Ok(found.into_iter().find(|user| {
            user.email
                .as_deref()
                .is_some_and(|email| email.trim().to_lowercase() == wanted)
        }))
    }

    /// Returns the tokens that start with `prefix`.
    pub(crate) async fn tokens_by_prefix(&self, prefix: &str) -> Result<Vec<ApiTokenRow>, DbErr> {
        self.select("WHERE token_prefix = ?", vec![prefix.into()]).await
    }

    /// Returns a page of an account's tokens, newest first, and the total count.
    pub(crate) async fn tokens_of(
        &self,
        user_id: i32,
        query: &TokenQuery,
        now: TimeDateTime,
    ) -> Result<(Vec<ApiTokenRow>, u64), DbErr> {
        let mut filter = Filter::default();
        filter.equals("user_id", Some(user_id));
        match query.state {
            None => {}
            Some(TokenState::Active) => filter.add("revoked_at IS NULL AND expires_at > ?", [now.into()]),
            Some(TokenState::Expired) => filter.add("revoked_at IS NULL AND expires_at <= ?", [now.into()]),
            Some(TokenState::Revoked) => filter.add("revoked_at IS NOT NULL", []),
        }
        let total = self
            .total(
                format!("SELECT COUNT(*) AS total FROM api_token{}", filter.sql()),
                filter.values(),
            )
            .await?;
        // Ids ascend with the time of creation.
        let clauses = format!("{} ORDER BY id DESC {}", filter.sql(), limit(query.page));
        Ok((self.select(&clauses, filter.values()).await?, total))
    }

    /// Revokes an account's token unless it is already revoked. Returns `false` if the account has no token
    /// with this id.
    pub(crate) async fn revoke_token(&self, user_id: i32, id: i32, now: TimeDateTime) -> Result<bool, DbErr> {
        const IS_OWN: &str = "WHERE id = ? AND user_id = ?";
        let revoked = tables::execute(
            &self.db,
            format!("UPDATE api_token SET revoked_at = ? {IS_OWN} AND revoked_at IS NULL"),
            vec![now.into(), id.into(), user_id.into()],
        )
        .await?;
        if revoked.rows_affected() > 0 {
            return Ok(true);
        }
        let own: Vec<ApiTokenRow> = self.select(IS_OWN, vec![id.into(), user_id.into()]).await?;
        Ok(!own.is_empty())
    }

    /// Inserts a token, replacing an inactive one with the same name. Returns `false` if an active one
    /// already has this name.
    pub(crate) async fn add_token(
        &self,
        token: ApiTokenRow,
        is_active: impl Fn(&ApiTokenRow) -> bool,
    ) -> Result<bool, DbErr> {
        // SQLite rejects a write in a transaction that started with a read if another connection has written
        // since.
        let immediate = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.db.begin_with_options(immediate).await?;
        let same_name: Vec<Value> = vec![token.user_id.into(), token.token_name.as_str().into()];
        let old: Vec<ApiTokenRow> =
            tables::select(&transaction, "WHERE user_id = ? AND token_name = ?", same_name).await?;
        if let Some(old) = old.first() {
            if is_active(old) {
                return Ok(false);
            }
            let sql = "DELETE FROM api_token WHERE id = ?".to_owned();
            tables::execute(&transaction, sql, vec![old.id.into()]).await?;
        }
        match tables::insert_new(&transaction, token).await {
            // Another connection has inserted a token with this name in the meantime.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                return Ok(false);
            }
            other => other?,
        };
        transaction.commit().await?;
        Ok(true)
    }
}
