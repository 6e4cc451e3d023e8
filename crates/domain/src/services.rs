//! The composition root: builds every service from the store, the files, the clock and the settings.
//!
//! A use case is a method of one service. It takes the [`Caller`], checks its scope (see [`crate::access`]) before it reads
//! anything, and is in a file of its own. A service holds only what its use cases need.

use std::sync::Arc;

use crate::{
    Caller, Clock, Settings, auth::AuthService, files::Files, live::LiveService, logs::LogService,
    outputs::OutputService, runs::RunService, search::SearchService, store::Store, suite::SuiteService,
    suite_definition::SuiteDefinition, system::SystemService,
};

/// Every use case. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub runs: RunService,
    pub suite: SuiteService,
    pub outputs: OutputService,
    pub logs: LogService,
    pub auth: AuthService,
    pub system: SystemService,
    pub live: LiveService,
    pub search: SearchService,
    pub(crate) store: Store,
    pub(crate) files: Files,
    clock: Clock,
    settings: Arc<Settings>,
}

impl Services {
    /// Builds the services. Nothing is connected to yet.
    pub fn new(store: Store, files: Files, clock: Clock, settings: Settings) -> Self {
        let settings = Arc::new(settings);
        let definition = SuiteDefinition::new(store.clone());
        let runs = RunService::new(store.clone(), settings.clone(), definition.clone());
        Self {
            suite: SuiteService::new(store.clone(), settings.clone(), definition),
            outputs: OutputService::new(files.clone()),
            logs: LogService::new(files.clone(), settings.redirect_raw_logs),
            auth: AuthService::new(store.clone(), clock.clone()),
            system: SystemService::new(store.clone(), files.clone(), clock.clone()),
            live: LiveService::new(runs.clone(), store.clone(), files.clone(), settings.live),
            search: SearchService::new(runs.clone(), store.clone()),
            runs,
            store,
            files,
            clock,
            settings,
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Returns a visitor without an account, with the public scopes.
    pub fn visitor(&self) -> Caller {
        Caller::visitor(self.settings.public_scopes.iter().copied())
    }

    /// The stores of files, for tests that put files there.
    #[cfg(feature = "testing")]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The database, for tests that prepare its rows.
    #[cfg(feature = "testing")]
    pub fn store(&self) -> &Store {
        &self.store
    }
}
