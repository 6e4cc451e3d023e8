//! The newest completed run of a branch, pull request or repository.

use runlens_api_types::run::RunQuery;

use super::RunService;
use crate::{Caller, Result, access};

impl RunService {
    /// Returns the id of the newest completed run that matches the filters of `query`; its order and page are ignored. Scope
    /// `runs:read`.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::Database`](crate::Error::Database).
    pub async fn newest_completed(&self, caller: &Caller, query: &RunQuery) -> Result<Option<i32>> {
        caller.require(access::LIST_RUNS)?;
        Ok(self
            .store()
            .newest_completed_run(query, &self.settings().main_repository)
            .await?)
    }
}
