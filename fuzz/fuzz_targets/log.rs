//! Compares the log engine with a naive reader: see `check_log`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use runlens_log_engine::check_log;

fuzz_target!(|data: &[u8]| check_log(data));
