//! The worker's trail, ordered by id.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test_progress")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub test_id: Option<i32>,
    pub status: String,
    pub timestamp: TimeDateTime,
    #[sea_orm(column_type = "Text")]
    pub message: String,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
