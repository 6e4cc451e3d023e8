//! Recently used tokens by hash, so that a flood of requests causes no queries. It never grants access: a
//! valid token is looked up with every request.

use std::time::Duration;

use moka::future::Cache;
use sha2::{Digest, Sha256};

/// Cached tokens of each kind.
const MAX_TOKENS: u64 = 10_000;

/// Time since its last use for which a valid token is cached.
const VALID_IDLE_TIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Time for which an invalid token is not looked up again. It cannot become valid: tokens are random, and
/// expiry and revocation are final.
const INVALID_LIFETIME: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CachedToken {
    /// The ID of a token that was valid.
    Valid(i32),
    Invalid,
}

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct TokenCache {
    valid: Cache<[u8; 32], i32>,
    invalid: Cache<[u8; 32], ()>,
}

impl Default for TokenCache {
    fn default() -> Self {
        Self {
            valid: Cache::builder()
                .max_capacity(MAX_TOKENS)
                .time_to_idle(VALID_IDLE_TIME)
                .build(),
            invalid: Cache::builder()
                .max_capacity(MAX_TOKENS)
                .time_to_live(INVALID_LIFETIME)
                .build(),
        }
    }
}

impl TokenCache {
    pub(crate) async fn get(&self, token: &str) -> Option<CachedToken> {
        let hash = hash(token);
        if let Some(id) = self.valid.get(&hash).await {
            return Some(CachedToken::Valid(id));
        }
        self.invalid.get(&hash).await.map(|()| CachedToken::Invalid)
    }

    pub(crate) async fn insert(&self, token: &str, state: CachedToken) {
        let hash = hash(token);
        match state {
            CachedToken::Valid(id) => self.valid.insert(hash, id).await,
            CachedToken::Invalid => {
                self.valid.invalidate(&hash).await;
                self.invalid.insert(hash, ()).await;
            }
        }
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
