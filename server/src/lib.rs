//! The server: pages, server functions and /api/v1 in one process, and the command line around them.
//!
//! No rule lives here. A handler takes a request apart, asks [`runlens_domain::Services`] and translates its answer.

mod api;
mod docs;
mod download;
mod error;
mod extract;
mod live;
mod middleware;
mod router;
mod share;
mod ssr;
mod state;

pub mod commands;
pub mod config;
pub mod limits;
pub mod openapi;

pub use live::Streams;
pub use router::router;
pub use state::AppState;
