//! Authentication of requests: by bearer token, session cookie, or visitor cookie.

use axum::http::{HeaderMap, header};
use runlens_api_types::{TextEnum as _, auth::Scope};
use runlens_domain::{Caller, Error};

use crate::{
    auth::{CachedToken, bearer_token},
    http::error::ApiError,
    limits::{Quota, RateLimitKey, Window},
    state::AppState,
};

/// The caller of a request, or why there is none. Requests without a caller are refused by the handlers, so
/// that an unknown path is a 404 for everybody.
#[derive(Clone, Debug)]
pub(crate) struct AuthOutcome {
    pub(crate) caller: Result<Caller, ApiError>,
}

impl AuthOutcome {
    pub(crate) fn unauthenticated() -> Self {
        Error::Unauthorized.into()
    }

    /// A number that is equal for callers with the same scopes and role; `None` without a caller.
    pub(crate) fn permission_key(&self) -> Option<u64> {
        let caller = self.caller.as_ref().ok()?;
        let scopes = Scope::ALL
            .iter()
            .fold(1, |bits, scope| bits << 1 | u64::from(caller.may(*scope)));
        let role = caller.role().map_or(0, |role| role as u64 + 1);
        Some(role << 32 | scopes)
    }
}

impl From<Error> for AuthOutcome {
    fn from(error: Error) -> Self {
        Self {
            caller: Err(error.into()),
        }
    }
}

impl From<Caller> for AuthOutcome {
    fn from(caller: Caller) -> Self {
        Self { caller: Ok(caller) }
    }
}

/// Authenticates a request and counts it: per token, per signed-in account, or per address.
pub(crate) async fn authenticate_and_count(
    state: &AppState,
    headers: &HeaderMap,
    is_read: bool,
    address: RateLimitKey,
) -> (AuthOutcome, Window) {
    let quota = if is_read { Quota::Reads } else { Quota::Writes };
    let (outcome, quota, key) = match headers.get(header::AUTHORIZATION) {
        Some(value) => match bearer_token(value) {
            Some(token) => return authenticate_bearer(state, token, quota, address).await,
            None => (AuthOutcome::unauthenticated(), quota, address),
        },
        None => match authenticate_cookie(state, headers).await {
            Ok(Some(caller)) => {
                let key = caller
                    .account()
                    .map_or(address, |account| RateLimitKey::User(account.user_id));
                let quota = if is_read { Quota::BrowserReads } else { quota };
                (caller.into(), quota, key)
            }
            Ok(None) => (AuthOutcome::unauthenticated(), quota, address),
            Err(error) => (error.into(), quota, address),
        },
    };
    (outcome, state.limits.consume(quota, key).await)
}

/// Queries the database only for clients within their quota: a known valid token is counted before the
/// lookup, a known invalid one is not looked up, and an unknown one is looked up unless its address has sent
/// too many invalid tokens.
async fn authenticate_bearer(
    state: &AppState,
    token: &str,
    quota: Quota,
    address: RateLimitKey,
) -> (AuthOutcome, Window) {
    let limits = &state.limits;
    let counted = match state.tokens.get(token).await {
        Some(CachedToken::Valid(id)) => {
            let window = limits.consume(quota, RateLimitKey::Token(id)).await;
            if window.retry_after.is_some() {
                return (AuthOutcome::unauthenticated(), window);
            }
            Some(window)
        }
        Some(CachedToken::Invalid) => {
            return (
                AuthOutcome::unauthenticated(),
                limits.consume(quota, address).await,
            );
        }
        None => {
            if let Some(window) = limits.exhausted(Quota::InvalidTokens, address).await {
                return (AuthOutcome::unauthenticated(), window);
            }
            None
        }
    };
    match (state.services.auth.authenticate_token(token).await, counted) {
        (Ok(caller), Some(window)) => (caller.into(), window),
        (Ok(caller), None) => {
            let mut key = address;
            if let Some(info) = caller.token_info() {
                key = RateLimitKey::Token(info.token_id);
                state
                    .tokens
                    .insert(token, CachedToken::Valid(info.token_id))
                    .await;
            }
            (caller.into(), limits.consume(quota, key).await)
        }
        (Err(Error::Unauthorized), _) => {
            state.tokens.insert(token, CachedToken::Invalid).await;
            limits.consume(Quota::InvalidTokens, address).await;
            (
                AuthOutcome::unauthenticated(),
                limits.consume(quota, address).await,
            )
        }
        (Err(error), Some(window)) => (error.into(), window),
        (Err(error), None) => (error.into(), limits.consume(quota, address).await),
    }
}

/// Authenticates a request that is already counted, such as an open stream. `None` if it would be refused
/// now.
pub(crate) async fn reauthenticate(state: &AppState, headers: &HeaderMap) -> Result<Option<Caller>, Error> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return authenticate_cookie(state, headers).await;
    };
    let Some(token) = bearer_token(value) else {
        return Ok(None);
    };
    match state.services.auth.authenticate_token(token).await {
        Ok(caller) => Ok(Some(caller)),
        Err(Error::Unauthorized) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The caller of a session or visitor cookie; `None` without a valid one.
pub(crate) async fn authenticate_cookie(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Option<Caller>, Error> {
    if let Some(session) = state.cookies.session(headers)
        && let Some(caller) = state.services.auth.authenticate_session(&session).await?
    {
        return Ok(Some(caller));
    }
    Ok(state
        .cookies
        .is_visitor(headers)
        .then(|| state.services.visitor()))
}
