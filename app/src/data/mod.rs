//! Where what is shown comes from: on the server from the domain, in the browser from `/api/v1`.
//!
//! Pages are made on the server. What islands ask for as well, both halves' `Source` can be asked in the same way.

#[cfg(feature = "ssr")]
pub mod auth;
#[cfg(feature = "ssr")]
pub mod changes;
#[cfg(feature = "ssr")]
pub mod compare;
#[cfg(feature = "ssr")]
pub mod log_page;
pub mod logs;
#[cfg(feature = "ssr")]
pub mod outputs;
#[cfg(feature = "ssr")]
pub mod queue;
pub mod recent;
#[cfg(feature = "ssr")]
pub mod run_lists;
#[cfg(feature = "ssr")]
pub mod runs;
pub mod search;
#[cfg(feature = "ssr")]
pub mod suite;
#[cfg(feature = "ssr")]
pub mod tokens;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(feature = "ssr")]
mod server;

#[cfg(feature = "hydrate")]
use browser::{RunSource, Source, store, stored};
#[cfg(feature = "ssr")]
pub use server::{ErrorBodyOf, provide_request};
#[cfg(feature = "ssr")]
use server::{RunSource, Source, store, stored};

#[cfg(feature = "hydrate")]
pub use browser::{Asked, Signal, now, page_again};
#[cfg(feature = "ssr")]
pub use server::{Asked, Signal, now, origin, page_again};

#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
compile_error!("runlens-app is built with the feature `ssr` for the server, or `hydrate` for the browser");
