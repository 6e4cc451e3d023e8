//! Logs of any bytes, in blocks and pages of any size: see `check_log`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use runlens_domain::testing::check_log;

fuzz_target!(|data: &[u8]| check_log(data));
