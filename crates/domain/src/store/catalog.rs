//! Queries for the lists of the suite: samples, regression tests and categories, a page at a time.

use futures::try_join;
use runlens_api_types::{
    page::PageQuery,
    sample::UNCATEGORIZED,
    suite::{RegressionTestQuery, SuiteSampleQuery},
};
use sea_orm::{DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, prelude::*};

use super::{
    Store,
    entity::{regression_test, regression_test_output, sample},
    filter::{Filter, limit, places, values},
    suite::{TestCategory, Variant},
};

/// A regression test with the name of its sample.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct DefinedTest {
    #[sea_orm(nested)]
    pub(crate) test: regression_test::Model,
    pub(crate) sample_name: Option<String>,
}

/// A category with the number of its tests.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct CategoryRow {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tests: i64,
}

/// What belongs to some regression tests.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestParts {
    pub(crate) categories: Vec<TestCategory>,
    pub(crate) outputs: Vec<regression_test_output::Model>,
    pub(crate) variants: Vec<Variant>,
}

fn sample_filter(query: &SuiteSampleQuery) -> Filter {
    let mut filter = Filter::default();
    if let Some(extension) = &query.extension {
        let bare = extension.trim_start_matches('.').to_lowercase();
        filter.add(
            "LOWER(s.extension) IN (?, ?)",
            [format!(".{bare}").into(), bare.into()],
        );
    }
    filter.contains("s.original_name", query.contains.as_deref());
    filter
}

fn test_filter(query: &RegressionTestQuery) -> Filter {
    const CATEGORIES: &str = "FROM regression_test_category rc JOIN category c ON c.id = rc.category_id WHERE rc.regression_id = rt.id AND c.name";
    let mut filter = Filter::default();
    filter.equals("COALESCE(rt.active, 0)", query.active);
    if let Some(category) = &query.category {
        let without = format!("NOT EXISTS (SELECT 1 {CATEGORIES} IS NOT NULL)");
        let within = format!("EXISTS (SELECT 1 {CATEGORIES} = ?)");
        let is_none = category.eq_ignore_ascii_case(UNCATEGORIZED);
        filter.add(
            if is_none {
                format!("({without} OR {within})")
            } else {
                within
            },
            [category.clone().into()],
        );
    }
    filter.equals("rt.sample_id", query.sample_id);
    filter.contains("rt.command", query.contains.as_deref());
    filter
}

impl Store {
    /// A page of samples by id, and how many there are in all.
    pub(crate) async fn samples(&self, query: &SuiteSampleQuery) -> Result<(Vec<sample::Model>, u64), DbErr> {
        let filter = sample_filter(query);
        let from = format!("FROM sample s{}", filter.sql());
        let rows = self.rows(
            format!(
                "SELECT s.id, s.sha, s.extension, s.original_name {from} ORDER BY s.id {}",
                limit(query.page)
            ),
            filter.values(),
        );
        let total = self.total(format!("SELECT COUNT(*) AS total {from}"), filter.values());
        try_join!(rows, total)
    }

    /// One sample.
    pub(crate) async fn sample(&self, id: i32) -> Result<Option<sample::Model>, DbErr> {
        sample::Entity::find_by_id(id).one(&self.db).await
    }

    /// The regression tests of some samples, as pairs of sample and test, by test.
    pub(crate) async fn tests_of_samples(&self, sample_ids: &[i32]) -> Result<Vec<(i32, i32)>, DbErr> {
        regression_test::Entity::find()
            .select_only()
            .columns([regression_test::Column::SampleId, regression_test::Column::Id])
            .filter(regression_test::Column::SampleId.is_in(sample_ids.iter().copied()))
            .order_by_asc(regression_test::Column::Id)
            .into_tuple()
            .all(&self.db)
            .await
    }

    /// A page of regression tests by id, and how many there are in all.
    pub(crate) async fn regression_tests(
        &self,
        query: &RegressionTestQuery,
    ) -> Result<(Vec<DefinedTest>, u64), DbErr> {
        let filter = test_filter(query);
        let rows = self.defined_tests(&filter, query.page);
        let total = self.total(
            format!("SELECT COUNT(*) AS total FROM regression_test rt{}", filter.sql()),
            filter.values(),
        );
        try_join!(rows, total)
    }

    /// One regression test.
    pub(crate) async fn regression_test(&self, id: i32) -> Result<Option<DefinedTest>, DbErr> {
        let mut filter = Filter::default();
        filter.equals("rt.id", Some(id));
        Ok(self.defined_tests(&filter, PageQuery::default()).await?.pop())
    }

    async fn defined_tests(&self, filter: &Filter, page: PageQuery) -> Result<Vec<DefinedTest>, DbErr> {
        let sql = format!(
            "SELECT rt.id, rt.sample_id, rt.command, rt.input_type, rt.output_type, rt.expected_rc, rt.active,
                rt.last_passed_on_windows, rt.last_passed_on_linux, rt.description, s.original_name AS sample_name
             FROM regression_test rt LEFT JOIN sample s ON s.id = rt.sample_id{} ORDER BY rt.id {}",
            filter.sql(),
            limit(page)
        );
        self.rows(sql, filter.values()).await
    }

    /// Categories of some regression tests in any order, their outputs and variants by id.
    pub(crate) async fn test_parts(&self, test_ids: &[i32]) -> Result<TestParts, DbErr> {
        if test_ids.is_empty() {
            return Ok(TestParts::default());
        }
        let places = places(test_ids.len());
        let categories = self.rows(
            format!(
                "SELECT rc.regression_id, c.name FROM regression_test_category rc JOIN category c ON c.id = rc.category_id
                 WHERE rc.regression_id IN ({places})"
            ),
            values(test_ids),
        );
        let outputs = regression_test_output::Entity::find()
            .filter(regression_test_output::Column::RegressionId.is_in(test_ids.iter().copied()))
            .filter(regression_test_output::Column::Id.gt(0))
            .order_by_asc(regression_test_output::Column::Id)
            .all(&self.db);
        let variants = self.rows(
            format!(
                "SELECT v.regression_test_output_id, v.file_hashes
                 FROM regression_test_output_files v JOIN regression_test_output o ON o.id = v.regression_test_output_id
                 WHERE o.regression_id IN ({places}) AND v.file_hashes IS NOT NULL ORDER BY v.id"
            ),
            values(test_ids),
        );
        let (categories, outputs, variants) = try_join!(categories, outputs, variants)?;
        Ok(TestParts {
            categories,
            outputs,
            variants,
        })
    }

    /// A page of categories by name, and how many there are in all. A category without a name is none.
    pub(crate) async fn categories(&self, page: PageQuery) -> Result<(Vec<CategoryRow>, u64), DbErr> {
        let rows = self.rows(
            format!(
                "SELECT c.id, c.name, c.description,
                    (SELECT COUNT(DISTINCT rt.id) FROM regression_test_category rc JOIN regression_test rt ON rt.id = rc.regression_id
                     WHERE rc.category_id = c.id) AS tests
                 FROM category c WHERE c.name IS NOT NULL ORDER BY c.name, c.id {}",
                limit(page)
            ),
            Vec::new(),
        );
        let total = self.total(
            "SELECT COUNT(*) AS total FROM category WHERE name IS NOT NULL".to_owned(),
            Vec::new(),
        );
        try_join!(rows, total)
    }
}
