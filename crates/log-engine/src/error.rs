/// Error returned by an implementation of [`LogFile`](crate::LogFile).
pub type ReadError = Box<dyn std::error::Error + Send + Sync>;

/// Result of an operation of the engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Error of reading a page, a search or an outline.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cursor was not issued by this engine, or belongs to another version of the log. The text completes
    /// "the cursor …".
    #[error("the cursor {0}")]
    InvalidCursor(String),
    /// The regular expression cannot be used. The text completes "the regular expression …" and names the
    /// position of the problem.
    #[error("the regular expression {0}")]
    InvalidRegex(String),
    /// The page needs a part of the log that is not indexed yet.
    #[error("the log is still being indexed: {lines} lines in {percent} % of {size_bytes} bytes so far")]
    StillIndexing {
        /// Lines indexed so far.
        lines: u64,
        /// Share of the file that is indexed, in percent.
        percent: u64,
        /// Size of the file.
        size_bytes: u64,
    },
    /// The file was replaced while it was read. A retry reads the new version.
    #[error("the log was replaced while it was read")]
    Replaced,
    /// The file could not be opened or read.
    #[error("the log cannot be read: {0}")]
    Read(#[source] ReadError),
    /// A bug, or a panic on a worker thread.
    #[error("{0}")]
    Internal(String),
}
