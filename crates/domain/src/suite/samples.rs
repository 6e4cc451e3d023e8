//! Media samples.

use runlens_api_types::{
    Page,
    suite::{Sample, SuiteSampleQuery},
};

use super::{SuiteService, group};
use crate::{Caller, Error, Result, access, store::tables::SampleRow};

impl SuiteService {
    /// Returns a page of samples, by id. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::Database`].
    pub async fn samples(&self, caller: &Caller, query: &SuiteSampleQuery) -> Result<Page<Sample>> {
        caller.require(access::LIST_SAMPLES)?;
        let (rows, total) = self.store().samples(query).await?;
        Ok(Page::new(self.to_samples(rows).await?, query.page, total))
    }

    /// Returns one sample. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`], [`Error::NotFound`], [`Error::Database`].
    pub async fn sample(&self, caller: &Caller, id: i32) -> Result<Sample> {
        caller.require(access::GET_SAMPLE)?;
        let row = self.store().sample(id).await?;
        self.to_samples(row.into_iter().collect())
            .await?
            .pop()
            .ok_or(Error::NotFound {
                resource: "sample",
                id,
            })
    }

    async fn to_samples(&self, rows: Vec<SampleRow>) -> Result<Vec<Sample>> {
        let ids: Vec<i32> = rows.iter().map(|row| row.id).collect();
        let mut tests = group(self.store().tests_of_samples(&ids).await?);
        let samples = rows.into_iter().map(|row| Sample {
            sample_id: row.id,
            sha: row.sha,
            extension: row.extension,
            original_name: row.original_name,
            regression_test_ids: tests.remove(&row.id).unwrap_or_default(),
        });
        Ok(samples.collect())
    }
}
