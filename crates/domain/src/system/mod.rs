//! The state of the installation.

mod check;
mod health;
mod queue;

use std::sync::Arc;

pub use check::CheckResult;
pub use health::dependency;

use crate::{
    Clock,
    files::Files,
    store::{Store, data_version::DataVersion},
};

/// Use cases of the installation. Cheap to clone.
#[derive(Clone)]
pub struct SystemService {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    files: Files,
    clock: Clock,
}

impl SystemService {
    pub(crate) fn new(store: Store, files: Files, clock: Clock) -> Self {
        Self {
            inner: Arc::new(Inner { store, files, clock }),
        }
    }

    /// Returns the version of the database's content, for caches; none where the database does not report one.
    pub async fn data_version(&self) -> Option<DataVersion> {
        self.inner.store.data_version().await
    }

    fn store(&self) -> &Store {
        &self.inner.store
    }

    fn files(&self) -> &Files {
        &self.inner.files
    }

    fn clock(&self) -> &Clock {
        &self.inner.clock
    }
}

/// Names a file store after its setting.
fn store_name(store: &str) -> &str {
    match store {
        "local" => "files",
        "gcs" => "bucket",
        other => other,
    }
}
