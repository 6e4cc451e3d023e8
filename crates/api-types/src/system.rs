//! The state of the installation.

use serde::{Deserialize, Serialize};

use crate::{
    Page, Timestamp,
    page::{PageQuery, Pagination},
    query::query,
    run::{OperatingSystem, RunPlatform},
    text_enum::text_enum,
};

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

text_enum! {
    /// Where a run stands that has not ended.
    QueueStatus {
        /// Being prepared or tested.
        Running = "running",
        /// Not picked up yet.
        Queued = "queued",
    }
}

/// A run that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueEntry {
    /// Numeric run ID.
    pub run_id: i32,
    /// Where it stands.
    pub status: QueueStatus,
    /// Operating system.
    pub platform: OperatingSystem,
    /// `OWNER/NAME` of the repository tested; empty where the platform does not know it.
    pub repository: String,
    /// Branch tested.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub branch: Option<String>,
    /// Commit tested, 40 hexadecimal digits.
    pub commit_sha: String,
    /// Pull request number, null for a run of a commit.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pull_request: Option<i32>,
    /// First report of progress; null while queued.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub queued_at: Option<Timestamp>,
    /// When testing began.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub started_at: Option<Timestamp>,
    /// Place among all queued runs, from 1; null while running.
    #[cfg_attr(feature = "openapi", schema(required, minimum = 1))]
    pub position: Option<u64>,
}

/// How many runs have not ended, on every operating system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueMeta {
    /// Queued runs.
    pub queue_depth: u64,
    /// Running runs.
    pub running_count: u64,
}

/// A page of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Queue {
    /// The runs of this page.
    pub data: Vec<QueueEntry>,
    /// Where this page lies in the list.
    pub pagination: Pagination,
    /// The whole queue in numbers, whatever was asked for.
    pub meta: QueueMeta,
}

impl Queue {
    /// A page with the whole in numbers.
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
    fn the_whole_is_as_bad_as_its_worst_part() {
        let part = |status| Dependency {
            name: "part".to_owned(),
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
            health = health.with(part(added));
            assert_eq!(health.status, expected, "{:?}", health.dependencies);
        }
    }
}
