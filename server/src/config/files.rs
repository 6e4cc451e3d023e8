//! Where files lie.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

use super::{Switch, non_empty};

/// What can be said about the stores of files.
#[derive(Args, Clone, Default, Serialize, Deserialize)]
pub struct FilesOptions {
    /// Directory with the platform's files, its SAMPLE_REPOSITORY; empty for none [default: runlens-files]
    #[arg(long, global = true, env = "RUNLENS_FILES_ROOT", value_name = "DIRECTORY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_root: Option<String>,
    /// Google Cloud Storage bucket with the same files
    #[arg(long, global = true, env = "RUNLENS_FILES_BUCKET", value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub files_bucket: Option<String>,
    /// Key file of the account that reads the bucket; its `gcs_base_url` may name an emulator
    #[arg(long, global = true, env = "RUNLENS_GCS_SERVICE_ACCOUNT", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gcs_service_account: Option<String>,
    /// Whether a log that lies in the bucket is downloaded from there, by an address that is valid for 15 minutes [default: off]
    #[arg(long, global = true, env = "RUNLENS_RAW_LOG_REDIRECT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_log_redirect: Option<Switch>,
}

impl FilesOptions {
    pub(super) fn resolve(self) -> FileStores {
        let root = self.files_root.unwrap_or_else(|| "runlens-files".to_owned());
        FileStores {
            root: non_empty(Some(root)).map(PathBuf::from),
            bucket: non_empty(self.files_bucket),
            service_account: non_empty(self.gcs_service_account).map(PathBuf::from),
            redirect_raw_logs: self.raw_log_redirect == Some(Switch::On),
        }
    }
}

/// The stores of files.
#[derive(Clone, Debug)]
pub struct FileStores {
    /// Local directory.
    pub root: Option<PathBuf>,
    /// Bucket.
    pub bucket: Option<String>,
    /// Key file for the bucket.
    pub service_account: Option<PathBuf>,
    /// Whether logs in the bucket are downloaded from there.
    pub redirect_raw_logs: bool,
}
