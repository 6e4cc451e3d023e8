//! Configuration of a run, including its tests.

use runlens_api_types::run::{Run, RunConfig};

use super::LoadedRun;
use crate::{Result, access};

impl LoadedRun {
    /// Returns the run's configuration. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn config(&self) -> Result<RunConfig> {
        self.caller.require(access::GET_RUN_CONFIG)?;
        let Run {
            run_id,
            platform,
            revision,
            ..
        } = self.read_run().await?;
        let expected = self.outcomes().await?.iter().filter(|outcome| outcome.chosen);
        Ok(RunConfig {
            run_id,
            platform,
            branch: revision.branch,
            commit_sha: revision.commit_sha,
            regression_test_ids: expected.map(|outcome| outcome.test.id).collect(),
        })
    }
}
