//! Pages, forms and the files of the browser.

use std::sync::Arc;

use axum::{
    Router,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::{Next, from_fn_with_state, map_response},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use leptos::{
    context::{provide_context, use_context},
    nonce::use_nonce,
};
use leptos_axum::{
    LeptosRoutes, ResponseOptions, generate_route_list_with_exclusions_and_ssg_and_context,
    render_app_async_with_context,
};
use runlens_api_types::{ErrorBody, ErrorCode};
use runlens_app::{
    App,
    data::{auth::SessionCookies, provide_request, tokens::TokenAnswer},
    shell,
    url::{SignInQuery, SignInRefusal},
};
use runlens_domain::Caller;
use tower::{ServiceBuilder, ServiceExt};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, limit::RequestBodyLimitLayer,
    services::ServeDir,
};

use crate::{
    http::{
        MAX_BODY_BYTES, authentication, csrf,
        error::{error_body, panic_message},
        rate_limit::address_key,
    },
    limits::{Quota, RateLimitKey},
    state::AppState,
};

/// Target of the sign-in form.
const SIGN_IN: &str = "/forms/sign-in";

/// The token page, which is also the target of its form.
const TOKENS: &str = "/tokens";

const SPECULATION: &str = "/speculation-rules.json";

/// Prefetches a page when its link is hovered. Reading a page has no effects. Excludes files for their size.
const SPECULATION_RULES: &str = r#"{"prefetch": [{"eagerness": "moderate", "where": {"and": [
  {"href_matches": "/*"},
  {"not": {"href_matches": ["/api/v1/*", "/*.png", "/*.svg"]}}
]}}]}
"#;

const CACHE_ONE_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// Pages, forms and files.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let options = state.leptos.clone();
    let context = {
        let state = state.clone();
        move || provide_page_context(&state)
    };
    let (routes, _) = generate_route_list_with_exclusions_and_ssg_and_context(App, None, context.clone());
    Router::new()
        .route(SPECULATION, get(speculation_rules))
        .route("/test/{run_id}", get(redirect_from_platform_path))
        .route(TOKENS, post(create_token))
        .leptos_routes_with_context(state, routes, context, move || shell(options.clone()))
        .fallback(static_file_or_page)
        .layer(
            ServiceBuilder::new()
                .layer(CompressionLayer::new())
                .layer(CatchPanicLayer::custom(handle_panic))
                .layer(from_fn_with_state(state.clone(), authenticate_visitor))
                .layer(from_fn_with_state(state.clone(), guard_forms))
                .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES)),
        )
        .nest_service(
            "/pkg",
            ServiceBuilder::new()
                .layer(map_response(with_immutable_cache))
                .service(static_files(state, "pkg")),
        )
}

/// Provides services, caller and cookies to the views, and sets the content security policy.
fn provide_page_context(state: &AppState) {
    let caller = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Caller>().cloned());
    provide_request(
        state.services.clone(),
        caller.unwrap_or_else(|| state.services.visitor()),
        error_body,
    );
    let cookies = state.cookies.clone();
    provide_context(SessionCookies(Arc::new(move |value| cookies.set_session(value))));
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
}

async fn speculation_rules() -> impl IntoResponse {
    let content_type = HeaderValue::from_static("application/speculationrules+json");
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, CACHE_ONE_HOUR),
        ],
        SPECULATION_RULES,
    )
}

/// Redirects `/test/{id}` to `/runs/{id}`: comments on pull requests link to the platform's paths.
async fn redirect_from_platform_path(uri: Uri) -> Redirect {
    let address = uri
        .path_and_query()
        .map(|address| address.as_str().replacen("/test/", "/runs/", 1));
    Redirect::permanent(address.as_deref().unwrap_or("/runs"))
}

/// Creates a token and renders the page that shows it. Not a server function, which would redirect: a token
/// must not be in a URL.
async fn create_token(State(state): State<AppState>, request: Request) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let signed_in = caller.and_then(|caller| {
        let user_id = caller.account()?.user_id;
        Some((caller, user_id))
    });
    let Some((caller, user_id)) = signed_in else {
        return Redirect::to(&SignInQuery::from_path(TOKENS)).into_response();
    };
    let (parts, body) = request.into_parts();
    let form = match String::from_request(Request::from_parts(parts.clone(), body), &state).await {
        Ok(form) => form,
        Err(rejection) => return rejection.into_response(),
    };
    let window = state
        .limits
        .consume(Quota::Writes, RateLimitKey::User(user_id))
        .await;
    let answer = match window.retry_after {
        Some(retry_after) => {
            let message = format!("Too many tokens at once. Try again in {retry_after} seconds.");
            TokenAnswer::refusal(&form, ErrorBody::new(ErrorCode::RateLimited, message))
        }
        None => TokenAnswer::to(&form, &state.services, &caller, error_body).await,
    };
    let options = state.leptos.clone();
    let context = move || {
        provide_page_context(&state);
        provide_context(answer.clone());
    };
    let render = render_app_async_with_context(context, move || shell(options.clone()));
    render(Request::from_parts(parts, axum::body::Body::empty())).await
}

