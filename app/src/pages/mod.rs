//! The pages: each arranges what `data` gets, out of `components`.

mod changes;
pub mod commit;
pub mod compare;
pub mod log;
pub mod not_found;
pub mod output;
pub mod pull;
pub mod queue;
pub mod regression_test;
pub mod regression_tests;
pub mod run;
pub mod runs;
pub mod sample;
pub mod samples;
pub mod search;
pub mod sign_in;
pub mod tokens;
