//! Runs: one commit on one platform.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub platform: String,
    pub test_type: String,
    pub token: Option<String>,
    pub fork_id: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub branch: String,
    pub commit: String,
    pub pr_nr: i32,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
