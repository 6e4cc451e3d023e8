//! Who asks: by bearer token, by session cookie, or as a visitor by a cookie that our pages issue.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_extra::extract::cookie::{Cookie, SameSite, SignedCookieJar};
use runlens_contract::ErrorCode;
use runlens_domain::{Caller, Error, auth::SESSION_SECONDS};

use super::{client_address::ClientAddress, same_origin};
use crate::{error::ApiError, limits::Client, state::AppState};

/// Cookie of a person who has signed in.
pub(crate) const SESSION_COOKIE: &str = "runlens_session";
/// Cookie of everybody else who has opened a page: it tells our pages in a browser from any other client.
pub(crate) const VISITOR_COOKIE: &str = "runlens_visitor";
const VISITOR: &str = "visitor";

/// Who asks, as far as it is known.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    /// The caller, or why there is none.
    pub(crate) caller: Result<Caller, ApiError>,
    /// Whose requests these are counted with.
    pub(crate) client: Client,
    /// Whether a cookie said so.
    pub(crate) is_browser: bool,
}

/// For the API: finds out who asks. Handlers refuse what has no caller; a path that leads nowhere needs none.
pub(crate) async fn authenticate(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ClientAddress>().copied();
    let Some(ClientAddress(address)) = address else { return ApiError::internal("a request without an address").into_response() };
    let access = access(&state, request.headers(), Client::at(address)).await;
    request.extensions_mut().insert(access);
    next.run(request).await
}

/// For the API, behind the limits: refuses what another site makes a browser write.
pub(crate) async fn refuse_other_sites(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::AUTHORIZATION) || same_origin::may_write(request.method(), headers, &state.http.public_url) {
        return next.run(request).await;
    }
    ApiError::new(ErrorCode::Forbidden, "A write with a cookie must come from this site's own pages.").into_response()
}

async fn access(state: &AppState, headers: &HeaderMap, address: Client) -> Access {
    let (caller, is_browser) = match headers.get(header::AUTHORIZATION) {
        Some(value) => (by_token(state, value).await, false),
        None => match by_cookie(state, headers).await {
            Ok(Some(caller)) => (Ok(caller), true),
            Ok(None) => (Err(Error::Unauthorized), false),
            Err(error) => (Err(error), false),
        },
    };
    let client = match &caller {
        Ok(caller) => {
            caller.token_info().map(|token| Client::Token(token.token_id)).or(caller.account().map(|account| Client::User(account.user_id)))
        }
        Err(_) => None,
    };
    Access { caller: caller.map_err(ApiError::from), client: client.unwrap_or(address), is_browser }
}

async fn by_token(state: &AppState, value: &HeaderValue) -> Result<Caller, Error> {
    let (scheme, token) = value.to_str().ok().and_then(|value| value.trim().split_once(' ')).ok_or(Error::Unauthorized)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::Unauthorized);
    }
    state.platform.authenticate_token(token.trim_start()).await
}

/// The caller that a cookie stands for; none without one that counts.
pub(crate) async fn by_cookie(state: &AppState, headers: &HeaderMap) -> Result<Option<Caller>, Error> {
    let jar = SignedCookieJar::from_headers(headers, state.cookies.clone());
    if let Some(session) = jar.get(SESSION_COOKIE)
        && let Some(caller) = state.platform.authenticate_session(session.value()).await?
    {
        return Ok(Some(caller));
    }
    Ok(jar.get(VISITOR_COOKIE).filter(|cookie| cookie.value() == VISITOR).map(|_| state.platform.visitor()))
}

/// The `Set-Cookie` of whoever opens a page and has no cookie that counts.
pub(crate) fn visitor_cookie(state: &AppState) -> String {
    signed(state, cookie(state, VISITOR_COOKIE, VISITOR))
}

/// The `Set-Cookie` of a session; without a value, that of its end.
pub(crate) fn session_cookie(state: &AppState, value: Option<&str>) -> String {
    let mut session = cookie(state, SESSION_COOKIE, value.unwrap_or_default());
    session.set_max_age(time::Duration::seconds(if value.is_some() { SESSION_SECONDS } else { 0 }));
    signed(state, session)
}

fn cookie(state: &AppState, name: &'static str, value: &str) -> Cookie<'static> {
    Cookie::build((name, value.to_owned())).http_only(true).same_site(SameSite::Lax).path("/").secure(state.http.is_https()).build()
}

fn signed(state: &AppState, cookie: Cookie<'static>) -> String {
    let name = cookie.name().to_owned();
    let jar = SignedCookieJar::new(state.cookies.clone()).add(cookie);
    // Only as an answer does the jar show the signature.
    let headers = jar.into_response().into_parts().0.headers;
    let set = headers.get(header::SET_COOKIE).and_then(|value| value.to_str().ok());
    set.map_or_else(|| format!("{name}=; Max-Age=0; Path=/"), str::to_owned)
}
