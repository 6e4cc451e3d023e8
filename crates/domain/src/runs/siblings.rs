//! Other runs of the same commit, and the previous run of the same change.

use runlens_api_types::{
    page::PageQuery,
    run::{OperatingSystem, Run, RunQuery},
};

use super::LoadedRun;
use crate::{Result, access};

const MAX_SIBLINGS: u32 = 10;

impl LoadedRun {
    /// Returns the other runs of its commit in the same repository and pull request, newest first, with their verdicts where the
    /// caller may see them. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn siblings(&self) -> Result<Vec<Run>> {
        self.caller.require(access::LIST_RUNS)?;
        let run = self.read_run().await?;
        let is_commit = run.revision.commit_sha.len() == 40
            && run
                .revision
                .commit_sha
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit());
        if !is_commit {
            return Ok(Vec::new());
        }
        let query = RunQuery {
            page: PageQuery {
                limit: MAX_SIBLINGS,
                offset: 0,
            },
            commit_sha: Some(run.revision.commit_sha),
            ..RunQuery::default()
        };
        let mut runs = self.runs.list_with_verdicts(&self.caller, query).await?.data;
        runs.retain(|other| {
            other.run_id != run.run_id
                && other.revision.repository == run.revision.repository
                && other.revision.pull_request == run.revision.pull_request
        });
        Ok(runs)
    }

    /// Returns the id of the previous run of its pull request or branch on its platform. Scope `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn previous_run(&self) -> Result<Option<i32>> {
        self.caller.require(access::LIST_RUNS)?;
        let row = &self.snapshot.row;
        if self.platform() == OperatingSystem::Unknown || row.pr_nr == 0 && row.branch.is_empty() {
            return Ok(None);
        }
        Ok(self.runs.store().run_before(row).await?)
    }
}
