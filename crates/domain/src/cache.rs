//! A cache of query results that is valid as long as the database does not change.

use std::{hash::Hash, sync::Arc};

use tokio::sync::OnceCell;

use crate::{
    Result,
    store::{Store, data_version::DataVersion},
};

/// Results of one kind of query, keyed by its arguments.
///
/// An entry is valid for the [`DataVersion`] it was read at, so every write to the database, by any process,
/// invalidates it. Callers that miss on the same key at the same time share one read. A database without a
/// data version (MariaDB) is not cached.
pub(crate) struct QueryCache<K, V> {
    entries: moka::sync::Cache<(DataVersion, K), Arc<OnceCell<V>>>,
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Clone + Send + Sync + 'static> QueryCache<K, V> {
    /// Creates a cache of at most `max_entries` entries.
    pub(crate) fn new(max_entries: u64) -> Self {
        Self {
            entries: moka::sync::Cache::new(max_entries),
        }
    }

    /// Returns the cached result for `key`, or runs `read` and caches what it returns. Errors are not cached:
    /// the next caller reads again.
    pub(crate) async fn get(
        &self,
        store: &Store,
        key: K,
        read: impl Future<Output = Result<V>>,
    ) -> Result<V> {
        // Boxed, because the futures of nested reads add up to more than a test thread's stack in unoptimized
        // builds.
        let read = Box::pin(read);
        // Taken before the read, so the version is never newer than the result stored under it.
        let Some(version) = store.data_version().await else {
            return read.await;
        };
        let entry = self.entries.get_with((version, key), Arc::default);
        entry.get_or_try_init(|| read).await.cloned()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::task::yield_now;

    use super::QueryCache;
    use crate::{
        Error, Result,
        testing::{Backend, TestPlatform},
    };

    #[tokio::test]
    async fn concurrent_misses_share_one_read() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let (cache, reads) = (QueryCache::new(8), AtomicU32::new(0));
        let get = || {
            cache.get(test.platform.store(), "key", async {
                yield_now().await;
                Ok(reads.fetch_add(1, Ordering::Relaxed))
            })
        };
        let results = futures::future::join_all([get(), get(), get()]).await;
        assert!(
            results
                .into_iter()
                .all(|result| result.is_ok_and(|value| value == 0))
        );
        assert_eq!(reads.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_failed_read_is_not_cached() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let cache = QueryCache::new(8);
        let get = |result: Result<u32>| cache.get(test.platform.store(), (), async { result });
        assert!(get(Err(Error::Unauthorized)).await.is_err());
        assert_eq!(get(Ok(7)).await.ok(), Some(7));
        assert_eq!(get(Ok(8)).await.ok(), Some(7));
    }

    #[tokio::test]
    async fn a_write_invalidates_every_entry() {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let cache = QueryCache::new(8);
        let get = |value: u32| cache.get(test.platform.store(), (), async move { Ok(value) });
        assert_eq!(get(1).await.ok(), Some(1));
        test.sql("INSERT INTO category (name, description) VALUES ('DVB', '')")
            .await;
        assert_eq!(get(2).await.ok(), Some(2));
    }
}
