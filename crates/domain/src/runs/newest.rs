//! The newest run of a kind.

use runlens_api_types::{auth::Scope, run::RunQuery};

use crate::{Caller, Result, Services};

impl Services {
    /// The newest run that is as asked for and has completed; none where there is no such run. Order and part of the list do not
    /// count. Scope `runs:read`.
    ///
    /// # Errors
    /// [`crate::Error::MissingScope`], [`crate::Error::Database`].
    pub async fn newest_completed_run(&self, caller: &Caller, query: &RunQuery) -> Result<Option<i32>> {
        caller.require(Scope::RunsRead)?;
        Ok(self
            .store()
            .newest_completed_run(query, &self.settings().main_repository)
            .await?)
    }
}
