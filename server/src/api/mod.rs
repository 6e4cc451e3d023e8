//! The HTTP API, by version.

pub(crate) mod v1;
