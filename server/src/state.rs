//! What every handler can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use axum_extra::extract::cookie::Key;
use leptos::config::LeptosOptions;
use runlens_domain::Services;

use crate::{
    auth::recent_tokens::RecentTokens,
    config::{Http, SecretKey},
    http::response_cache::ResponseCache,
    limits::streams::StreamLimiter,
    limits::{LimitSettings, Limits, MemoryStore, RateLimitStore},
    pages,
    previews::render::PreviewCache,
};

/// What every handler can reach. Cheap to clone: each layer around a request has its own.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts, for this crate.
#[derive(Clone)]
pub struct Parts {
    pub(crate) services: Services,
    pub(crate) limits: Limits,
    pub(crate) streams: StreamLimiter,
    pub(crate) pictures: PreviewCache,
    pub(crate) tokens: RecentTokens,
    pub(crate) answers: ResponseCache,
    pub(crate) cookies: Key,
    pub(crate) http: Http,
    pub(crate) leptos: LeptosOptions,
}

impl std::ops::Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl AppState {
    /// Puts the parts together; requests are counted in memory.
    pub fn new(services: Services, http: Http, limits: LimitSettings, secret: &SecretKey) -> Self {
        let streams = StreamLimiter::new(&limits);
        let limits = Limits::new(limits, Arc::new(MemoryStore::default()), services.clock().clone());
        let leptos = pages::leptos_options(&http);
        let cookies = Key::derive_from(secret.bytes());
        let (tokens, answers, pictures) = (
            RecentTokens::default(),
            ResponseCache::default(),
            PreviewCache::default(),
        );
        Self(Arc::new(Parts {
            services,
            limits,
            streams,
            pictures,
            tokens,
            answers,
            cookies,
            http,
            leptos,
        }))
    }

    /// The streams of events, which do not end by themselves.
    pub fn streams(&self) -> StreamLimiter {
        self.streams.clone()
    }

    /// Counts requests in these counters instead, which other instances may share.
    #[must_use]
    pub fn with_rate_limit_store(self, counters: Arc<dyn RateLimitStore>) -> Self {
        let parts = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Parts {
            limits: parts.limits.clone().with_store(counters),
            ..parts
        }))
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

impl FromRef<AppState> for Services {
    fn from_ref(state: &AppState) -> Self {
        state.services.clone()
    }
}
