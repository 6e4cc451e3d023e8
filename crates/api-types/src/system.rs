//! Health of the installation, and the queue.

use serde::{Deserialize, Serialize};

use crate::{
    Page, Timestamp,
    page::{PageQuery, Pagination},
    query::query,
    run::{OperatingSystem, Revision, RunPlatform},
    text_enum::text_enum,
};

text_enum! {
    /// Health of the installation or of a dependency.
    HealthStatus {
        /// Works.
        Ok = "ok",
        /// Works with limitations.
        Degraded = "degraded",
        /// Does not work.
        Down = "down",
    }
}

/// Health of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// Overall status: `down` without the database, `degraded` without another dependency.
    pub status: HealthStatus,
    /// Time of the check.
    pub checked_at: Timestamp,
    /// Status of the dependencies.
    pub dependencies: Vec<Dependency>,
}

impl Health {
    /// Returns the overall health: the worst status of the dependencies.
    pub fn of(checked_at: Timestamp, dependencies: Vec<Dependency>) -> Self {
        let status = dependencies
            .iter()
            .map(|dependency| dependency.status)
            .max()
            .unwrap_or(HealthStatus::Ok);
        Self {
            status,
            checked_at,
            dependencies,
        }
    }

    /// Adds a dependency.
    pub fn with(mut self, dependency: Dependency) -> Self {
        self.dependencies.push(dependency);
        Self::of(self.checked_at, self.dependencies)
    }
}

/// Status of a dependency of Runlens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dependency {
    /// `database`, `files`, `bucket` or `redis`.
    pub name: String,
    /// Status of the dependency.
    pub status: HealthStatus,
    /// The problem and how to fix it; null if there is none.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub message: Option<String>,
}

text_enum! {
    /// Status of an unfinished run.
    QueueStatus {
        /// Being prepared or tested.
        Running = "running",
        /// Waiting for a worker.
        Queued = "queued",
    }
}

/// An unfinished run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueEntry {
    /// Numeric run ID.
    pub run_id: i32,
    /// Running or queued.
    pub status: QueueStatus,
    /// Operating system.
    pub platform: OperatingSystem,
    /// What was tested.
    #[serde(flatten)]
    #[cfg_attr(feature = "openapi", schema(inline))]
    pub revision: Revision,
    /// First report of progress; null while queued.
    #[serde(rename = "queued_at")]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub created_at: Option<Timestamp>,
    /// Start of testing.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub started_at: Option<Timestamp>,
    /// Position among all queued runs, from 1; null while running.
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1))]
    pub position: Option<u64>,
}

/// Number of unfinished runs on all operating systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueMeta {
    /// Number of queued runs.
    pub queue_depth: u64,
    /// Number of running runs.
    pub running_count: u64,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// The runs of this page.
    pub data: Vec<QueueEntry>,
    /// Position of this page in the list.
    pub pagination: Pagination,
    /// Totals of the whole queue, regardless of the filters.
    pub meta: QueueMeta,
}

impl Queue {
    /// Returns a page with the totals of the queue.
    pub fn new(page: Page<QueueEntry>, meta: QueueMeta) -> Self {
        Self {
            data: page.data,
            pagination: page.pagination,
            meta,
        }
    }
}

query! {
    /// Filters of the queue.
    pub struct QueueQuery {
        /// Page of the list.
        pub page: PageQuery = nested(),
        /// Only runs on this operating system. Positions are still those among all queued runs.
        pub platform: Option<RunPlatform> = choice().inline(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Dependency, Health, HealthStatus};
    use crate::Timestamp;

    #[test]
    fn overall_status_is_the_worst_of_the_dependencies() {
        let dependency = |status| Dependency {
            name: "dependency".to_owned(),
            status,
            message: None,
        };
        let mut health = Health::of(Timestamp::from_unix(0).expect("a time"), Vec::new());
        for (added, expected) in [
            (HealthStatus::Ok, HealthStatus::Ok),
            (HealthStatus::Degraded, HealthStatus::Degraded),
            (HealthStatus::Ok, HealthStatus::Degraded),
            (HealthStatus::Down, HealthStatus::Down),
            (HealthStatus::Degraded, HealthStatus::Down),
        ] {
            health = health.with(dependency(added));
            assert_eq!(health.status, expected, "{:?}", health.dependencies);
        }
    }
}
