//! Queries for the lists of samples, regression tests and categories.

use futures::try_join;
use runlens_api_types::{
    page::PageQuery,
    sample::UNCATEGORIZED,
    suite::{RegressionTestQuery, SuiteSampleQuery},
};
use sea_orm::{DbErr, FromQueryResult};

use super::{
    Store,
    filter::{Filter, limit, placeholders, values},
    suite::{TestCategory, Variant},
    tables::{RegressionTestOutputRow, RegressionTestRow, SampleRow},
};

/// A regression test with the name of its sample.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct DefinedTest {
    #[sea_orm(nested)]
    pub(crate) test: RegressionTestRow,
    pub(crate) sample_name: Option<String>,
}

/// A category with the number of its tests.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct CountedCategory {
    pub(crate) id: i32,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tests: i64,
}

#[derive(FromQueryResult)]
struct SampleTest {
    sample_id: i32,
    id: i32,
}

/// Categories and outputs of the given regression tests.
#[derive(Clone, Debug, Default)]
pub(crate) struct TestParts {
    pub(crate) categories: Vec<TestCategory>,
    pub(crate) outputs: Vec<RegressionTestOutputRow>,
    pub(crate) variants: Vec<Variant>,
}

fn sample_filter(query: &SuiteSampleQuery) -> Filter {
    let mut filter = Filter::default();
    if let Some(extension) = &query.extension {
        let without_dot = extension.trim_start_matches('.').to_lowercase();
        filter.add(
            "LOWER(s.extension) IN (?, ?)",
            [format!(".{without_dot}").into(), without_dot.into()],
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
        let has_no_category = format!("NOT EXISTS (SELECT 1 {CATEGORIES} IS NOT NULL)");
        let has_category = format!("EXISTS (SELECT 1 {CATEGORIES} = ?)");
        let is_uncategorized = category.eq_ignore_ascii_case(UNCATEGORIZED);
        filter.add(
            if is_uncategorized {
                format!("({has_no_category} OR {has_category})")
            } else {
                has_category
            },
            [category.clone().into()],
        );
    }
    filter.equals("rt.sample_id", query.sample_id);
    filter.contains("rt.command", query.contains.as_deref());
    filter
}

impl Store {
    /// Returns a page of samples by id, and the total count.
    pub(crate) async fn samples(&self, query: &SuiteSampleQuery) -> Result<(Vec<SampleRow>, u64), DbErr> {
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

    pub(crate) async fn sample(&self, id: i32) -> Result<Option<SampleRow>, DbErr> {
        Ok(self.select("WHERE id = ?", vec![id.into()]).await?.pop())
    }

    /// Returns the regression tests of the given samples, as pairs of sample id and test id, by test id.
    pub(crate) async fn tests_of_samples(&self, sample_ids: &[i32]) -> Result<Vec<(i32, i32)>, DbErr> {
        if sample_ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT sample_id, id FROM regression_test WHERE sample_id IN ({}) ORDER BY id",
            placeholders(sample_ids.len())
        );
        let rows: Vec<SampleTest> = self.rows(sql, values(sample_ids)).await?;
        Ok(rows.into_iter().map(|row| (row.sample_id, row.id)).collect())
    }

    /// Returns a page of regression tests by id, and the total count.
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

    /// Returns the categories of the given regression tests in any order, and their outputs and variants by
    /// id.
    pub(crate) async fn test_parts(&self, test_ids: &[i32]) -> Result<TestParts, DbErr> {
        if test_ids.is_empty() {
            return Ok(TestParts::default());
        }
        let placeholders = placeholders(test_ids.len());
        let categories = self.rows(
            format!(
                "SELECT rc.regression_id, c.name FROM regression_test_category rc JOIN category c ON c.id = rc.category_id
                 WHERE rc.regression_id IN ({placeholders})"
            ),
            values(test_ids),
        );
        let outputs_of_tests = format!("WHERE regression_id IN ({placeholders}) AND id > 0 ORDER BY id");
        let outputs = self.select(&outputs_of_tests, values(test_ids));
        let variants = self.rows(
            format!(
                "SELECT v.regression_test_output_id, v.file_hashes
                 FROM regression_test_output_files v JOIN regression_test_output o ON o.id = v.regression_test_output_id
                 WHERE o.regression_id IN ({placeholders}) AND v.file_hashes IS NOT NULL ORDER BY v.id"
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

    /// Returns a page of categories by name, and the total count. Categories without a name are omitted.
    pub(crate) async fn categories(&self, page: PageQuery) -> Result<(Vec<CountedCategory>, u64), DbErr> {
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
