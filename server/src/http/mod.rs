//! What happens to every request before and after its handler.

pub(crate) mod authentication;
pub(crate) mod client_address;
pub(crate) mod cors;
pub(crate) mod download;
pub(crate) mod error;
pub(crate) mod error_envelope;
pub(crate) mod etag;
pub(crate) mod extract;
pub(crate) mod head;
pub(crate) mod rate_limit;
pub(crate) mod request_id;
pub(crate) mod response_cache;
pub(crate) mod same_origin;
pub(crate) mod security_headers;
