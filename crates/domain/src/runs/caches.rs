//! Cached queries for runs. Capacities count entries: a run or a page of runs takes some hundred kilobytes.

use std::sync::Arc;

use runlens_api_types::{
    Page,
    recent::RecentResults,
    run::{Run, RunQuery},
};

use super::{same_failures::Fingerprints, snapshot::RunSnapshot};
use crate::{cache::QueryCache, store::same_failures::CompletedRun};

pub(super) struct RunCaches {
    pub(super) runs: QueryCache<i32, Arc<RunSnapshot>>,
    pub(super) pages: QueryCache<RunQuery, Arc<Page<Run>>>,
    /// Completed runs shortly before and after a run.
    pub(super) neighbours: QueryCache<i32, Arc<Vec<CompletedRun>>>,
    /// Results of the given tests in a run and in the runs before it.
    pub(super) recent: QueryCache<(i32, Vec<i32>), RecentResults>,
    /// Hashes of the failures of completed runs. Their keys survive writes to other runs, and cached on MariaDB too.
    pub(super) fingerprints: Fingerprints,
}

impl Default for RunCaches {
    fn default() -> Self {
        Self {
            runs: QueryCache::new(32),
            pages: QueryCache::new(16),
            neighbours: QueryCache::new(32),
            recent: QueryCache::new(64),
            fingerprints: Fingerprints::default(),
        }
    }
}
