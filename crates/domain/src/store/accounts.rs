//! Queries for accounts and their tokens.

use runlens_api_types::auth::{TokenQuery, TokenState};
use sea_orm::{
    ActiveValue::Set, Condition, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait, prelude::*, sea_query::Func,
};

use super::{
    Store,
    entity::{api_token, user},
};

/// A token to be stored.
pub(crate) struct NewToken {
    pub(crate) user_id: i32,
    pub(crate) token_name: String,
    pub(crate) token_hash: String,
    pub(crate) token_prefix: String,
    pub(crate) scopes_json: String,
    pub(crate) created_at: TimeDateTime,
    pub(crate) expires_at: TimeDateTime,
}

impl Store {
    /// An account by its id.
    pub(crate) async fn user(&self, id: i32) -> Result<Option<user::Model>, DbErr> {
        user::Entity::find_by_id(id).one(&self.db).await
    }

    /// An account by its name.
    pub(crate) async fn user_by_name(&self, name: &str) -> Result<Option<user::Model>, DbErr> {
        user::Entity::find()
            .filter(user::Column::Name.eq(name))
            .one(&self.db)
            .await
    }

    /// An account by its e-mail address, whatever its case and the spaces around it.
    pub(crate) async fn user_by_email(&self, email: &str) -> Result<Option<user::Model>, DbErr> {
        let wanted = email.trim().to_lowercase();
        let stored = Func::lower(Func::cust("TRIM").arg(Expr::col(user::Column::Email)));
        let found = user::Entity::find()
            .filter(Expr::expr(stored).eq(wanted.as_str()))
            .all(&self.db)
            .await?;
        // MariaDB's collation takes `é` for `e`: an address is a match only where it is the same letters.
        Ok(found.into_iter().find(|user| {
            user.email
                .as_deref()
                .is_some_and(|email| email.trim().to_lowercase() == wanted)
        }))
    }

    /// Tokens that begin with these characters.
    pub(crate) async fn tokens_by_prefix(&self, prefix: &str) -> Result<Vec<api_token::Model>, DbErr> {
        api_token::Entity::find()
            .filter(api_token::Column::TokenPrefix.eq(prefix))
            .all(&self.db)
            .await
    }

    /// An account's tokens as they are asked for, newest first, and how many there are. Tokens are numbered as they are made.
    pub(crate) async fn tokens_of(
        &self,
        user_id: i32,
        query: &TokenQuery,
        now: TimeDateTime,
    ) -> Result<(Vec<api_token::Model>, u64), DbErr> {
        let (revoked_at, expires_at) = (api_token::Column::RevokedAt, api_token::Column::ExpiresAt);
        let state = query.state.map(|state| match state {
            TokenState::Active => revoked_at.is_null().and(expires_at.gt(now)),
            TokenState::Expired => revoked_at.is_null().and(expires_at.lte(now)),
            TokenState::Revoked => revoked_at.is_not_null(),
        });
        let wanted = Condition::all()
            .add(api_token::Column::UserId.eq(user_id))
            .add_option(state);
        let found = api_token::Entity::find().filter(wanted);
        let total = found.clone().count(&self.db).await?;
        let page = found
            .order_by_desc(api_token::Column::Id)
            .limit(u64::from(query.page.limit))
            .offset(u64::from(query.page.offset));
        Ok((page.all(&self.db).await?, total))
    }

    /// Revokes an account's token, unless it is already; false where the account has none of this id.
    pub(crate) async fn revoke_token(&self, user_id: i32, id: i32, now: TimeDateTime) -> Result<bool, DbErr> {
        let own = Condition::all()
            .add(api_token::Column::Id.eq(id))
            .add(api_token::Column::UserId.eq(user_id));
        let revoked = api_token::Entity::update_many()
            .col_expr(api_token::Column::RevokedAt, Expr::value(now))
            .filter(own.clone().add(api_token::Column::RevokedAt.is_null()))
            .exec(&self.db)
            .await?;
        Ok(revoked.rows_affected > 0
            || api_token::Entity::find()
                .filter(own)
                .one(&self.db)
                .await?
                .is_some())
    }

    /// Stores a token in the place of one with its name that is no longer live; false where that one still is.
    pub(crate) async fn add_token(
        &self,
        token: NewToken,
        is_live: impl Fn(&api_token::Model) -> bool,
    ) -> Result<bool, DbErr> {
        // It is known to write: SQLite refuses a transaction that has read and then wants to write where somebody else has written since.
        let writing = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.db.begin_with_options(writing).await?;
        let same_name = api_token::Column::UserId
            .eq(token.user_id)
            .and(api_token::Column::TokenName.eq(token.token_name.as_str()));
        if let Some(old) = api_token::Entity::find()
            .filter(same_name)
            .one(&transaction)
            .await?
        {
            if is_live(&old) {
                return Ok(false);
            }
            api_token::Entity::delete_by_id(old.id).exec(&transaction).await?;
        }
        let row = api_token::ActiveModel {
            user_id: Set(token.user_id),
            token_name: Set(token.token_name),
            token_hash: Set(token.token_hash),
            token_prefix: Set(token.token_prefix),
            scopes_json: Set(token.scopes_json),
            created_at: Set(token.created_at),
            expires_at: Set(token.expires_at),
            ..Default::default()
        };
        let added = match api_token::Entity::insert(row)
            .exec_without_returning(&transaction)
            .await
        {
            // Somebody else took the name in between.
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => {
                return Ok(false);
            }
            other => other.map(|_| true)?,
        };
        transaction.commit().await?;
        Ok(added)
    }
}
