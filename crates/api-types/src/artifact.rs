//! Files that a run left behind, besides its log and its outputs.

use serde::{Deserialize, Serialize};

use crate::text_enum::text_enum;

text_enum! {
    /// What a file is.
    ArtifactType {
        /// The program that was tested.
        Binary = "binary",
        /// What the program wrote to standard output and standard error, test after test.
        Stdout = "stdout",
        /// Memory of the program when it crashed.
        Coredump = "coredump",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// Whether the stores have a file.
    StorageStatus {
        /// Every configured store has it.
        Ok = "ok",
        /// A store lacks it, or did not answer.
        Degraded = "degraded",
        /// No store has it.
        Missing = "missing",
    }
}

/// One file that a run left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Artifact {
    /// Names it among all artifacts; the same every time.
    pub artifact_id: String,
    /// Numeric run ID.
    pub run_id: i32,
    /// Always null: the files of a run do not say which sample they are about.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub sample_id: Option<i32>,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ArtifactType,
    /// Name of the file.
    pub filename: String,
    /// Media type, by the file's name.
    pub content_type: String,
    /// Size in bytes; null where no store that answers has it.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub size_bytes: Option<u64>,
    /// Whether the stores have it.
    pub storage_status: StorageStatus,
    /// Where it can be fetched without a token for 15 minutes: a signed address of the object storage, which has been seen to
    /// have the file. Null where it has not, or where Runlens has no key to sign with.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub download_url: Option<String>,
}
