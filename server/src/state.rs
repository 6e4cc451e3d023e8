//! What every handler can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use axum_extra::extract::cookie::Key;
use leptos::config::LeptosOptions;
use runlens_domain::Platform;

use crate::{
    config::{Http, SecretKey},
    limits::{Counters, LimitSettings, Limits, MemoryCounters},
    middleware::seen_tokens::SeenTokens,
    ssr,
};

/// What every handler can reach. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub(crate) platform: Platform,
    pub(crate) limits: Limits,
    pub(crate) tokens: SeenTokens,
    pub(crate) cookies: Key,
    pub(crate) http: Arc<Http>,
    pub(crate) leptos: LeptosOptions,
}

impl AppState {
    /// Puts the parts together; requests are counted in memory.
    pub fn new(platform: Platform, http: Http, limits: LimitSettings, secret: &SecretKey) -> Self {
        let limits = Limits::new(limits, Arc::new(MemoryCounters::default()), platform.clock().clone());
        let leptos = ssr::leptos_options(&http);
        Self { platform, limits, tokens: SeenTokens::default(), cookies: Key::derive_from(secret.bytes()), http: Arc::new(http), leptos }
    }

    /// Counts requests in these counters instead, which other instances may share.
    #[must_use]
    pub fn counting_in(mut self, counters: Arc<dyn Counters>) -> Self {
        self.limits = self.limits.counting_in(counters);
        self
    }
}

impl FromRef<AppState> for Key {
    fn from_ref(state: &AppState) -> Self {
        state.cookies.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for Platform {
    fn from_ref(state: &AppState) -> Self {
        state.platform.clone()
    }
}
