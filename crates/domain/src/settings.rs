//! Settings of an installation that the use cases depend on.

use std::time::Duration;

use runlens_api_types::auth::Scope;

#[derive(Clone, Debug)]
pub struct Settings {
    /// Origin of every absolute link, without a trailing slash.
    pub public_url: String,
    /// `OWNER/NAME` of the repository whose `master` is the baseline.
    pub main_repository: String,
    /// Scopes of a visitor without an account.
    pub public_scopes: Vec<Scope>,
    /// Whether the download of a log in a bucket redirects to a signed URL of the bucket.
    pub redirect_raw_logs: bool,
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

/// Polling intervals for runs that are watched.
#[derive(Clone, Copy, Debug)]
pub struct LiveSettings {
    /// SQLite and local logs: cheap to poll, because SQLite reports whether anything was written.
    pub sqlite_poll_interval: Duration,
    /// MySQL and MariaDB, which report no data version, so that the run's rows are counted.
    pub mysql_poll_interval: Duration,
    /// Logs in a bucket, and logs that were not found.
    pub remote_log_poll_interval: Duration,
    /// How often a client that watches a run is authenticated again.
    pub reauthenticate_interval: Duration,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            sqlite_poll_interval: Duration::from_secs(1),
            mysql_poll_interval: Duration::from_secs(2),
            remote_log_poll_interval: Duration::from_secs(15),
            reauthenticate_interval: Duration::from_secs(30),
        }
    }
}
