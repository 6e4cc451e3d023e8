//! The bucket that `scripts/with-gcs` creates.

use std::path::PathBuf;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::TestServer;
use crate::files::Files;

/// The bucket for tests. All tests share it, so each has to use keys of its own.
pub struct Bucket {
    /// Service account key that clients authenticate with.
    pub key_file: PathBuf,
    /// Base URL of the server.
    pub url: String,
    client: reqwest::Client,
}

impl Bucket {
    /// Name of the bucket.
    pub const NAME: &str = "samples";

    /// Returns `None` if `RUNLENS_TEST_GCS_KEY` is not set.
    ///
    /// # Panics
    /// If the key file cannot be read.
    pub fn from_env() -> Option<Self> {
        let key_file = TestServer::Gcs.locate()?;
        let key: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&key_file).expect("a key file")).expect("JSON");
        Some(Self {
            key_file: key_file.into(),
            url: key["gcs_base_url"].as_str().expect("a URL").to_owned(),
            client: reqwest::Client::new(),
        })
    }

    /// Adds the bucket to `files` as the last store.
    ///
    /// # Panics
    /// If the key file cannot be read.
    pub fn add_to(&self, files: Files) -> Files {
        files
            .with_bucket(Self::NAME, Some(&self.key_file))
            .expect("a bucket")
    }

    /// Uploads an object with an HTTP client that is independent of the code under test.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn put(&self, key: &str, content: impl Into<Bytes>) {
        let name = utf8_percent_encode(key, NON_ALPHANUMERIC);
        let url = format!(
            "{}/upload/storage/v1/b/{}/o?uploadType=media&name={name}",
            self.url,
            Self::NAME
        );
        let response = self
            .client
            .post(url)
            .body(content.into())
            .send()
            .await
            .expect("a response of the bucket");
        assert!(response.status().is_success(), "{response:?}");
    }

    /// Downloads a URL without authentication.
    ///
    /// # Panics
    /// If the server refuses.
    pub async fn fetch(&self, url: &str) -> Bytes {
        let response = self.client.get(url).send().await.expect("a response");
        assert!(response.status().is_success(), "{response:?}");
        response.bytes().await.expect("a body")
    }
}
