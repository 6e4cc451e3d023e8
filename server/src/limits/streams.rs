//! Limits on open event streams, which outlive the window of their request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;

use super::RateLimitKey;
use crate::config::LimitConfig;

/// Counts open streams and ends them at shutdown. Cheap to clone.
#[derive(Clone)]
pub struct StreamLimiter(Arc<Inner>);

struct Inner {
    max_per_client: u32,
    max_total: u32,
    open: Mutex<HashMap<RateLimitKey, u32>>,
    is_shut_down: watch::Sender<bool>,
}

/// Counts a stream as open until dropped.
#[derive(Debug)]
pub(crate) struct StreamPermit {
    limiter: StreamLimiter,
    key: RateLimitKey,
}

/// Why a stream was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StreamLimitError {
    /// The client has `limit` streams open.
    PerClient { limit: u32 },
    /// All clients together have `limit` streams open.
    Total { limit: u32 },
}

impl StreamLimiter {
    pub(crate) fn new(config: &LimitConfig) -> Self {
        let max_per_client = if config.is_on {
            config.streams
        } else {
            config.all_streams
        };
        let inner = Inner {
            max_per_client,
            max_total: config.all_streams,
            open: Mutex::default(),
            is_shut_down: watch::Sender::new(false),
        };
        Self(Arc::new(inner))
    }

    /// Ends all streams, which would otherwise block a graceful shutdown.
    pub fn shut_down(&self) {
        self.0.is_shut_down.send_replace(true);
    }

    /// Waits for [`shut_down`](Self::shut_down).
    pub(crate) async fn shutdown(&self) {
        // Cannot fail: `self` owns the sender.
        let _ = self
            .0
            .is_shut_down
            .subscribe()
            .wait_for(|is_shut_down| *is_shut_down)
            .await;
    }

    /// Counts a stream as open.
    pub(crate) fn acquire(&self, key: RateLimitKey) -> Result<StreamPermit, StreamLimitError> {
        let Inner {
            max_per_client,
            max_total,
            ..
        } = *self.0;
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<u32>() >= max_total {
            return Err(StreamLimitError::Total { limit: max_total });
        }
        let count = open.entry(key).or_default();
        if *count >= max_per_client {
            return Err(StreamLimitError::PerClient {
                limit: max_per_client,
            });
        }
        *count += 1;
        Ok(StreamPermit {
            limiter: self.clone(),
            key,
        })
    }
}

impl std::fmt::Debug for StreamLimiter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamLimiter(…)")
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self.limiter.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_a_permit_allows_another_stream() {
        let limiter = StreamLimiter::new(&LimitConfig {
            streams: 2,
            all_streams: 3,
            ..LimitConfig::default()
        });
        let (ada, bob) = (RateLimitKey::User(1), RateLimitKey::User(2));
        let error = |key| limiter.acquire(key).err();
        let first = limiter.acquire(ada).expect("a permit");
        let _second = limiter.acquire(ada).expect("a permit");
        assert_eq!(error(ada), Some(StreamLimitError::PerClient { limit: 2 }));
        let _third = limiter.acquire(bob).expect("a permit");
        assert_eq!(error(bob), Some(StreamLimitError::Total { limit: 3 }));
        drop(first);
        assert_eq!((error(ada), error(bob)), (None, None));
    }
}
