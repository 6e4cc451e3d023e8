//! The pages: each arranges what `data` gets, out of `components`.

pub mod log;
pub mod not_found;
pub mod output;
pub mod run;
pub mod runs;
pub mod sign_in;
pub mod tokens;
