//! Queries for the suite, and for one run's results: a fixed number, whatever they hold.

use futures::try_join;
use sea_orm::{DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, prelude::*};

use super::{
    Store,
    entity::{
        category, customized_test, regression_test, regression_test_category, regression_test_output,
        regression_test_output_files, sample, test_result, test_result_file,
    },
};

/// A regression test with its sample.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct TestRow {
    pub(crate) id: i32,
    pub(crate) command: String,
    pub(crate) active: Option<bool>,
    pub(crate) sample_id: Option<i32>,
    pub(crate) sample_name: Option<String>,
}

/// A test's category, by name.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct TestCategory {
    pub(crate) regression_id: i32,
    pub(crate) name: Option<String>,
}

/// A further accepted output.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Variant {
    pub(crate) regression_test_output_id: i32,
    pub(crate) file_hashes: String,
}

/// The suite as it is defined today.
#[derive(Clone, Debug, Default)]
pub(crate) struct SuiteRows {
    pub(crate) tests: Vec<TestRow>,
    pub(crate) categories: Vec<TestCategory>,
    pub(crate) outputs: Vec<regression_test_output::Model>,
    pub(crate) variants: Vec<Variant>,
}

/// What a run is made of, and its results.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunRows {
    pub(crate) chosen: Vec<i32>,
    pub(crate) results: Vec<test_result::Model>,
    pub(crate) files: Vec<test_result_file::Model>,
}

impl Store {
    /// Reads the suite.
    pub(crate) async fn suite_rows(&self) -> Result<SuiteRows, DbErr> {
        let tests = regression_test::Entity::find()
            .select_only()
            .columns([
                regression_test::Column::Id,
                regression_test::Column::Command,
                regression_test::Column::Active,
                regression_test::Column::SampleId,
            ])
            .column_as(sample::Column::OriginalName, "sample_name")
            .join(
                sea_orm::JoinType::LeftJoin,
                regression_test::Entity::belongs_to(sample::Entity)
                    .from(regression_test::Column::SampleId)
                    .to(sample::Column::Id)
                    .into(),
            )
            .order_by_asc(regression_test::Column::Id)
            .into_model::<TestRow>()
            .all(&self.db);
        let categories = regression_test_category::Entity::find()
            .select_only()
            .column(regression_test_category::Column::RegressionId)
            .column(category::Column::Name)
            .join(
                sea_orm::JoinType::InnerJoin,
                regression_test_category::Entity::belongs_to(category::Entity)
                    .from(regression_test_category::Column::CategoryId)
                    .to(category::Column::Id)
                    .into(),
            )
            .filter(regression_test_category::Column::RegressionId.is_not_null())
            .order_by_asc(category::Column::Name)
            .into_model::<TestCategory>()
            .all(&self.db);
        let outputs = regression_test_output::Entity::find()
            .filter(regression_test_output::Column::Id.gt(0))
            .order_by_asc(regression_test_output::Column::Id)
            .all(&self.db);
        let variants = regression_test_output_files::Entity::find()
            .select_only()
            .columns([
                regression_test_output_files::Column::RegressionTestOutputId,
                regression_test_output_files::Column::FileHashes,
            ])
            .filter(regression_test_output_files::Column::RegressionTestOutputId.is_not_null())
            .filter(regression_test_output_files::Column::FileHashes.is_not_null())
            .into_model::<Variant>()
            .all(&self.db);
        let (tests, categories, outputs, variants) = try_join!(tests, categories, outputs, variants)?;
        Ok(SuiteRows {
            tests,
            categories,
            outputs,
            variants,
        })
    }

    /// Reads what one run is made of, and its results.
    pub(crate) async fn run_rows(&self, run_id: i32) -> Result<RunRows, DbErr> {
        let chosen = customized_test::Entity::find()
            .select_only()
            .column(customized_test::Column::RegressionId)
            .filter(customized_test::Column::TestId.eq(run_id))
            .filter(customized_test::Column::RegressionId.is_not_null())
            .into_tuple::<i32>()
            .all(&self.db);
        let results = test_result::Entity::find()
            .filter(test_result::Column::TestId.eq(run_id))
            .all(&self.db);
        let files = test_result_file::Entity::find()
            .filter(test_result_file::Column::TestId.eq(run_id))
            .filter(test_result_file::Column::RegressionTestOutputId.gt(0))
            .all(&self.db);
        let (chosen, results, files) = try_join!(chosen, results, files)?;
        Ok(RunRows {
            chosen,
            results,
            files,
        })
    }
}
