//! Categories of regression tests.

use runlens_api_types::{Page, page::PageQuery, suite::Category};

use super::SuiteService;
use crate::{Caller, Result, access};

impl SuiteService {
    /// Returns a page of categories, by name. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
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
}
