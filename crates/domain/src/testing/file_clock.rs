//! Waiting for the clock of the file system.

use std::{fs, time::SystemTime};

/// Waits until the file system gives new files another modification time than before the call. Two changes within one tick,
/// usually 4 to 10 ms, cannot be distinguished.
///
/// # Panics
/// If no temporary file can be written.
pub fn wait_for_file_clock() {
    let directory = tempfile::tempdir().expect("a directory");
    let probe = directory.path().join("probe");
    let now = || -> SystemTime {
        fs::write(&probe, "").expect("a file");
        fs::metadata(&probe)
            .and_then(|metadata| metadata.modified())
            .expect("a time")
    };
    let start = now();
    while now() == start {
        std::thread::yield_now();
    }
}
