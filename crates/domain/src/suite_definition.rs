//! The suite as it is defined today, cached until the database changes.

use std::sync::Arc;

use crate::{Result, cache::QueryCache, results::Suite, store::Store};

/// Reads the suite for everything that classifies results.
#[derive(Clone)]
pub(crate) struct SuiteDefinition {
    store: Store,
    cache: Arc<QueryCache<(), Arc<Suite>>>,
}

impl SuiteDefinition {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            cache: Arc::new(QueryCache::new(1)),
        }
    }

    pub(crate) async fn load(&self) -> Result<Arc<Suite>> {
        let read = async { Ok(Arc::new(Suite::of(self.store.suite_rows().await?))) };
        self.cache.get(&self.store, (), read).await
    }
}
