//! For tests: a platform with a database of its own, on SQLite or on MariaDB, builders for its rows, and a clock that tests move.

mod bucket;
mod rows;

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use runlens_api_types::Timestamp;
use sea_orm::ConnectionTrait;

use crate::{Clock, Services, Settings, files::Files, live::LiveSettings, store::Store};

pub use crate::logs::fuzzing::check_log;
pub use bucket::Bucket;
pub use rows::{OutputSpec, RunSpec, TestSpec};

/// When tests begin: 2026-06-27T12:00:00Z.
pub const START: i64 = 1_782_561_600;

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file in a directory of the test's own.
    Sqlite,
    /// A database of the test's own on the server that `RUNLENS_TEST_MARIADB_URL` names.
    MariaDb,
}

/// A platform for one test.
pub struct TestPlatform {
    /// The platform under test; its files are in memory.
    pub platform: Services,
    seconds: Arc<AtomicI64>,
    queries: Arc<Mutex<Vec<String>>>,
    _directory: tempfile::TempDir,
}

/// Runs one test body on SQLite and on MariaDB: `each_backend! { async fn name_as_a_sentence(test) { … } }`, where `test` is
/// a [`TestPlatform`].
#[macro_export]
macro_rules! each_backend {
    ($(async fn $name:ident($test:ident) $body:block)+) => {
        $(mod $name {
            use super::*;

            async fn body($test: $crate::testing::TestPlatform) $body

            #[tokio::test]
            async fn on_sqlite() {
                body($crate::testing::TestPlatform::new($crate::testing::Backend::Sqlite).await).await;
            }

            #[tokio::test]
            async fn on_mariadb() {
                body($crate::testing::TestPlatform::new($crate::testing::Backend::MariaDb).await).await;
            }
        })+
    };
}

impl TestPlatform {
    /// An empty platform.
    ///
    /// # Panics
    /// Without a database to run on.
    pub async fn new(backend: Backend) -> Self {
        Self::with(backend, Settings::default()).await
    }

    /// An empty platform that is told something else about itself.
    ///
    /// # Panics
    /// Without a database to run on.
    pub async fn with(backend: Backend, settings: Settings) -> Self {
        let directory = tempfile::tempdir().expect("a directory for the test");
        let url = match backend {
            Backend::Sqlite => format!("sqlite://{}", directory.path().join("runlens.db").display()),
            Backend::MariaDb => new_mariadb_database().await,
        };
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
        }
    }

    /// The same platform with its files elsewhere.
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

    /// The same platform, looking at the runs that are watched as often as a test has patience for.
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

    /// Moves the clock forward.
    pub fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    /// The queries since the last call.
    pub fn take_queries(&self) -> Vec<String> {
        std::mem::take(&mut self.queries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Runs SQL that no builder is for.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn sql(&self, sql: &str) {
        self.platform
            .store()
            .db()
            .execute_unprepared(sql)
            .await
            .expect(sql);
    }
}

/// A database with the platform's tables, on the server for tests.
async fn new_mariadb_database() -> String {
    #[expect(clippy::disallowed_methods, reason = "tests are told where their server is")]
    let server = std::env::var("RUNLENS_TEST_MARIADB_URL")
        .expect("RUNLENS_TEST_MARIADB_URL names no MariaDB server; `make test` starts one and sets it");
    let name = format!("runlens_{}", hex::encode(crate::clock::random_bytes::<8>()));
    let admin = Store::open(&format!("{server}/mysql")).await.expect("an address");
    admin
        .db()
        .execute_unprepared(&format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"))
        .await
        .expect("the MariaDB for tests answers");
    let url = format!("{server}/{name}");
    let store = Store::open(&url).await.expect("an address");
    store
        .db()
        .execute_unprepared(include_str!("platform-schema.sql"))
        .await
        .expect("the platform's schema");
    url
}
