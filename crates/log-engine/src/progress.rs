//! State of an index that is being built.

use std::{ops::Range, sync::Arc};

use xxhash_rust::xxh3::xxh3_64;

use crate::{
    chunk::Chunk,
    error::{Error, Result},
    file::ReadRange,
    index::LogIndex,
    limits::Limits,
};

/// Index of the first chunks of a log.
#[derive(Clone, Debug)]
pub(crate) struct IndexProgress {
    pub(crate) index: LogIndex,
    /// First chunk with a byte that is not ASCII. Before it, the encoding makes no difference.
    pub(crate) first_non_ascii: Option<u64>,
    pub(crate) hashes: ContentHashes,
    /// Error that stopped indexing before the end.
    pub(crate) failure: Option<Arc<str>>,
}

impl IndexProgress {
    pub(crate) const NONE: Self = Self {
        index: LogIndex::EMPTY,
        first_non_ascii: None,
        hashes: ContentHashes {
            first: ContentHash { range: 0..0, hash: 0 },
            last: ContentHash { range: 0..0, hash: 0 },
        },
        failure: None,
    };

    /// Appends a chunk. Returns whether it starts where the previous one ended.
    pub(crate) fn add(&mut self, number: u64, chunk: Chunk) -> bool {
        if chunk.has_non_ascii {
            self.first_non_ascii.get_or_insert(number);
        }
        if let Some(first_hash) = chunk.first_hash {
            self.hashes.first = first_hash;
        }
        if chunk.blocks.is_empty() {
            return true;
        }
        self.hashes.last = chunk.last_hash;
        let is_contiguous = chunk.start == self.index.end.offset;
        chunk
            .blocks
            .into_iter()
            .for_each(|block| self.index.push(block.counts, block.length));
        is_contiguous
    }

    /// Removes a chunk and all chunks after it.
    pub(crate) fn rewind(&mut self, chunk: u64, limits: &Limits) {
        self.index.truncate(chunk * limits.chunk_bytes);
        self.first_non_ascii = self.first_non_ascii.filter(|first| *first < chunk);
    }
}

/// Hashes of the start of a log and of the end of its indexed part. If both still match, the file has only
/// grown.
#[derive(Clone, Debug)]
pub(crate) struct ContentHashes {
    first: ContentHash,
    last: ContentHash,
}

impl ContentHashes {
    pub(crate) fn match_file(&self, reader: &dyn ReadRange) -> Result<bool> {
        Ok(self.first.matches_file(reader)? && self.last.matches_file(reader)?)
    }
}

/// Hash of a range of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContentHash {
    range: Range<u64>,
    hash: u64,
}

impl ContentHash {
    pub(crate) fn new(offset: u64, bytes: &[u8]) -> Self {
        Self {
            range: offset..offset + bytes.len() as u64,
            hash: xxh3_64(bytes),
        }
    }

    fn matches_file(&self, reader: &dyn ReadRange) -> Result<bool> {
        Ok(self.range.is_empty()
            || xxh3_64(&reader.read(self.range.clone()).map_err(Error::Read)?) == self.hash)
    }
}
