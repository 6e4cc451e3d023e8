//! Test support: a platform with a database per test, row builders, and a clock that tests advance.
//!
//! Tests need no servers. What runs on MariaDB, Redis or a bucket is skipped, and says so on stderr, unless the variable of
//! [`TestServer`] is set; `make test` sets all of them.
//!
//! Property tests (`proptest`) record the seed of a failure in `proptest-regressions/` of their crate and print it as a line
//! `cc …`. Commit that file, or add the line that CI printed, and every later run tries the failing case first.
//! `PROPTEST_RNG_SEED=N` makes all generated cases reproducible, `PROPTEST_CASES=N` sets their number where a test does not.

mod bucket;
mod file_clock;
mod mariadb;
mod rows;
mod servers;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use runlens_api_types::Timestamp;
use sea_orm::ConnectionTrait;

use crate::{Clock, LiveSettings, Services, Settings, files::Files, store::Store};

pub use bucket::Bucket;
pub use file_clock::wait_for_file_clock;
use mariadb::MariaDbDatabase;
pub use rows::{OutputSpec, RunSpec, TestSpec};
pub use servers::TestServer;

/// Time at which tests start: 2026-06-27T12:00:00Z.
pub const START: i64 = 1_782_561_600;

/// Database of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary directory per test.
    Sqlite,
    /// A database per test on the server that `RUNLENS_TEST_MARIADB_URL` names.
    MariaDb,
}

impl Backend {
    /// Whether tests can run on this backend. Reports on stderr that they are skipped if not.
    pub fn is_available(self) -> bool {
        self == Self::Sqlite || TestServer::MariaDb.locate().is_some()
    }
}

/// A platform for one test.
pub struct TestPlatform {
    /// The services under test; files are stored in memory.
    pub platform: Services,
    seconds: Arc<AtomicI64>,
    queries: Arc<Mutex<Vec<String>>>,
    _directory: tempfile::TempDir,
    _database: Option<MariaDbDatabase>,
}

/// Runs one test body per [`Backend`], as the tests `name::sqlite` and `name::mariadb`:
/// `each_backend! { async fn name(test) { … } }`, where `test` is a [`TestPlatform`].
///
/// `name::mariadb` returns at once if no MariaDB server is configured.
#[macro_export]
macro_rules! each_backend {
    ($(async fn $name:ident($test:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn body($test: $crate::testing::TestPlatform) $body

            #[tokio::test]
            async fn sqlite() {
                let test = $crate::testing::TestPlatform::new($crate::testing::Backend::Sqlite).await;
                // Boxed, because futures of use cases are large and the stacks of test threads small.
                Box::pin(body(test)).await;
            }

            #[tokio::test]
            async fn mariadb() {
                if $crate::testing::Backend::MariaDb.is_available() {
                    let test = $crate::testing::TestPlatform::new($crate::testing::Backend::MariaDb).await;
                    Box::pin(body(test)).await;
                }
            }
        })+
    };
}

impl TestPlatform {
    /// Creates an empty platform.
    ///
    /// # Panics
    /// If the database cannot be created.
    pub async fn new(backend: Backend) -> Self {
        Self::with(backend, Settings::default()).await
    }

    /// Creates an empty platform with these settings.
    ///
    /// # Panics
    /// If the database cannot be created, or no MariaDB server is configured: check [`Backend::is_available`] first.
    pub async fn with(backend: Backend, settings: Settings) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the test");
        let database = match backend {
            Backend::Sqlite => None,
            Backend::MariaDb => Some(
                Box::pin(MariaDbDatabase::create())
                    .await
                    .expect("a MariaDB server"),
            ),
        };
        let url = database.as_ref().map_or_else(
            || format!("sqlite://{}", directory.path().join("runlens.db").display()),
            MariaDbDatabase::url,
        );
        let mut store = Store::open(&url).await.expect("the test's database opens");
        let queries = Arc::new(Mutex::new(Vec::new()));
        let log = queries.clone();
        store.on_query(move |sql| {
            log.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(sql.to_owned())
        });
        let seconds = Arc::new(AtomicI64::new(START));
        let now = seconds.clone();
        let clock = Clock::new(move || {
            Timestamp::from_unix(now.load(Ordering::SeqCst)).expect("a time within range")
        });
        Self {
            platform: Services::new(store, Files::none().with_memory(), clock, settings),
            seconds,
            queries,
            _directory: directory,
            _database: database,
        }
    }

    /// Replaces the file stores.
    pub fn with_files(mut self, files: Files) -> Self {
        let platform = &self.platform;
        self.platform = Services::new(
            platform.store().clone(),
            files,
            platform.clock().clone(),
            platform.settings().clone(),
        );
        self
    }

    /// Replaces the intervals at which followed runs are polled.
    pub fn with_live(mut self, live: LiveSettings) -> Self {
        let platform = &self.platform;
        let settings = Settings {
            live,
            ..platform.settings().clone()
        };
        self.platform = Services::new(
            platform.store().clone(),
            platform.files().clone(),
            platform.clock().clone(),
            settings,
        );
        self
    }

    /// Advances the clock.
    pub fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Returns the SQL texts executed since the last call.
    pub fn take_queries(&self) -> Vec<String> {
        std::mem::take(&mut self.queries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Executes SQL for which there is no builder.
    ///
    /// # Panics
    /// If the database refuses.
    pub async fn sql(&self, sql: &str) {
        self.platform
            .store()
            .db()
            .execute_unprepared(sql)
            .await
            .expect(sql);
    }
}
