//! Tests chosen for a run; none: all active ones.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customized_test")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub test_id: Option<i32>,
    pub regression_id: Option<i32>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
