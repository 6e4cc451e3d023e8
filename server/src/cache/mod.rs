//! Caches of responses and images.

mod preview_cache;
mod response_cache;

pub(crate) use preview_cache::PreviewCache;
pub(crate) use response_cache::{CachedResponse, ResponseCache, ResponseKey};
