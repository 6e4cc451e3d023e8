//! Where the pages get what they show: on the server from the domain, in the browser from `/api/v1`.
//!
//! Both halves have a `Source` with the same methods, so that what a page needs is put together in one place.

pub mod auth;
pub mod changes;
pub mod compare;
pub mod logs;
pub mod outputs;
pub mod queue;
pub mod recent;
pub mod run_lists;
pub mod runs;
pub mod search;
pub mod suite;
pub mod tokens;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "ssr")]
mod server;

#[cfg(feature = "hydrate")]
use browser::{RunSource, Source, store, stored};
#[cfg(feature = "ssr")]
pub use server::provide_request;
#[cfg(feature = "ssr")]
use server::{RunSource, Source, store, stored};

#[cfg(feature = "hydrate")]
pub use browser::{Asked, Signal, now, origin, pause};
#[cfg(feature = "ssr")]
pub use server::{Asked, Signal, now, origin, pause};

#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
compile_error!("runlens-app is built with the feature `ssr` for the server, or `hydrate` for the browser");
