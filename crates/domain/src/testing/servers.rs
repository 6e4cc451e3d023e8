//! Addresses of the servers that tests may use. Without them, tests run on SQLite and local files only.

use std::{
    collections::BTreeSet,
    io::Write as _,
    sync::{Mutex, PoisonError},
};

/// A server that `scripts/with-servers` or `scripts/with-gcs` starts for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TestServer {
    /// A MariaDB server whose `root` has no password.
    MariaDb,
    /// A Redis server.
    Redis,
    /// A server that speaks the API of Google Cloud Storage.
    Gcs,
}

impl TestServer {
    /// Returns the environment variable that locates the server.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::MariaDb => "RUNLENS_TEST_MARIADB_URL",
            Self::Redis => "RUNLENS_TEST_REDIS_URL",
            Self::Gcs => "RUNLENS_TEST_GCS_KEY",
        }
    }

    const fn product(self) -> &'static str {
        match self {
            Self::MariaDb => "MariaDB",
            Self::Redis => "Redis",
            Self::Gcs => "Google Cloud Storage",
        }
    }

    /// Returns the value of [`Self::variable`], or `None` if it is unset or empty. Tests return early then; the first
    /// `None` of a process is reported on stderr.
    pub fn locate(self) -> Option<String> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the servers of tests are configured by environment only"
        )]
        let location = std::env::var(self.variable())
            .ok()
            .filter(|value| !value.is_empty());
        if location.is_none() {
            self.report_skipped();
        }
        location
    }

    fn report_skipped(self) {
        static REPORTED: Mutex<BTreeSet<TestServer>> = Mutex::new(BTreeSet::new());
        let is_first = REPORTED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(self);
        if is_first {
            // `eprintln!` would be captured: the report has to be visible although the test passes.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: tests on {}, because {} is not set",
                self.product(),
                self.variable()
            );
        }
    }
}
