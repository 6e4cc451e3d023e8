//! StreamLimiter of events: how many there may be at once, and how they end with the server.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use runlens_api_types::{ErrorBody, ErrorCode};
use tokio::sync::watch;

use crate::{
    http::error::ApiError,
    limits::{LimitSettings, RateLimitKey},
};

/// Seconds after which whoever finds no place may ask again: a stream may last as long as a run.
const ASK_AGAIN: u32 = 60;

/// The streams that are open. Cheap to clone.
#[derive(Clone)]
pub struct StreamLimiter(Arc<Inner>);

struct Inner {
    per_client: u32,
    max_total: u32,
    open: Mutex<HashMap<RateLimitKey, u32>>,
    stopped: watch::Sender<bool>,
}

/// A stream's place among the others, for as long as it is open.
pub(crate) struct StreamPermit {
    streams: StreamLimiter,
    client: RateLimitKey,
}

impl StreamLimiter {
    /// As many as the limits allow.
    pub(crate) fn new(limits: &LimitSettings) -> Self {
        let per_client = if limits.is_on {
            limits.streams
        } else {
            limits.all_streams
        };
        let inner = Inner {
            per_client,
            max_total: limits.all_streams,
            open: Mutex::default(),
            stopped: watch::Sender::new(false),
        };
        Self(Arc::new(inner))
    }

    /// Ends every stream, and those to come: the server stops, and would wait for them.
    pub fn stop(&self) {
        self.0.stopped.send_replace(true);
    }

    /// Waits until the server stops.
    pub(crate) async fn stopped(&self) {
        // Nobody but this has the sender: it cannot be gone.
        let _ = self.0.stopped.subscribe().wait_for(|stopped| *stopped).await;
    }

    /// A place for one more stream.
    ///
    /// # Errors
    /// 429 where the client has too many already, 503 where all have.
    pub(crate) fn acquire(&self, client: RateLimitKey) -> Result<StreamPermit, ApiError> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.values().sum::<u32>() >= self.0.max_total {
            let message = format!(
                "{} streams of events are open, and no more are possible. Ask again later.",
                self.0.max_total
            );
            return Err(ErrorBody::new(ErrorCode::Unavailable, message)
                .with("retry_after", ASK_AGAIN)
                .into());
        }
        let count = open.entry(client).or_default();
        if *count >= self.0.per_client {
            let message =
                format!("You have {count} streams of events open, and may have no more. Close one first.");
            let body = ErrorBody::new(ErrorCode::RateLimited, message);
            return Err(body
                .with("retry_after", ASK_AGAIN)
                .with("limit", self.0.per_client)
                .into());
        }
        *count += 1;
        Ok(StreamPermit {
            streams: self.clone(),
            client,
        })
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut open = self.streams.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_stream_is_closed() {
        let streams = StreamLimiter::new(&LimitSettings {
            streams: 2,
            all_streams: 3,
            ..LimitSettings::default()
        });
        let (ada, bob) = (RateLimitKey::User(1), RateLimitKey::User(2));
        let status = |client| {
            streams
                .acquire(client)
                .map_err(|error| error.status().as_u16())
                .map(drop)
        };
        let first = streams.acquire(ada).expect("a place");
        let _second = streams.acquire(ada).expect("a place");
        assert_eq!(status(ada), Err(429));
        let _third = streams.acquire(bob).expect("a place");
        assert_eq!(status(bob), Err(503));
        drop(first);
        assert_eq!((status(ada), status(bob)), (Ok(()), Ok(())));
    }
}
