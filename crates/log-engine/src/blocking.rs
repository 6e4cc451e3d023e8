//! Threads for work that blocks or keeps a core busy.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// Limits how many tasks run on blocking threads at a time; further tasks wait. Cheap to clone.
#[derive(Clone)]
pub(crate) struct BlockingPool {
    permits: Arc<Semaphore>,
}

impl BlockingPool {
    pub(crate) fn new(max_tasks: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(max_tasks)),
        }
    }

    /// Runs a task once a permit is free.
    ///
    /// # Errors
    /// [`Error::Internal`] if the task panics.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|error| Error::Internal(error.to_string()))?;
        spawn_blocking(move || {
            // Held until the task ends, even if the caller is gone by then.
            let _permit = permit;
            task()
        })
        .await
    }
}

/// Runs a short task on a blocking thread.
///
/// # Errors
/// [`Error::Internal`] if the task panics.
pub(crate) async fn spawn_blocking<T: Send + 'static>(
    task: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(task)
        .await
        .map_err(|error| Error::Internal(error.to_string()))
}
