//! Health of the dependencies.

use std::fmt::Display;

use runlens_api_types::system::{Dependency, Health, HealthStatus};

use super::{SystemService, store_name};
use crate::Error;

impl SystemService {
    /// Returns the health of database and file stores; the server adds dependencies of its own. Needs no scope: details of a
    /// failure are only logged.
    pub async fn health(&self) -> Health {
        let database = self.store().ping().await.map_err(Error::from);
        let mut dependencies = vec![dependency("database", HealthStatus::Down, database)];
        for (name, state) in self.files().check().await {
            dependencies.push(dependency(store_name(name), HealthStatus::Degraded, state));
        }
        Health::of(self.clock().now(), dependencies)
    }
}

/// Builds a dependency. `without` is the health of the installation while the dependency fails.
pub fn dependency(name: &str, without: HealthStatus, state: Result<(), impl Display>) -> Dependency {
    let status = if state.is_ok() { HealthStatus::Ok } else { without };
    let message = state.err().map(|error| {
        tracing::warn!(name, %error, "dependency check failed");
        format!("`{name}` cannot be used at the moment. `runlens check` says why.")
    });
    Dependency {
        name: name.to_owned(),
        status,
        message,
    }
}
