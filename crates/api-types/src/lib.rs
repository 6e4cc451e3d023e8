//! Types of `/api/v1`: responses, query parameters and error bodies.
//!
//! No I/O, no async, no database: the server, the pages and Rust clients share this crate.
//! A query struct is parsed from a URL and written to one by the same declaration ([`mod@query`]), so that the API, the pages and
//! the browser agree on every name and bound.

// Doc comments here are the descriptions of the OpenAPI document.
#![warn(missing_docs)]

mod text_enum;

pub mod artifact;
pub mod auth;
pub mod change;
pub mod comparison;
pub mod error;
pub mod health;
pub mod infrastructure;
pub mod live;
pub mod log;
pub mod output;
pub mod page;
pub mod params;
pub mod query;
pub mod recent;
pub mod run;
pub mod sample;
pub mod search;
pub mod suite;
pub mod system;
pub mod test_error;
pub mod test_verdict;
pub mod text;
pub mod timestamp;
pub mod verdict;

pub use error::{ErrorBody, ErrorCode};
pub use page::Page;
pub use query::Query;
pub use text_enum::{TextEnum, UnknownValue};
pub use timestamp::Timestamp;
