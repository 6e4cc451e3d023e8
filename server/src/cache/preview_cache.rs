//! Rendered preview images.

use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;
use runlens_domain::{Error, blocking::BlockingPool};

const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Images rendered at the same time. Each takes a core for some milliseconds, and 3 MB.
const MAX_CONCURRENT: usize = 2;
/// Memory per entry in addition to the image.
const ENTRY_OVERHEAD_BYTES: usize = 100;

/// Images by the hash of their content. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PreviewCache {
    images: Cache<u128, Bytes>,
    pool: BlockingPool,
}

impl Default for PreviewCache {
    fn default() -> Self {
        let weigher =
            |_: &u128, image: &Bytes| u32::try_from(image.len() + ENTRY_OVERHEAD_BYTES).unwrap_or(u32::MAX);
        Self {
            images: Cache::builder().max_capacity(MAX_BYTES).weigher(weigher).build(),
            pool: BlockingPool::new(MAX_CONCURRENT),
        }
    }
}

impl PreviewCache {
    /// Returns the image of `key`, calling `render` on the blocking pool if it is not cached. Concurrent
    /// calls with the same key render once.
    ///
    /// # Errors
    /// [`Error::Internal`] if rendering fails.
    pub(crate) async fn get_or_render(
        &self,
        key: u128,
        render: impl FnOnce() -> Result<Vec<u8>, Error> + Send + 'static,
    ) -> Result<Bytes, Error> {
        let image = self
            .images
            .try_get_with(key, async { self.pool.run(render).await?.map(Bytes::from) });
        image
            .await
            .map_err(|error: Arc<Error>| Error::Internal(error.to_string()))
    }
}
