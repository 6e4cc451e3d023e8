//! The server: pages, server functions and /api/v1 in one process, and the command line around them.
//!
//! No rule lives here. A handler takes a request apart, asks [`runlens_domain::Services`] and translates its answer.

mod api;
mod auth;
mod badges;
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

pub use limits::streams::StreamLimiter;
pub use router::router;
pub use state::AppState;
