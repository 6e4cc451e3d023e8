//! The rules of Runlens: what the platform's rows mean, who may read what, and how it is read. No HTTP and no views.
//!
//! [`Services`] has the use cases. Modules are in layers, and import lower ones only:
//!
//! 1. `clock`, `error`, `caller`, `access`, `settings`
//! 2. `store` (the only SQL), `files` (the only file access), `cache`, `blocking`
//! 3. `results`, `comparison`, `errors`: pure functions over rows; `suite_definition` and `recent` read for them
//! 4. `runs`, `suite`, `outputs`, `logs`, `auth`, `system`, `live`, `search`: the use cases
//! 5. `services`; `demo` and `testing` above it

pub mod access;
pub mod auth;
pub mod blocking;
mod cache;
pub mod caller;
pub mod clock;
mod comparison;
mod content_type;
#[cfg(feature = "demo")]
pub mod demo;
pub mod error;
mod errors;
pub mod files;
pub mod live;
pub mod logs;
pub mod outputs;
mod recent;
mod results;
pub mod runs;
pub mod search;
mod services;
mod settings;
pub mod store;
pub mod suite;
mod suite_definition;
pub mod system;
#[cfg(feature = "testing")]
pub mod testing;

pub use caller::Caller;
pub use clock::Clock;
pub use error::{Error, Result};
pub use services::Services;
pub use settings::{LiveSettings, Settings};
