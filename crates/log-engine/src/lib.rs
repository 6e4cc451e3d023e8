#![doc = include_str!("../README.md")]

mod blocking;
mod blocks;
mod chunk;
mod classify;
mod cursor;
mod engine;
mod error;
mod file;
#[cfg(feature = "testing")]
mod fuzz;
mod index;
mod index_cache;
mod indexer;
#[allow(dead_code, reason = "the scalar code is only used on processors without AVX2")]
mod keyword_scan;
mod level_cache;
mod level_rules;
mod limits;
mod line;
mod line_reader;
mod match_cache;
mod matcher;
mod memory;
mod model;
#[cfg(feature = "testing")]
mod naive_reader;
mod open_log;
mod outline;
mod page;
mod pattern;
mod prefilter;
mod progress;
mod search_page;
mod stopwatch;
#[cfg(test)]
mod tests;

pub use engine::LogEngine;
pub use error::{Error, ReadError, Result};
pub use file::{FileVersion, LogFile, ReadRange};
#[cfg(feature = "testing")]
pub use fuzz::check_log;
pub use limits::Limits;
pub use memory::MemoryFile;
pub use model::{
    Counts, Direction, Filter, Level, Line, LineRange, Match, Outline, OutlineSection, Page, PageQuery,
    Search, SearchQuery, Source,
};
pub use page::PageRequest;
pub use runlens_terminal::Encoding;
pub use search_page::SearchRequest;
