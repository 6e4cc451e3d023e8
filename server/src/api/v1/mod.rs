//! Handlers of /api/v1, one file a resource: each takes a request apart, asks the domain, and answers in JSON.

pub(crate) mod artifacts;
pub(crate) mod auth;
pub(crate) mod comparison;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod logs;
pub(crate) mod outputs;
pub(crate) mod raw_logs;
pub(crate) mod runs;
pub(crate) mod samples;
pub(crate) mod search;
pub(crate) mod suite;
pub(crate) mod system;
