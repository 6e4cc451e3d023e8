//! A run compared with another, test by test.

use runlens_api_types::{
    Page,
    comparison::{Comparison, ComparisonQuery, VerdictCounts},
};

use super::LoadedRun;
use crate::{Result, access, comparison::compare};

impl LoadedRun {
    /// Compares the run with the one that the query names, else with its baseline. Scope `results:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::NotFound`](crate::Error::NotFound) for the other run,
    /// [`Error::Database`](crate::Error::Database).
    pub async fn comparison(&self, query: &ComparisonQuery) -> Result<Comparison> {
        self.caller.require(access::COMPARE_RUNS)?;
        let other = match query.against {
            Some(id) => Some(self.snapshot.load_other(id, &self.runs).await?),
            None => self.snapshot.load_baseline(&self.runs).await?.cloned(),
        };
        let there = match &other {
            Some(other) => other.outcomes(&self.runs).await?,
            None => &[],
        };
        let mut compared = compare(self.outcomes().await?, there);
        let mut counts = VerdictCounts::default();
        compared.iter().for_each(|test| counts.add(test.verdict));
        compared.retain(|test| query.verdict.is_none_or(|verdict| test.verdict == verdict));
        let baseline = match &other {
            Some(other) => Some(self.to_baseline(other).await?),
            None => None,
        };
        let Page { data, pagination } =
            Page::paginate(compared.into_iter().map(|test| test.to_test()), query.page);
        Ok(Comparison {
            run_id: self.id(),
            baseline,
            counts,
            data,
            pagination,
        })
    }

    /// Counts the verdicts of the run's tests against another run. Scope `results:read`.
    pub(super) async fn verdicts_against(&self, other: i32) -> Result<VerdictCounts> {
        self.caller.require(access::READ_VERDICTS)?;
        let other = self.snapshot.load_other(other, &self.runs).await?;
        let mut counts = VerdictCounts::default();
        let (here, there) = (self.outcomes().await?, other.outcomes(&self.runs).await?);
        compare(here, there)
            .iter()
            .for_each(|test| counts.add(test.verdict));
        Ok(counts)
    }
}
