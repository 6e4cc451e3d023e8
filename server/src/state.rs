//! State shared by all handlers and middleware.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::{Env, LeptosOptions};
use runlens_domain::Services;

use crate::{
    auth::{Cookies, TokenCache},
    cache::{PreviewCache, ResponseCache},
    config::{HttpConfig, LimitConfig, SecretKey},
    limits::{Limits, MemoryStore, RateLimitStore, StreamLimiter},
};

/// State shared by all handlers and middleware. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

#[derive(Clone)]
pub struct Parts {
    pub(crate) services: Services,
    pub(crate) limits: Limits,
    pub(crate) streams: StreamLimiter,
    pub(crate) tokens: TokenCache,
    pub(crate) responses: ResponseCache,
    pub(crate) previews: PreviewCache,
    pub(crate) cookies: Cookies,
    pub(crate) http: HttpConfig,
    pub(crate) leptos: LeptosOptions,
}

impl std::ops::Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl AppState {
    /// State of an instance that counts rate limits in memory.
    pub fn new(services: Services, http: HttpConfig, limits: LimitConfig, secret: &SecretKey) -> Self {
        let streams = StreamLimiter::new(&limits);
        let store = Arc::new(MemoryStore::default());
        Self(Arc::new(Parts {
            limits: Limits::new(limits, store, services.clock().clone()),
            services,
            streams,
            tokens: TokenCache::default(),
            responses: ResponseCache::default(),
            previews: PreviewCache::default(),
            cookies: Cookies::new(secret, http.is_https()),
            leptos: leptos_options(&http),
            http,
        }))
    }

    pub fn streams(&self) -> StreamLimiter {
        self.streams.clone()
    }

    /// Counts rate limits in `store`, which other instances may share.
    #[must_use]
    pub fn with_rate_limit_store(self, store: Arc<dyn RateLimitStore>) -> Self {
        let parts = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Parts {
            limits: parts.limits.clone().with_store(store),
            ..parts
        }))
    }
}

/// Names and paths of the browser files, for the pages that link to them.
fn leptos_options(http: &HttpConfig) -> LeptosOptions {
    let hash_file = http.hash_file();
    LeptosOptions::builder()
        .output_name("runlens")
        .site_root(http.site_root.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .env(Env::PROD)
        .site_addr(http.listen)
        .hash_files(hash_file.is_some())
        .hash_file(Arc::from(hash_file.unwrap_or_default().to_string_lossy()))
        .build()
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
