//! The program as a process: its commands, signals, log and everything below axum's routes.

mod check;
mod installation;
mod log_format;
mod request_limits;
mod shutdown;
mod site_root;
mod token;
