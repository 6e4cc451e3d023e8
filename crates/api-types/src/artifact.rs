//! Files of a run other than its log and its outputs.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// Kind of an artifact.
    ArtifactType {
        /// The tested program.
        Binary = "binary",
        /// Standard output and standard error of the program, for all tests.
        Stdout = "stdout",
        /// Core dump of the program.
        Coredump = "coredump",
        /// Any other file.
        Other = "other",
    }
}

text_enum! {
    /// Availability of a file in the configured stores.
    StorageStatus {
        /// All stores have it.
        Ok = "ok",
        /// At least one store does not have it, or did not respond.
        Degraded = "degraded",
        /// No store has it.
        Missing = "missing",
    }
}

/// A file of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Artifact {
    /// Unique, stable ID.
    pub artifact_id: String,
    /// Numeric run ID.
    pub run_id: i32,
    /// Always null: files are not assigned to a sample.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// Kind of the file.
    #[serde(rename = "type")]
    pub kind: ArtifactType,
    /// Name of the file.
    pub filename: String,
    /// Media type, derived from the file name.
    pub content_type: String,
    /// Size in bytes; null if no store that responded has it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub size_bytes: Option<u64>,
    /// Availability in the configured stores.
    pub storage_status: StorageStatus,
    /// Signed URL of the object storage, valid for 15 minutes without a token. Null if the object storage does not have the
    /// file, or if no signing key is configured.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub download_url: Option<String>,
}
