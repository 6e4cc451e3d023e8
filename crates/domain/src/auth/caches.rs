//! Cached queries for accounts and tokens.

use std::sync::Arc;

use crate::{
    cache::QueryCache,
    store::tables::{ApiTokenRow, UserRow},
};

pub(crate) struct AuthCaches {
    /// Keyed by the hash of the whole token. Unknown tokens are cached too.
    pub(super) tokens: QueryCache<String, Option<Arc<(ApiTokenRow, UserRow)>>>,
    pub(super) users: QueryCache<i32, Option<Arc<UserRow>>>,
}

impl Default for AuthCaches {
    fn default() -> Self {
        Self {
            tokens: QueryCache::new(1_000),
            users: QueryCache::new(1_000),
        }
    }
}
