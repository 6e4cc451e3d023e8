//! Expected outputs.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "regression_test_output")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub regression_id: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub correct: Option<String>,
    pub correct_extension: String,
    #[sea_orm(column_type = "Text")]
    pub expected_filename: Option<String>,
    pub ignore: Option<bool>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
