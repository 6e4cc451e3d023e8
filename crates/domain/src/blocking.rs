//! Work that keeps a core busy, or waits: off the async threads, few at a time.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// A number of pieces of work that may run at the same time; the others wait. Cheap to clone.
#[derive(Clone)]
pub struct Workers {
    permits: Arc<Semaphore>,
}

impl Workers {
    /// At most so many at the same time.
    pub fn new(count: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(count)),
        }
    }

    /// Does a piece of work on a thread of its own.
    ///
    /// # Errors
    /// [`Error::Internal`] where the work panics.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|error| Error::Internal(error.to_string()))?;
        apart(move || {
            // Held until the work is done, also where nobody waits for its answer any more.
            let _permit = permit;
            work()
        })
        .await
    }
}

/// Does a piece of work that waits, or is short, on a thread of its own.
///
/// # Errors
/// [`Error::Internal`] where the work panics.
pub(crate) async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(error.to_string()))
}
