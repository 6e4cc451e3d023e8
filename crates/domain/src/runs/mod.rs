//! Runs: lists of them, and everything about one of them.
//!
//! [`RunService::load`] returns a [`LoadedRun`]; its use cases share the data read for the run, and are in one file each.

mod caches;
mod categories;
mod change;
mod comparison;
mod config;
#[cfg(test)]
mod consistency_tests;
mod errors;
mod infrastructure_errors;
mod list;
mod loaded_run;
mod newest_completed;
mod progress;
mod recent_results;
mod report;
mod run_row;
mod same_failures;
mod siblings;
mod snapshot;
mod state;
mod summary;
mod test_results;
#[cfg(test)]
mod tests;
mod verdict;

use std::sync::Arc;

use runlens_api_types::auth::Scope;

pub use loaded_run::LoadedRun;
pub(crate) use state::RunState;
pub use verdict::{BaselineComparison, RunHeadline};

use crate::{Caller, Result, Settings, store::Store, suite_definition::SuiteDefinition};
use caches::RunCaches;

/// Use cases of runs. Cheap to clone.
#[derive(Clone)]
pub struct RunService {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    settings: Arc<Settings>,
    definition: SuiteDefinition,
    caches: RunCaches,
}

impl RunService {
    pub(crate) fn new(store: Store, settings: Arc<Settings>, definition: SuiteDefinition) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                settings,
                definition,
                caches: RunCaches::default(),
            }),
        }
    }

    /// Loads a run for the use cases of [`LoadedRun`]. `scope` is that of the operation (see [`crate::access`]): it is checked
    /// before anything is read, so that a caller without it does not learn which runs exist.
    ///
    /// # Errors
    /// [`Error::MissingScope`](crate::Error::MissingScope), [`Error::NotFound`](crate::Error::NotFound),
    /// [`Error::Database`](crate::Error::Database).
    pub async fn load(&self, caller: &Caller, scope: Scope, id: i32) -> Result<LoadedRun> {
        caller.require(scope)?;
        let snapshot = self.load_snapshot(id).await?;
        Ok(LoadedRun::new(self.clone(), caller.clone(), snapshot))
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    fn definition(&self) -> &SuiteDefinition {
        &self.inner.definition
    }

    fn caches(&self) -> &RunCaches {
        &self.inner.caches
    }
}
