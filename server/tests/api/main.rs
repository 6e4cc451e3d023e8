//! /api/v1 and the pages, through HTTP, in process. Files mirror the addresses.

mod auth;
mod envelope;
mod errors;
mod limits;
mod logs;
mod openapi;
mod pages;
mod runs;
mod server;
mod suite;
mod system;
