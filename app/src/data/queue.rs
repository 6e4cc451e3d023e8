//! The queue: runs that have not ended.

use runlens_api_types::{
    ErrorBody,
    system::{Queue, QueueQuery},
};

use super::Source;

/// A page of the queue.
///
/// # Errors
/// The domain's.
pub async fn queue(query: QueueQuery) -> Result<Queue, ErrorBody> {
    Source::new()?.queue(&query).await
}
