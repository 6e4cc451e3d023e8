use std::time::Duration;

/// Target size of a block of the index. One block is read to find a line.
pub(crate) const BLOCK_BYTES: u64 = 64 << 10;

/// Limits on the memory and the time of a request.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Size of the first read of a page. Each further read is twice as large.
    pub first_read_bytes: u64,
    /// Size of the largest read.
    pub max_read_bytes: u64,
    /// Length up to which a line is displayed and classified. Longer lines are still searched to their end.
    pub max_line_bytes: u64,
    /// Target size of a block of the index.
    pub block_bytes: u64,
    /// Size of a chunk that one thread indexes at a time.
    pub chunk_bytes: u64,
    /// How long a page scans for lines that match its filter.
    pub scan_timeout: Duration,
    /// How long a page waits for the part of the index that it needs.
    pub index_timeout: Duration,
    /// How long a search or an outline waits to be complete, before it returns a partial result.
    pub completion_timeout: Duration,
}

impl Limits {
    /// Limits for servers: about 2 MiB of memory per request.
    pub const DEFAULT: Self = Self {
        first_read_bytes: 64 << 10,
        max_read_bytes: 1 << 20,
        max_line_bytes: 64 << 10,
        block_bytes: BLOCK_BYTES,
        chunk_bytes: 512 << 10,
        scan_timeout: Duration::from_millis(500),
        index_timeout: Duration::from_secs(5),
        completion_timeout: Duration::from_secs(1),
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
