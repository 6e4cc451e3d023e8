//! Signed cookies of sessions and visitors.

use axum::{
    http::{HeaderMap, header},
    response::IntoResponse as _,
};
use axum_extra::extract::cookie::{Cookie, Key, SameSite, SignedCookieJar};
use runlens_domain::auth::SESSION_SECONDS;

use crate::config::SecretKey;

const SESSION: &str = "runlens_session";
/// Set for visitors who open a page, to distinguish the pages' own API requests from those of other clients.
const VISITOR: &str = "runlens_visitor";
const VISITOR_VALUE: &str = "visitor";

/// Reads and writes signed cookies.
#[derive(Clone)]
pub(crate) struct Cookies {
    key: Key,
    /// Whether cookies are sent over TLS only.
    is_secure: bool,
}

impl Cookies {
    pub(crate) fn new(secret: &SecretKey, is_secure: bool) -> Self {
        Self {
            key: Key::derive_from(secret.bytes()),
            is_secure,
        }
    }

    /// The value of the session cookie, if its signature is valid.
    pub(crate) fn session(&self, headers: &HeaderMap) -> Option<String> {
        Some(self.jar(headers).get(SESSION)?.value().to_owned())
    }

    /// Whether there is a valid visitor cookie.
    pub(crate) fn is_visitor(&self, headers: &HeaderMap) -> bool {
        self.jar(headers)
            .get(VISITOR)
            .is_some_and(|cookie| cookie.value() == VISITOR_VALUE)
    }

    /// `Set-Cookie` for a visitor.
    pub(crate) fn set_visitor(&self) -> String {
        self.sign(self.cookie(VISITOR, VISITOR_VALUE))
    }

    /// `Set-Cookie` for a session; `None` deletes the cookie.
    pub(crate) fn set_session(&self, value: Option<&str>) -> String {
        let mut session = self.cookie(SESSION, value.unwrap_or_default());
        let max_age_secs = if value.is_some() { SESSION_SECONDS } else { 0 };
        session.set_max_age(time::Duration::seconds(max_age_secs));
        self.sign(session)
    }

    fn jar(&self, headers: &HeaderMap) -> SignedCookieJar {
        SignedCookieJar::from_headers(headers, self.key.clone())
    }

    fn cookie(&self, name: &'static str, value: &str) -> Cookie<'static> {
        Cookie::build((name, value.to_owned()))
            .http_only(true)
            .same_site(SameSite::Lax)
            .path("/")
            .secure(self.is_secure)
            .build()
    }

    fn sign(&self, cookie: Cookie<'static>) -> String {
        let name = cookie.name().to_owned();
        let jar = SignedCookieJar::new(self.key.clone()).add(cookie);
        // The jar exposes signed values only as a response.
        let headers = jar.into_response().into_parts().0.headers;
        let set = headers
            .get(header::SET_COOKIE)
            .and_then(|value| value.to_str().ok());
        set.map_or_else(|| format!("{name}=; Max-Age=0; Path=/"), str::to_owned)
    }
}
