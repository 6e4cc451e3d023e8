//! Who is looking, and signing in and out. Both are plain forms.

use std::sync::Arc;

use leptos::prelude::*;
use runlens_api_types::{ErrorCode, auth::Me};

use super::server::{Request, answer, request};

/// Turns the value of a session, or the end of one, into a `Set-Cookie` header. The server, which signs cookies, provides it.
#[derive(Clone)]
pub struct SessionCookies(pub Arc<SetCookie>);

/// From a session's value to a header's.
pub type SetCookie = dyn Fn(Option<&str>) -> String + Send + Sync;

/// Who is looking: read on the server, and handed to the browser with the page.
pub fn me() -> Me {
    let nobody = || Me {
        user: None,
        scopes: Vec::new(),
        token: None,
    };
    // None where the server only asks which pages there are.
    let read = || use_context::<Request>().map_or_else(nobody, |request| request.caller.me());
    #[cfg(not(feature = "ssr"))]
    let read = nobody;
    SharedValue::new(read).into_inner()
}

/// Signs in and goes on to `next`; where that is refused, back to the form, which says why.
#[server(prefix = "/forms", endpoint = "sign-in")]
pub async fn sign_in(
    /// E-mail address of the account.
    email: String,
    /// Its password.
    password: String,
    /// Path to go on to.
    next: Option<String>,
) -> Result<(), ServerFnError> {
    use crate::url::{SignInQuery, SignInRefusal, local_path};

    let next = next.as_deref().and_then(local_path).map(str::to_owned);
    let signed_in = match request() {
        Ok(request) => answer(request.services.auth.sign_in(email.trim(), &password).await),
        Err(body) => Err(body),
    };
    let refused = match signed_in {
        Ok(session) => {
            set_session(Some(&session.cookie));
            leptos_axum::redirect(next.as_deref().unwrap_or("/"));
            return Ok(());
        }
        Err(body) if body.code == ErrorCode::Unauthorized => SignInRefusal::Password,
        Err(_) => SignInRefusal::Unavailable,
    };
    leptos_axum::redirect(
        &SignInQuery {
            next,
            refused: Some(refused),
        }
        .address(),
    );
    Ok(())
}

/// Ends the session.
#[server(prefix = "/forms", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), ServerFnError> {
    set_session(None);
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        // Nor does the way back lead to what was shown.
        response.insert_header(
            http::HeaderName::from_static("clear-site-data"),
            http::HeaderValue::from_static("\"cache\""),
        );
    }
    leptos_axum::redirect("/");
    Ok(())
}

fn set_session(value: Option<&str>) {
    let (Some(cookies), Some(response)) = (
        use_context::<SessionCookies>(),
        use_context::<leptos_axum::ResponseOptions>(),
    ) else {
        tracing::error!("a form was answered without `SessionCookies`");
        return;
    };
    match http::HeaderValue::from_str(&cookies.0(value)) {
        Ok(header) => response.append_header(http::header::SET_COOKIE, header),
        Err(error) => tracing::error!(%error, "a session's cookie is no header"),
    }
}
