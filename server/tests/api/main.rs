//! /api/v1 and the pages, through HTTP, in process. Files mirror the addresses.

mod artifacts;
mod auth;
mod docs;
mod envelope;
mod errors;
mod examples;
mod http;
mod limits;
mod live;
mod log_bucket;
mod log_outline;
mod log_raw;
mod log_search;
mod logs;
mod openapi;
mod outputs;
mod pages;
mod runs;
mod search;
mod server;
mod share;
mod suite;
mod system;
mod tokens;
mod tokens_page;
mod triage;
