//! Composes all routes and the middleware around them.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::Request,
    middleware::{from_fn, from_fn_with_state},
};
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, Predicate as _},
    },
    request_id::{PropagateRequestIdLayer, SetRequestIdLayer},
    trace::{DefaultOnResponse, TraceLayer},
};

use crate::{
    api::v1,
    badges, docs,
    http::{
        MAX_BODY_BYTES, client_address, cors, csrf, download, error_envelope, etag, head, rate_limit,
        request_id, response_cache, security_headers,
    },
    openapi, pages, previews,
    state::AppState,
};

/// The complete server.
pub fn router(state: AppState) -> Router {
    let api = api_routes(&state);
    Router::new()
        // `nest` does not match the path with a trailing slash.
        .route_service("/api/v1/", api.clone().with_state(state.clone()))
        .nest("/api/v1", api)
        .merge(docs::routes(&state))
        .merge(previews::routes(&state))
        .merge(badges::routes(&state))
        .merge(pages::routes(&state))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(response_cache::pin_data_version))
                .layer(from_fn(request_id::remove_unsafe_id))
                .layer(SetRequestIdLayer::x_request_id(request_id::RandomId))
                .layer(
                    TraceLayer::new_for_http()
                        .make_span_with(|request: &Request<_>| {
                            let (method, path, request_id) =
                                (request.method(), request.uri().path(), request_id::of(request));
                            tracing::info_span!("request", %method, path, request_id)
                        })
                        .on_response(DefaultOnResponse::new().level(tracing::Level::DEBUG))
                        // `error_envelope` logs failures with their cause.
                        .on_failure(()),
                )
                .layer(PropagateRequestIdLayer::x_request_id())
                .layer(from_fn_with_state(state.clone(), client_address::client_address))
                .layer(from_fn_with_state(
                    state.clone(),
                    security_headers::security_headers,
                )),
        )
        .with_state(state)
}

fn api_routes(state: &AppState) -> Router<AppState> {
    let (cacheable, _) = v1::cacheable_routes().split_for_parts();
    let (uncacheable, _) = v1::uncacheable_routes()
        .merge(openapi::routes())
        .split_for_parts();
    let cacheable = cacheable.route_layer(from_fn_with_state(state.clone(), response_cache::cache_response));
    with_api_middleware(cacheable.merge(uncacheable), state)
}

/// Adds the middleware of the API, outermost first.
fn with_api_middleware(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes
        .fallback(error_envelope::unknown_path)
        .method_not_allowed_fallback(error_envelope::method_not_allowed)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(head::head_as_get))
                .layer(from_fn_with_state(state.clone(), rate_limit::rate_limit_headers))
                .option_layer(cors::layer(&state.http.cors_origins))
                .layer(from_fn(security_headers::api_headers))
                .layer(from_fn(etag::add_encoding_to_etag))
                .layer(
                    CompressionLayer::new()
                        .compress_when(DefaultPredicate::new().and(download::is_no_download)),
                )
                .layer(from_fn(error_envelope::error_envelope))
                .layer(CatchPanicLayer::custom(error_envelope::handle_panic))
                .layer(from_fn(error_envelope::timeout))
                .layer(from_fn_with_state(state.clone(), rate_limit::enforce_rate_limit))
                .layer(from_fn(etag::etag))
                .layer(from_fn_with_state(state.clone(), csrf::refuse_cross_site_writes))
                .layer(DefaultBodyLimit::max(MAX_BODY_BYTES)),
        )
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::{
        body::{Body, to_bytes},
        extract::ConnectInfo,
        http::Request,
        middleware::from_fn_with_state,
        routing::get,
    };
    use runlens_domain::testing::{Backend, TestPlatform};
    use tower::ServiceExt;

    use super::*;
    use crate::config::{HttpOptions, SecretKey};

    /// The response of a failing route with all middleware of the API.
    async fn get_root(routes: Router<AppState>) -> (u16, axum::http::HeaderMap, serde_json::Value) {
        let test = TestPlatform::new(Backend::Sqlite).await;
        let http = HttpOptions::default().resolve().expect("settings");
        let state = AppState::new(
            test.platform.clone(),
            http,
            Default::default(),
            &SecretKey::random(),
        );
        let address = from_fn_with_state(state.clone(), client_address::client_address);
        let app = with_api_middleware(routes, &state)
            .layer(address)
            .with_state(state);
        let mut request = Request::builder()
            .uri("/")
            .header(request_id::X_REQUEST_ID, "job-17")
            .body(Body::empty())
            .expect("a request");
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        // Paused only now, because the database driver needs real time.
        tokio::time::pause();
        let (parts, body) = app.oneshot(request).await.expect("a response").into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        (
            parts.status.as_u16(),
            parts.headers,
            serde_json::from_slice(&body).expect("JSON"),
        )
    }

    #[tokio::test]
    async fn panic_response_has_all_api_headers() {
        async fn panicking() {
            panic!("the inside")
        }
        let (status, headers, body) = get_root(Router::new().route("/", get(panicking))).await;
        assert_eq!(
            (status, &body["code"], &body["details"]["request_id"]),
            (500, &"internal_error".into(), &"job-17".into())
        );
        assert_eq!(headers["x-ratelimit-remaining"], "119", "the request was counted");
        assert_eq!(headers["cache-control"], "private, no-cache");
    }

    #[tokio::test]
    async fn timeout_response_has_all_api_headers() {
        let (status, headers, body) =
            get_root(Router::new().route("/", get(std::future::pending::<()>))).await;
        assert_eq!(
            (status, &body["code"], &body["details"]["request_id"]),
            (503, &"unavailable".into(), &"job-17".into())
        );
        assert_eq!(headers["x-ratelimit-remaining"], "119", "the request was counted");
    }
}
