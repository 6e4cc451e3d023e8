//! The pages of Runlens, and the islands in them: what a browser takes over. All else is HTML, made on the server.

#[cfg(feature = "ssr")]
mod app;
pub mod components;
pub mod data;
pub mod format;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod url;

#[cfg(feature = "ssr")]
pub use app::*;
