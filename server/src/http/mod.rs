//! Extractors, errors and middleware, independent of routes.

pub(crate) mod authentication;
pub(crate) mod client_address;
pub(crate) mod conditional;
pub(crate) mod cors;
pub(crate) mod csrf;
pub(crate) mod download;
pub(crate) mod error;
pub(crate) mod error_envelope;
pub(crate) mod etag;
pub(crate) mod extract;
pub(crate) mod head;
pub(crate) mod params;
pub(crate) mod rate_limit;
pub(crate) mod request_id;
pub(crate) mod response_cache;
pub(crate) mod responses;
pub(crate) mod security_headers;

/// Longest accepted request body.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;
