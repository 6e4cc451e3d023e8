//! Everything that is no API: pages, forms and the browser's files.

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
    config::{Env, LeptosOptions},
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
    config::Http,
    http::{authentication, client_address::ClientAddress, error::error_body, same_origin},
    limits::{Quota, RateLimitKey},
    router::MAX_BODY,
    state::AppState,
};

/// Where the sign-in form is sent to.
const SIGN_IN: &str = "/forms/sign-in";

/// The page of tokens, and where its form for a new one is sent to.
const TOKENS: &str = "/tokens";

/// Where browsers read what they may fetch before it is asked for.
const SPECULATION: &str = "/speculation-rules.json";

/// Pages whose links are pointed at. Nothing is done by being read, but a file is too much to have for nothing.
const SPECULATION_RULES: &str = r#"{"prefetch": [{"eagerness": "moderate", "where": {"and": [
  {"href_matches": "/*"},
  {"not": {"href_matches": ["/api/v1/*", "/*.png", "/*.svg"]}}
]}}]}
"#;

/// What the pages are told about the build.
pub(crate) fn leptos_options(http: &Http) -> LeptosOptions {
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

/// Pages, forms and the browser's files.
pub(crate) fn pages(state: &AppState) -> Router<AppState> {
    let options = state.leptos.clone();
    let context = {
        let state = state.clone();
        move || page_context(&state)
    };
    let (routes, _) = generate_route_list_with_exclusions_and_ssg_and_context(App, None, context.clone());
    Router::new()
        .route(SPECULATION, get(speculation_rules))
        .route("/test/{run_id}", get(old_run_address))
        .route(TOKENS, post(make_token))
        .leptos_routes_with_context(state, routes, context, move || shell(options.clone()))
        .fallback(static_file_or_page)
        .layer(
            ServiceBuilder::new()
                .layer(CompressionLayer::new())
                .layer(CatchPanicLayer::custom(panicked))
                .layer(from_fn_with_state(state.clone(), visit))
                .layer(from_fn_with_state(state.clone(), guard_forms))
                .layer(RequestBodyLimitLayer::new(MAX_BODY)),
        )
        .nest_service(
            "/pkg",
            ServiceBuilder::new()
                .layer(map_response(with_immutable_cache))
                .service(files(state, "pkg")),
        )
}

/// What a page needs to know of its request.
fn page_context(state: &AppState) {
    let caller = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Caller>().cloned());
    provide_request(
        state.services.clone(),
        caller.unwrap_or_else(|| state.services.visitor()),
        error_body,
    );
    let cookies = state.clone();
    provide_context(SessionCookies(Arc::new(move |value| {
        authentication::session_cookie(&cookies, value)
    })));
    if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    )
}

async fn speculation_rules() -> impl IntoResponse {
    let kind = (
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/speculationrules+json"),
    );
    (
        [
            kind,
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=3600"),
            ),
        ],
        SPECULATION_RULES,
    )
}

/// Links in pull requests lead here.
async fn old_run_address(uri: Uri) -> Redirect {
    let address = uri
        .path_and_query()
        .map(|address| address.as_str().replacen("/test/", "/runs/", 1));
    Redirect::permanent(address.as_deref().unwrap_or("/runs"))
}

/// Makes a token, and answers with the page that shows it. A server function would have to redirect, and a token must not
/// stand in an address.
async fn make_token(State(state): State<AppState>, request: Request) -> Response {
    let caller = request.extensions().get::<Caller>().cloned();
    let Some((caller, user)) = caller.and_then(|caller| {
        caller
            .account()
            .map(|account| account.user_id)
            .map(|user| (caller, user))
    }) else {
        return Redirect::to(&SignInQuery::from_path(TOKENS)).into_response();
    };
    let (parts, body) = request.into_parts();
    let form = match String::from_request(Request::from_parts(parts.clone(), body), &state).await {
        Ok(form) => form,
        Err(rejection) => return rejection.into_response(),
    };
    let answer = match state
        .limits
        .consume(Quota::Writes, RateLimitKey::User(user))
        .await
        .retry_after
    {
        Some(retry_after) => {
            let message = format!("Too many tokens at once. Try again in {retry_after} seconds.");
            TokenAnswer::refusal(&form, ErrorBody::new(ErrorCode::RateLimited, message))
        }
        None => TokenAnswer::to(&form, &state.services, &caller).await,
    };
    let options = state.leptos.clone();
    let context = move || {
        page_context(&state);
        provide_context(answer.clone());
    };
    let render = render_app_async_with_context(context, move || shell(options.clone()));
    render(Request::from_parts(parts, axum::body::Body::empty())).await
}

