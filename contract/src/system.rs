//! The state of the installation.

use serde::{Deserialize, Serialize};

use crate::{Timestamp, text_enum::text_enum};

text_enum! {
    /// State of the installation, or of a part of it.
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

/// State of something Runlens needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dependency {
    /// `database`, `files`, `bucket`.
    pub name: String,
    /// Its state.
    pub status: HealthStatus,
    /// What is wrong, and what to do; null where nothing is.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub message: Option<String>,
}
