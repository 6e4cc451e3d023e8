//! What every handler can reach.

use std::sync::Arc;

use axum::extract::FromRef;
use axum_extra::extract::cookie::Key;
use leptos::config::LeptosOptions;
use runlens_domain::Services;

use crate::{
    auth::recent_tokens::SeenTokens,
    config::{Http, SecretKey},
    http::response_cache::KeptAnswers,
    limits::streams::Streams,
    limits::{Counters, LimitSettings, Limits, MemoryCounters},
    pages,
    previews::render::Pictures,
};

/// What every handler can reach. Cheap to clone: each layer around a request has its own.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// The parts, for this crate.
#[derive(Clone)]
pub struct Parts {
    pub(crate) platform: Services,
    pub(crate) limits: Limits,
    pub(crate) streams: Streams,
    pub(crate) pictures: Pictures,
    pub(crate) tokens: SeenTokens,
    pub(crate) answers: KeptAnswers,
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
    pub fn new(platform: Services, http: Http, limits: LimitSettings, secret: &SecretKey) -> Self {
        let streams = Streams::new(&limits);
        let limits = Limits::new(
            limits,
            Arc::new(MemoryCounters::default()),
            platform.clock().clone(),
        );
        let leptos = pages::leptos_options(&http);
        let cookies = Key::derive_from(secret.bytes());
        let (tokens, answers, pictures) =
            (SeenTokens::default(), KeptAnswers::default(), Pictures::default());
        Self(Arc::new(Parts {
            platform,
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
    pub fn streams(&self) -> Streams {
        self.streams.clone()
    }

    /// Counts requests in these counters instead, which other instances may share.
    #[must_use]
    pub fn counting_in(self, counters: Arc<dyn Counters>) -> Self {
        let parts = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Parts {
            limits: parts.limits.clone().counting_in(counters),
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
        state.platform.clone()
    }
}
