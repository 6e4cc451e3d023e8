//! Authentication of requests, without HTTP routing.

pub(crate) mod recent_tokens;
