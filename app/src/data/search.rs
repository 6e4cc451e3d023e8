//! Finding something by what is known of it.

use runlens_api_types::{
    ErrorBody,
    search::{Search, SearchQuery},
};

use super::Source;
pub use super::{Asked, Signal};

/// What a text can mean. The question is given up once the [`Asked`] that the signal is of is gone.
///
/// # Errors
/// The domain's; `validation_error` for a text that is too long.
pub async fn search(text: String, signal: Signal) -> Result<Search, ErrorBody> {
    Source::new()?.search(&SearchQuery { q: text }, signal).await
}
