//! Results of a run by category.

use std::{cmp::Reverse, collections::BTreeMap};

use runlens_api_types::{Page, page::PageQuery, run::CategorySummary, sample::Counts};

use super::LoadedRun;
use crate::{Result, access};

impl LoadedRun {
    /// Counts the results by category: most failures first, then by name. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn categories(&self, page: PageQuery) -> Result<Page<CategorySummary>> {
        Ok(Page::paginate(self.all_categories().await?, page))
    }

    /// Counts the results by category, without pagination, for filters that offer all categories. Scope `runs:read`.
    ///
    /// # Errors
    /// Those of [`Self::categories`].
    pub async fn all_categories(&self) -> Result<Vec<CategorySummary>> {
        self.caller.require(access::LIST_RUN_CATEGORIES)?;
        let mut categories = BTreeMap::<&str, Counts>::new();
        for outcome in self.outcomes().await? {
            for name in outcome.test.counted_categories() {
                categories.entry(name).or_default().add(outcome.status);
            }
        }
        let mut summaries: Vec<CategorySummary> = categories
            .into_iter()
            .map(|(name, counts)| CategorySummary {
                category: name.to_owned(),
                counts,
            })
            .collect();
        // A stable sort: equal counts stay ordered by name.
        summaries.sort_by_key(|summary| Reverse(summary.counts.failed()));
        Ok(summaries)
    }
}
