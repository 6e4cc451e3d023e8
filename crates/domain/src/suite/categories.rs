//! Categories of regression tests.

use runlens_api_types::{Page, page::PageQuery, suite::Category};

use super::SuiteService;
use crate::{Caller, Result, access};

const ALL_ON_ONE_PAGE: PageQuery = PageQuery {
    limit: i32::MAX.unsigned_abs(),
    offset: 0,
};

impl SuiteService {
    /// Returns a page of categories, by name. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn categories(&self, caller: &Caller, page: PageQuery) -> Result<Page<Category>> {
        caller.require(access::LIST_CATEGORIES)?;
        let (rows, total) = self.store().categories(page).await?;
        let categories = rows.into_iter().map(|row| Category {
            category_id: row.id,
            name: row.name,
            description: row.description,
            regression_test_count: row.tests.unsigned_abs(),
        });
        Ok(Page::new(categories.collect(), page, total))
    }

    /// Returns all categories by name, for a filter that lists them. Scope `runs:read`.
    ///
    /// # Errors
    /// Those of [`Self::categories`].
    pub async fn all_categories(&self, caller: &Caller) -> Result<Vec<Category>> {
        Ok(self.categories(caller, ALL_ON_ONE_PAGE).await?.data)
    }
}
