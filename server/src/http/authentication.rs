//! Who asks: by bearer token, by session cookie, or as a visitor by a cookie that our pages issue.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, SameSite, SignedCookieJar};
use runlens_api_types::{ErrorCode, TextEnum, auth::Scope};
use runlens_domain::{Caller, Error, auth::SESSION_SECONDS};

use super::same_origin;
use crate::{
    auth::recent_tokens::Seen,
    http::error::ApiError,
    limits::{Quota, RateLimitKey, Window},
    state::AppState,
};

/// Cookie of a person who has signed in.
pub(crate) const SESSION_COOKIE: &str = "runlens_session";
/// Cookie of everybody else who has opened a page: it tells our pages in a browser from any other client.
pub(crate) const VISITOR_COOKIE: &str = "runlens_visitor";
const VISITOR: &str = "visitor";

/// Who asks, as far as it is known.
#[derive(Clone, Debug)]
pub(crate) struct AuthOutcome {
    /// The caller, or why there is none.
    pub(crate) caller: Result<Caller, ApiError>,
}

impl AuthOutcome {
    /// Of a request that needs no caller.
    pub(crate) fn nobody() -> Self {
        Error::Unauthorized.into()
    }

    /// The caller's rights as a number: whoever may see less or more has another. None without a caller.
    pub(crate) fn rights(&self) -> Option<u64> {
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

/// Finds out who asks, and counts the request with its client: a token, an account that has signed in, or else the address.
pub(crate) async fn authenticate_and_count(
    state: &AppState,
    headers: &HeaderMap,
    is_read: bool,
    address: RateLimitKey,
) -> (AuthOutcome, Window) {
    let budget = if is_read { Quota::Reads } else { Quota::Writes };
    let (access, budget, client) = match headers.get(header::AUTHORIZATION) {
        Some(value) => match bearer(value) {
            Some(token) => return authenticate_bearer(state, token, budget, address).await,
            None => (AuthOutcome::nobody(), budget, address),
        },
        None => match authenticate_cookie(state, headers).await {
            Ok(Some(caller)) => {
                let client = caller
                    .account()
                    .map_or(address, |account| RateLimitKey::User(account.user_id));
                (
                    caller.into(),
                    if is_read { Quota::BrowserReads } else { budget },
                    client,
                )
            }
            Ok(None) => (AuthOutcome::nobody(), budget, address),
            Err(error) => (error.into(), budget, address),
        },
    };
    (access, state.limits.consume(budget, client).await)
}

/// Spends a query on a token only where its client has budget left. A token that has worked is counted before it is looked up; one
/// that has failed is not looked up again; one that was never seen is looked up unless its address has tried too many others that
/// failed.
async fn authenticate_bearer(
    state: &AppState,
    token: &str,
    budget: Quota,
    address: RateLimitKey,
) -> (AuthOutcome, Window) {
    let limits = &state.limits;
    let counted = match state.tokens.recall(token).await {
        Some(Seen::Working(id)) => {
            let window = limits.consume(budget, RateLimitKey::Token(id)).await;
            if window.retry_after.is_some() {
                return (AuthOutcome::nobody(), window);
            }
            Some(window)
        }
        Some(Seen::Failing) => return (AuthOutcome::nobody(), limits.consume(budget, address).await),
        None => {
            if let Some(window) = limits.exhausted(Quota::FailingTokens, address).await {
                return (AuthOutcome::nobody(), window);
            }
            None
        }
    };
    match (state.services.auth.authenticate_token(token).await, counted) {
        (Ok(caller), Some(window)) => (caller.into(), window),
        (Ok(caller), None) => {
            let mut client = address;
            if let Some(info) = caller.token_info() {
                client = RateLimitKey::Token(info.token_id);
                state.tokens.remember(token, Seen::Working(info.token_id)).await;
            }
            (caller.into(), limits.consume(budget, client).await)
        }
        (Err(Error::Unauthorized), _) => {
            state.tokens.remember(token, Seen::Failing).await;
            limits.consume(Quota::FailingTokens, address).await;
            (AuthOutcome::nobody(), limits.consume(budget, address).await)
        }
        (Err(error), Some(window)) => (error.into(), window),
        (Err(error), None) => (error.into(), limits.consume(budget, address).await),
    }
}

/// Who asks, without counting: for what has been let in and goes on. None where nobody would be let in.
///
/// # Errors
/// Where that cannot be found out.
pub(crate) async fn authenticate(state: &AppState, headers: &HeaderMap) -> Result<Option<Caller>, Error> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return authenticate_cookie(state, headers).await;
    };
    let Some(token) = bearer(value) else {
        return Ok(None);
    };
    match state.services.auth.authenticate_token(token).await {
        Ok(caller) => Ok(Some(caller)),
        Err(Error::Unauthorized) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The token of an `Authorization` header.
fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.to_str().ok()?.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
}

/// For the API, behind the limits: refuses what another site makes a browser write.
pub(crate) async fn refuse_other_sites(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    // Where other origins may ask, they may do so without what a browser adds by itself.
    let is_invited = !headers.contains_key(header::COOKIE)
        && state.http.other_origins.include(headers.get(header::ORIGIN));
    let may_write = same_origin::may_write(request.method(), headers, &state.http.public_url);
    if headers.contains_key(header::AUTHORIZATION) || may_write || is_invited {
        return next.run(request).await;
    }
    ApiError::new(
        ErrorCode::Forbidden,
        "A write with a cookie must come from this site's own pages.",
    )
    .into_response()
}

/// The caller that a cookie stands for; none without one that counts.
pub(crate) async fn authenticate_cookie(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Option<Caller>, Error> {
    let jar = SignedCookieJar::from_headers(headers, state.cookies.clone());
    if let Some(session) = jar.get(SESSION_COOKIE)
        && let Some(caller) = state.services.auth.authenticate_session(session.value()).await?
    {
        return Ok(Some(caller));
    }
    Ok(jar
        .get(VISITOR_COOKIE)
        .filter(|cookie| cookie.value() == VISITOR)
        .map(|_| state.services.visitor()))
}

/// The `Set-Cookie` of whoever opens a page and has no cookie that counts.
pub(crate) fn visitor_cookie(state: &AppState) -> String {
    signed(state, cookie(state, VISITOR_COOKIE, VISITOR))
}

/// The `Set-Cookie` of a session; without a value, that of its end.
pub(crate) fn session_cookie(state: &AppState, value: Option<&str>) -> String {
    let mut session = cookie(state, SESSION_COOKIE, value.unwrap_or_default());
    session.set_max_age(time::Duration::seconds(if value.is_some() {
        SESSION_SECONDS
    } else {
        0
    }));
    signed(state, session)
}

fn cookie(state: &AppState, name: &'static str, value: &str) -> Cookie<'static> {
    Cookie::build((name, value.to_owned()))
        .http_only(true)
        .same_site(SameSite::Lax)
        .path("/")
        .secure(state.http.is_https())
        .build()
}

fn signed(state: &AppState, cookie: Cookie<'static>) -> String {
    let name = cookie.name().to_owned();
    let jar = SignedCookieJar::new(state.cookies.clone()).add(cookie);
    // Only as an answer does the jar show the signature.
    let headers = jar.into_response().into_parts().0.headers;
    let set = headers
        .get(header::SET_COOKIE)
        .and_then(|value| value.to_str().ok());
    set.map_or_else(|| format!("{name}=; Max-Age=0; Path=/"), str::to_owned)
}
