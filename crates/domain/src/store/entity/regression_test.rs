//! The suite.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "regression_test")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub sample_id: Option<i32>,
    #[sea_orm(column_type = "Text")]
    pub command: String,
    pub input_type: Option<String>,
    pub output_type: Option<String>,
    pub expected_rc: Option<i32>,
    pub active: Option<bool>,
    pub last_passed_on_windows: Option<i32>,
    pub last_passed_on_linux: Option<i32>,
    pub description: Option<String>,
}

/// Joins are written where they are used.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
