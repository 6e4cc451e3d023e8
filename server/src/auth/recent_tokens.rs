//! Tokens seen lately, by their hashes, so that a flood of requests costs no queries. Nothing is allowed because of it: a token that
//! works is looked up each time.

use std::time::Duration;

use moka::future::Cache;
use sha2::{Digest, Sha256};

/// The most tokens that are remembered of each kind.
const CAPACITY: u64 = 10_000;

/// How long a token that works is remembered after it was last used.
const WORKING: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a token that does not work is not looked up again. It never will: tokens are random, and what has ended stays so.
const FAILING: Duration = Duration::from_secs(60);

/// What is remembered of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It worked, and has this id.
    Working(i32),
    /// It did not.
    Failing,
}

/// The memory. Cheap to clone.
#[derive(Clone)]
pub(crate) struct RecentTokens {
    working: Cache<[u8; 32], i32>,
    failing: Cache<[u8; 32], ()>,
}

impl Default for RecentTokens {
    fn default() -> Self {
        Self {
            working: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_idle(WORKING)
                .build(),
            failing: Cache::builder()
                .max_capacity(CAPACITY)
                .time_to_live(FAILING)
                .build(),
        }
    }
}

impl RecentTokens {
    pub(crate) async fn recall(&self, token: &str) -> Option<Seen> {
        let hash = hash(token);
        if let Some(id) = self.working.get(&hash).await {
            return Some(Seen::Working(id));
        }
        self.failing.get(&hash).await.map(|()| Seen::Failing)
    }

    pub(crate) async fn remember(&self, token: &str, seen: Seen) {
        let hash = hash(token);
        match seen {
            Seen::Working(id) => self.working.insert(hash, id).await,
            Seen::Failing => {
                self.working.invalidate(&hash).await;
                self.failing.insert(hash, ()).await;
            }
        }
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
