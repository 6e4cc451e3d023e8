//! Complete responses, reused until the database or a file they read changes.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use moka::sync::Cache;
use runlens_domain::{files::FileDependencies, store::data_version::DataVersion};

const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Memory per entry in addition to key, body and dependencies.
const ENTRY_OVERHEAD_BYTES: usize = 300;

/// What a response depends on, except files.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResponseKey {
    pub(crate) data_version: DataVersion,
    /// See `AuthOutcome::permission_key`.
    pub(crate) permissions: u64,
    pub(crate) uri: String,
}

pub(crate) struct CachedResponse {
    pub(crate) status: StatusCode,
    /// `Content-Type` of JSON, or `Location` of a redirect. The middleware adds all other headers.
    pub(crate) header: (HeaderName, HeaderValue),
    pub(crate) body: Bytes,
    pub(crate) file_dependencies: FileDependencies,
}

impl CachedResponse {
    pub(crate) fn to_response(&self) -> Response {
        (self.status, [self.header.clone()], Body::from(self.body.clone())).into_response()
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct ResponseCache(Cache<ResponseKey, Arc<CachedResponse>>);

impl Default for ResponseCache {
    fn default() -> Self {
        let weigher = |key: &ResponseKey, response: &Arc<CachedResponse>| {
            let bytes = key.uri.len() + response.body.len() + response.file_dependencies.memory_bytes();
            u32::try_from(bytes + ENTRY_OVERHEAD_BYTES).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(MAX_BYTES).weigher(weigher).build())
    }
}

impl ResponseCache {
    /// The cached response, unless a file it read has changed.
    pub(crate) fn get(&self, key: &ResponseKey) -> Option<Arc<CachedResponse>> {
        self.0
            .get(key)
            .filter(|response| response.file_dependencies.is_fresh())
    }

    pub(crate) fn insert(&self, key: ResponseKey, response: Arc<CachedResponse>) {
        self.0.insert(key, response);
    }

    #[cfg(test)]
    pub(crate) fn entries(&self) -> Vec<(ResponseKey, Arc<CachedResponse>)> {
        self.0
            .iter()
            .map(|(key, response)| (ResponseKey::clone(&key), response))
            .collect()
    }
}
