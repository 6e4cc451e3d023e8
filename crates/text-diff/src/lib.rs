//! Line, word, caption and byte differences of two texts, in bounded time.

pub mod bytes;
pub mod captions;
pub mod lines;
#[cfg(test)]
mod tests;
pub mod text;
pub mod unified;
mod words;