/// A file of the site, else the page that says there is nothing.
async fn static_file_or_page(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method.is_safe() {
        if let Some(address) = without_slash(&parts.uri) {
            return Redirect::permanent(&address).into_response();
        }
        let file = files(&state, "")
            .oneshot(Request::from_parts(parts.clone(), axum::body::Body::empty()))
            .await
            .into_response();
        if file.status() != StatusCode::NOT_FOUND {
            let mut file = file;
            file.headers_mut().insert(
                header::CACHE_CONTROL,
                HeaderValue::from_static("public, max-age=3600"),
            );
            return file;
        }
    }
    let options = state.leptos.clone();
    let render = render_app_async_with_context(move || page_context(&state), move || shell(options.clone()));
    let mut page = render(Request::from_parts(parts, body)).await;
    if page.status() == StatusCode::OK {
        *page.status_mut() = StatusCode::NOT_FOUND;
    }
    page
}

/// The address of a page, for one that ends in a slash. Of plain characters only, so that it cannot name another site.
fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_prefix('/')?.trim_end_matches('/');
    let is_plain = !path.starts_with('/')
        && path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte));
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    (uri.path().ends_with('/') && is_plain && !path.is_empty()).then(|| format!("/{path}{query}"))
}

fn files(state: &AppState, directory: &str) -> ServeDir {
    ServeDir::new(state.http.site_root.join(directory))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
}

/// A file whose name changes with its content.
async fn with_immutable_cache<B>(mut response: axum::http::Response<B>) -> axum::http::Response<B> {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
    }
    response
}

/// Finds out who opens a page, and gives whoever has no cookie one, so that the page may ask the API.
async fn visit(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let known = authentication::authenticate_cookie(&state, request.headers())
        .await
        .unwrap_or_else(|error| {
            // The page asks the same database, and says so.
            tracing::warn!(%error, "a session could not be looked up");
            Some(state.services.visitor())
        });
    let is_new = known.is_none();
    request
        .extensions_mut()
        .insert(known.unwrap_or_else(|| state.services.visitor()));
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
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
        && let Ok(cookie) = authentication::visitor_cookie(&state).parse()
    {
        headers.append(header::SET_COOKIE, cookie);
    }
    response
}

/// Refuses forms of other sites, and too many attempts to sign in.
async fn guard_forms(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !same_origin::may_write(request.method(), request.headers(), &state.http.public_url) {
        return (
            StatusCode::FORBIDDEN,
            "This form must be sent from this site's own pages.",
        )
            .into_response();
    }
    if request.method() == Method::POST
        && request.uri().path() == SIGN_IN
        && let Some(ClientAddress(address)) = request.extensions().get::<ClientAddress>()
        && let Some(retry_after) = state
            .limits
            .consume(Quota::SignIns, RateLimitKey::at(*address))
            .await
            .retry_after
    {
        return too_many(request.headers(), retry_after);
    }
    next.run(request).await
}

/// Back to the form, which says why; a refusal for who does not read pages.
fn too_many(headers: &HeaderMap, retry_after: i64) -> Response {
    let is_navigation = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let mut response = if is_navigation {
        Redirect::to(
            &SignInQuery {
                next: None,
                refused: Some(SignInRefusal::TooMany),
            }
            .address(),
        )
        .into_response()
    } else {
        (StatusCode::TOO_MANY_REQUESTS, "Too many attempts to sign in.").into_response()
    };
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, retry_after.into());
    response
}

fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(cause = message.unwrap_or("without a message"), "a page panicked");
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side. It has been logged.",
    )
        .into_response()
}
