//! File stores.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{Switch, non_empty};

#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct FilesOptions {
    /// Directory with the platform's files (its SAMPLE_REPOSITORY); empty for none [default: runlens-files]
    #[arg(long, global = true, env = "RUNLENS_FILES_ROOT", value_name = "DIRECTORY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_root: Option<String>,
    /// Google Cloud Storage bucket with the same files
    #[arg(long, global = true, env = "RUNLENS_FILES_BUCKET", value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_bucket: Option<String>,
    /// Service account key file for the bucket; its `gcs_base_url` may name an emulator
    #[arg(long, global = true, env = "RUNLENS_GCS_SERVICE_ACCOUNT", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gcs_service_account: Option<String>,
    /// Redirect raw log downloads to the bucket, with a signed URL valid for 15 minutes [default: off]
    #[arg(long, global = true, env = "RUNLENS_RAW_LOG_REDIRECT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_log_redirect: Option<Switch>,
}

impl FilesOptions {
    pub(super) fn resolve(self) -> FilesConfig {
        let root = self.files_root.unwrap_or_else(|| "runlens-files".to_owned());
        FilesConfig {
            root: non_empty(Some(root)).map(PathBuf::from),
            bucket: non_empty(self.files_bucket),
            service_account: non_empty(self.gcs_service_account).map(PathBuf::from),
            redirect_raw_logs: self.raw_log_redirect == Some(Switch::On),
        }
    }
}

#[derive(Clone, Debug)]
pub struct FilesConfig {
    /// Local directory.
    pub root: Option<PathBuf>,
    pub bucket: Option<String>,
    /// Key file for the bucket.
    pub service_account: Option<PathBuf>,
    /// Whether raw logs in the bucket are downloaded from the bucket.
    pub redirect_raw_logs: bool,
}
