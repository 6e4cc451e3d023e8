//! Keeps what was read from the database for as long as nothing in it has changed.

use std::{hash::Hash, sync::Arc};

use runlens_api_types::{
    Page,
    recent::RecentResults,
    run::{Run, RunQuery},
};

use crate::{
    Result,
    results::Suite,
    runs::{Fingerprints, RunFacts},
    store::{
        Store,
        data_version::Version,
        entity::{api_token, user},
        same_failures::CompletedRun,
    },
};

/// Answers of one kind of question. An entry counts only while the database is as it was when the entry was read, so nothing
/// that was written since, by whomever, is ever hidden. A database that cannot say so (MariaDB) is asked anew each time.
pub(crate) struct ReadCache<K, V> {
    entries: moka::sync::Cache<(Version, K), V>,
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static> ReadCache<K, V> {
    fn new(capacity: u64) -> Self {
        Self {
            entries: moka::sync::Cache::new(capacity),
        }
    }

    /// The answer to `key`, read where it is not known.
    pub(crate) async fn get(
        &self,
        store: &Store,
        key: K,
        read: impl Future<Output = Result<V>>,
    ) -> Result<V> {
        // The version is older than what is read with it, never newer: a change in between is seen by the next question.
        let Some(version) = store.version() else {
            return read.await;
        };
        let key = (version, key);
        if let Some(known) = self.entries.get(&key) {
            return Ok(known);
        }
        let value = read.await?;
        self.entries.insert(key, value.clone());
        Ok(value)
    }
}

/// All that is kept. Capacities are numbers of entries: a run or a page of runs takes some hundred kilobytes.
pub(crate) struct ReadCaches {
    pub(crate) suite: ReadCache<(), Arc<Suite>>,
    pub(crate) runs: ReadCache<i32, Arc<RunFacts>>,
    pub(crate) lists: ReadCache<RunQuery, Arc<Page<Run>>>,
    /// Completed runs around a run.
    pub(crate) around: ReadCache<i32, Arc<Vec<CompletedRun>>>,
    /// What became of some tests in a run, and in runs before it.
    pub(crate) recent: ReadCache<(i32, Vec<i32>), RecentResults>,
    /// By the hash of the whole token; what is unknown is kept too.
    pub(crate) tokens: ReadCache<String, Option<Arc<(api_token::Model, user::Model)>>>,
    pub(crate) users: ReadCache<i32, Option<Arc<user::Model>>>,
    fingerprints: Fingerprints,
}

impl ReadCaches {
    /// What completed runs fail. Unlike the rest it outlives what is written to other runs, on MariaDB too.
    pub(crate) fn fingerprints(&self) -> &Fingerprints {
        &self.fingerprints
    }
}

impl Default for ReadCaches {
    fn default() -> Self {
        Self {
            suite: ReadCache::new(1),
            runs: ReadCache::new(32),
            lists: ReadCache::new(16),
            around: ReadCache::new(32),
            recent: ReadCache::new(64),
            tokens: ReadCache::new(1_000),
            users: ReadCache::new(1_000),
            fingerprints: Fingerprints::default(),
        }
    }
}
