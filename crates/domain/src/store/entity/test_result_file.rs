//! One row per output file.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "test_result_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub test_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub regression_test_id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub regression_test_output_id: i32,
    #[sea_orm(column_type = "Text")]
    pub expected: String,
    #[sea_orm(column_type = "Text")]
    pub got: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
