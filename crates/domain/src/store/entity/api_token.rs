//! Bearer tokens.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub user_id: i32,
    pub token_name: String,
    pub token_hash: String,
    pub token_prefix: String,
    #[sea_orm(column_type = "Text")]
    pub scopes_json: String,
    pub created_at: TimeDateTime,
    pub expires_at: TimeDateTime,
    pub revoked_at: Option<TimeDateTime>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
