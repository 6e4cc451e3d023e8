//! HTTP server (pages, server functions and /api/v1 in one process) and its command line.
//!
//! Business rules live in [`runlens_domain::Services`]. Modules are layered, from `config` (lowest) to `cli`,
//! and import lower ones only; `scripts/check-layers` checks this.

mod api;
mod auth;
mod badges;
mod cache;
mod docs;
mod http;
mod images;
mod pages;
mod previews;
mod router;
mod state;

pub mod cli;
pub mod config;
pub mod limits;
pub mod openapi;

pub use limits::StreamLimiter;
pub use router::router;
pub use state::AppState;
