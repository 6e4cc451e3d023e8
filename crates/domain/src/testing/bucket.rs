//! The bucket that scripts/with-gcs makes.

use std::path::PathBuf;

use bytes::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::files::Files;

/// A bucket for tests. All tests share it: each has names of its own.
pub struct Bucket {
    /// What lets a client in.
    pub key_file: PathBuf,
    /// Where it is served.
    pub url: String,
    client: reqwest::Client,
}

impl Bucket {
    /// Its name.
    pub const NAME: &str = "samples";

    /// # Panics
    /// Without a server for it.
    #[expect(clippy::new_without_default, reason = "it panics")]
    pub fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "tests are told where their server is")]
        let key_file = std::env::var("RUNLENS_TEST_GCS_KEY")
            .expect("RUNLENS_TEST_GCS_KEY names no key file; `make test` makes one, with a bucket, by scripts/with-gcs");
        let key: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&key_file).expect("a key file")).expect("JSON");
        Self {
            key_file: key_file.into(),
            url: key["gcs_base_url"].as_str().expect("an address").to_owned(),
            client: reqwest::Client::new(),
        }
    }

    /// Adds the bucket to stores.
    ///
    /// # Panics
    /// Without its key file.
    pub fn behind(&self, files: Files) -> Files {
        files
            .with_bucket(Self::NAME, Some(&self.key_file))
            .expect("a bucket")
    }

    /// Puts a file into it, by another way than the one under test.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn lay(&self, key: &str, content: impl Into<Bytes>) {
        let name = utf8_percent_encode(key, NON_ALPHANUMERIC);
        let url = format!(
            "{}/upload/storage/v1/b/{}/o?uploadType=media&name={name}",
            self.url,
            Self::NAME
        );
        let answer = self
            .client
            .post(url)
            .body(content.into())
            .send()
            .await
            .expect("the bucket answers");
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// Fetches what lies at an address, as anybody may.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn fetch(&self, url: &str) -> Bytes {
        let answer = self.client.get(url).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{answer:?}");
        answer.bytes().await.expect("a body")
    }
}
