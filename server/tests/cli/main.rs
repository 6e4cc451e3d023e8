//! Tests of the program as a process: commands, signals, log, and limits of HTTP that apply before any route.

mod check;
mod installation;
mod log_format;
mod request_limits;
mod shutdown;
mod site_root;
mod token;
