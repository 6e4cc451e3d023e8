//! Blocking or CPU-bound work, moved off the async threads.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Limits how many blocking jobs of one kind run at the same time; further jobs wait. Cheap to clone.
#[derive(Clone)]
pub struct BlockingPool {
    permits: Arc<Semaphore>,
}

impl BlockingPool {
    /// Creates a pool that runs at most `max_concurrent` jobs at a time.
    pub fn new(max_concurrent: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(max_concurrent)),
        }
    }

    /// Runs a job on a blocking thread once a permit is free.
    ///
    /// # Errors
    /// [`Error::Internal`] if the job panics.
    pub async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|error| Error::Internal(error.to_string()))?;
        spawn_blocking(move || {
            // Held until the job ends, even if the caller stops waiting for it.
            let _permit = permit;
            job()
        })
        .await
    }
}

/// Runs a short job on a blocking thread, without a limit on concurrency.
///
/// # Errors
/// [`Error::Internal`] if the job panics.
pub(crate) async fn spawn_blocking<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(job)
        .await
        .map_err(|error| Error::Internal(error.to_string()))
}
