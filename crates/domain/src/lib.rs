//! Everything below HTTP: who may ask what, what the rows mean, and how they are read.
//!
//! [`Services`] is what the server and the pages are handed. Its methods are the use cases; each takes the [`Caller`] and
//! refuses for itself. What a row means is decided by pure functions in `runs`, `results`, `errors` and `logs`; only `store`
//! knows SQL, and only `files` knows where files lie.

pub mod artifacts;
pub mod auth;
pub mod blocking;
mod cache;
pub mod caller;
pub mod clock;
mod comparison;
mod content_type;
pub mod demo;
pub mod error;
pub mod errors;
pub mod files;
pub mod live;
pub mod logs;
pub mod outputs;
pub mod results;
pub mod runs;
pub mod search;
pub mod store;
pub mod suite;
pub mod system;
#[cfg(feature = "testing")]
pub mod testing;

use std::sync::Arc;

use runlens_api_types::auth::Scope;

pub use caller::Caller;
pub use clock::Clock;
pub use error::{Error, Result};
pub use runs::OpenRun;

use auth::{AuthCaches, PasswordChecker};
use blocking::BlockingPool;
use files::Files;
use live::{LiveRuns, LiveSettings};
use logs::{LogCache, MatchCache};
use runs::RunCaches;
use store::Store;

/// What an installation is told about itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Origin of every absolute link, without a slash at its end.
    pub public_url: String,
    /// `OWNER/NAME` whose `master` is the reference.
    pub main_repository: String,
    /// What a visitor without an account may read.
    pub public_scopes: Vec<Scope>,
    /// Whether a log that lies in a bucket is fetched from there, by a signed address.
    pub redirect_raw_logs: bool,
    /// How often a run that is watched is looked at.
    pub live: LiveSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:3000".to_owned(),
            main_repository: "CCExtractor/ccextractor".to_owned(),
            public_scopes: vec![Scope::RunsRead, Scope::ResultsRead],
            redirect_raw_logs: false,
            live: LiveSettings::default(),
        }
    }
}

/// The composition root: everything a use case needs. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    files: Files,
    clock: Clock,
    settings: Settings,
    logs: LogCache,
    searches: MatchCache,
    run_caches: RunCaches,
    auth_caches: AuthCaches,
    passwords: PasswordChecker,
    diff_pool: BlockingPool,
    live: LiveRuns,
}

impl Services {
    /// Puts the parts together. Nothing is connected to yet.
    pub fn new(store: Store, files: Files, clock: Clock, settings: Settings) -> Self {
        let inner = Inner {
            store,
            files,
            clock,
            settings,
            logs: LogCache::default(),
            searches: MatchCache::default(),
            run_caches: RunCaches::default(),
            auth_caches: AuthCaches::default(),
            passwords: PasswordChecker::default(),
            diff_pool: BlockingPool::new(outputs::DIFFS_AT_A_TIME),
            live: LiveRuns::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The stores of files.
    pub fn files(&self) -> &Files {
        &self.inner.files
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// What the installation is told about itself.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub(crate) fn logs(&self) -> &LogCache {
        &self.inner.logs
    }

    pub(crate) fn searches(&self) -> &MatchCache {
        &self.inner.searches
    }

    pub(crate) fn run_caches(&self) -> &RunCaches {
        &self.inner.run_caches
    }

    pub(crate) fn auth_caches(&self) -> &AuthCaches {
        &self.inner.auth_caches
    }

    pub(crate) fn passwords(&self) -> &PasswordChecker {
        &self.inner.passwords
    }

    pub(crate) fn live(&self) -> &LiveRuns {
        &self.inner.live
    }

    pub(crate) fn diff_pool(&self) -> &BlockingPool {
        &self.inner.diff_pool
    }

    /// A visitor without an account.
    pub fn visitor(&self) -> Caller {
        Caller::visitor(self.settings().public_scopes.iter().copied())
    }
}
