//! Which test is in which categories.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "regression_test_category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub regression_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub category_id: i32,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
