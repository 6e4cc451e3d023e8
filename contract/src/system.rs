//! The state of the installation.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, text_enum::text_enum};

text_enum! {
    /// State of the installation, or of a part of it, from good to bad.
    HealthStatus {
        /// Works.
        Ok = "ok",
        /// Works in part.
        Degraded = "degraded",
        /// Does not work.
        Down = "down",
    }
}

/// State of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// The whole: `down` without its database, `degraded` without another part.
    pub status: HealthStatus,
    /// When it was looked at.
    pub checked_at: Timestamp,
    /// Its parts.
    pub dependencies: Vec<Dependency>,
}

impl Health {
    /// The state of parts: the whole is as bad as the worst of them.
    pub fn of(checked_at: Timestamp, dependencies: Vec<Dependency>) -> Self {
        let status = dependencies.iter().map(|dependency| dependency.status).max().unwrap_or(HealthStatus::Ok);
        Self { status, checked_at, dependencies }
    }

    /// The state with a further part.
    pub fn with(mut self, dependency: Dependency) -> Self {
        self.dependencies.push(dependency);
        Self::of(self.checked_at, self.dependencies)
    }
}

/// State of something Runlens needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dependency {
    /// `database`, `files`, `bucket`, `redis`.
    pub name: String,
    /// Its state.
    pub status: HealthStatus,
    /// What is wrong, and what to do; null where nothing is.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub message: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{Dependency, Health, HealthStatus};
    use crate::Timestamp;

    #[test]
    fn the_whole_is_as_bad_as_its_worst_part() {
        let part = |status| Dependency { name: "part".to_owned(), status, message: None };
        let mut health = Health::of(Timestamp::from_unix(0).expect("a time"), Vec::new());
        for (added, expected) in [
            (HealthStatus::Ok, HealthStatus::Ok),
            (HealthStatus::Degraded, HealthStatus::Degraded),
            (HealthStatus::Ok, HealthStatus::Degraded),
            (HealthStatus::Down, HealthStatus::Down),
            (HealthStatus::Degraded, HealthStatus::Down),
        ] {
            health = health.with(part(added));
            assert_eq!(health.status, expected, "{:?}", health.dependencies);
        }
    }
}