/// A static file, a redirect from a path with a trailing slash, or the 404 page.
async fn static_file_or_page(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method.is_safe() {
        if let Some(address) = without_trailing_slash(&parts.uri) {
            return Redirect::permanent(&address).into_response();
        }
        let mut file = static_files(&state, "")
            .oneshot(Request::from_parts(parts.clone(), axum::body::Body::empty()))
            .await
            .into_response();
        if file.status() != StatusCode::NOT_FOUND {
            file.headers_mut().insert(header::CACHE_CONTROL, CACHE_ONE_HOUR);
            return file;
        }
    }
    let options = state.leptos.clone();
    let render = render_app_async_with_context(
        move || provide_page_context(&state),
        move || shell(options.clone()),
    );
    let mut page = render(Request::from_parts(parts, body)).await;
    if page.status() == StatusCode::OK {
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}

/// The path and query without a trailing slash. Only for plain ASCII paths: others could name another host.
fn without_trailing_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_prefix('/')?.trim_end_matches('/');
    let is_plain = !path.starts_with('/')
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte));
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    (uri.path().ends_with('/') && is_plain && !path.is_empty()).then(|| format!("/{path}{query}"))
}

fn static_files(state: &AppState, directory: &str) -> ServeDir {
    ServeDir::new(state.http.site_root.join(directory))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
}

/// For files whose name contains the hash of their content.
async fn with_immutable_cache<B>(mut response: axum::http::Response<B>) -> axum::http::Response<B> {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
    }
    response
}

/// Authenticates by cookie, and gives new visitors a cookie, so that the page may call the API.
async fn authenticate_visitor(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let caller = authentication::authenticate_cookie(&state, request.headers())
        .await
        .unwrap_or_else(|error| {
            // The page reads the same database, and will show the error.
            tracing::warn!(%error, "looking up a session failed");
            Some(state.services.visitor())
        });
    let is_new = caller.is_none();
    request
        .extensions_mut()
        .insert(caller.unwrap_or_else(|| state.services.visitor()));
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|content_type| content_type.as_bytes().starts_with(b"text/html"));
    let headers = response.headers_mut();
    if is_page {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("private, no-cache"));
        headers.append(header::VARY, HeaderValue::from_static("Cookie"));
        headers.insert(
            "speculation-rules",
            HeaderValue::from_static("\"/speculation-rules.json\""),
        );
    }
    if is_page
        && is_new
        && let Ok(cookie) = state.cookies.set_visitor().parse()
    {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Refuses forms from other sites, and limits sign-in attempts.
async fn guard_forms(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !csrf::is_same_origin_or_read(request.method(), request.headers(), &state.http.public_url) {
        return (
            StatusCode::FORBIDDEN,
            "This form must be sent from this site's own pages.",
        )
            .into_response();
    }
    if request.method() == Method::POST
        && request.uri().path() == SIGN_IN
        && let Ok(address) = address_key(&request)
        && let Some(retry_after) = state.limits.consume(Quota::SignIns, address).await.retry_after
    {
        return too_many_sign_ins(request.headers(), retry_after);
    }
    next.run(request).await
}

/// Redirects browsers to the form, which shows the error; answers 429 to other clients.
fn too_many_sign_ins(headers: &HeaderMap, retry_after: i64) -> Response {
    let is_navigation = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let mut response = if is_navigation {
        let query = SignInQuery {
            next: None,
            refused: Some(SignInRefusal::TooMany),
        };
        Redirect::to(&query.address()).into_response()
    } else {
        (StatusCode::TOO_MANY_REQUESTS, "Too many sign-in attempts.").into_response()
    };
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, retry_after.into());
    response
}

fn handle_panic(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!(cause = panic_message(&*panic), "rendering a page panicked");
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side. The error has been logged.",
    )
        .into_response()
}
