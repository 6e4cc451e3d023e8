//! HTTP server (pages, server functions and /api/v1 in one process) and its command line.
//!
//! Business rules live in [`runlens_domain::Services`]. Modules import lower ones only, from `config` up to `cli`;
//! `scripts/check-layers` checks the order.

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
