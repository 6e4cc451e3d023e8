//! Every route.

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
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::v1::{
        artifacts, auth, comparison, errors, events, logs, outputs, raw_logs, runs, samples, search, suite,
        system,
    },
    badges, docs,
    http::{
        authentication, client_address, cors, download, error_envelope, etag, head, rate_limit, request_id,
        response_cache, security_headers,
    },
    openapi,
    openapi::endpoint,
    pages, previews,
    state::AppState,
};

/// The longest body, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// Routes of /api/v1, without what lies around them.
pub(crate) fn api_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::frame())
        .merge(cacheable_routes())
        .merge(uncacheable_routes())
}

/// Those whose answers depend on nothing but the address, the database, files and the caller's rights, or say that they are not to be
/// kept (`files::mark_uncacheable`).
fn cacheable_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(runs::list_runs))
        .routes(routes!(search::search))
        .routes(routes!(runs::get_run))
        .routes(routes!(runs::get_run_summary))
        .routes(routes!(runs::list_run_progress))
        .routes(routes!(runs::list_run_categories))
        .routes(routes!(runs::get_run_config))
        .routes(routes!(samples::list_run_samples))
        .routes(routes!(samples::get_run_sample))
        .routes(routes!(errors::list_run_errors))
        .routes(routes!(errors::get_run_error_summary))
        .routes(routes!(errors::list_run_infrastructure_errors))
        .routes(routes!(comparison::compare_runs))
        .routes(routes!(suite::get_run_recent_results))
        .routes(routes!(comparison::list_runs_with_same_failures))
        .routes(routes!(suite::list_samples))
        .routes(routes!(suite::get_sample))
        .routes(routes!(suite::list_sample_history))
        .routes(routes!(suite::list_regression_tests))
        .routes(routes!(suite::get_recent_results))
        .routes(routes!(suite::get_regression_test))
        .routes(routes!(suite::get_regression_test_health))
        .routes(routes!(suite::list_regression_test_history))
        .routes(routes!(suite::list_categories))
        .routes(routes!(system::list_queue))
        .routes(routes!(outputs::get_output))
        .routes(routes!(outputs::get_expected_output))
        .routes(routes!(outputs::get_actual_output))
        .routes(routes!(outputs::get_output_diff))
        .routes(routes!(outputs::get_raw_output_diff))
        .routes(routes!(artifacts::list_run_artifacts))
        .routes(routes!(logs::list_run_logs))
        .routes(routes!(logs::get_run_log_outline))
        .routes(routes!(logs::search_run_log))
}

/// Those whose answers depend on the time, or on who asks, or are sent piece by piece, or are no JSON.
fn uncacheable_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(events::stream_run_events))
        .routes(routes!(raw_logs::get_raw_run_log))
        .routes(routes!(outputs::get_raw_expected_output))
        .routes(routes!(outputs::get_raw_actual_output))
        .routes(routes!(comparison::get_run_report))
        .routes(routes!(auth::list_tokens, auth::create_token))
        .routes(routes!(auth::revoke_current_token))
        .routes(routes!(auth::revoke_token))
        .routes(routes!(auth::get_me))
        .routes(routes!(system::get_health))
        .routes(routes!(endpoint::get_openapi))
}

/// The whole server.
pub fn router(state: AppState) -> Router {
    let api = api(&state);
    Router::new()
        // Nesting leaves this one address out.
        .route_service("/api/v1/", api.clone().with_state(state.clone()))
        .nest("/api/v1", api)
        .merge(docs::routes(&state))
        .merge(previews::routes(&state))
        .merge(badges::routes(&state))
        .merge(pages::pages(&state))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(response_cache::pin_data_version))
                .layer(from_fn(request_id::plain_request_id))
                .layer(SetRequestIdLayer::x_request_id(request_id::RandomId))
                .layer(
                    TraceLayer::new_for_http()
                        .make_span_with(|request: &Request<_>| {
                            let (method, path, request_id) =
                                (request.method(), request.uri().path(), request_id::of(request));
                            tracing::info_span!("request", %method, path, request_id)
                        })
                        .on_response(DefaultOnResponse::new().level(tracing::Level::DEBUG))
                        // Failures are logged with their cause by the error envelope.
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

fn api(state: &AppState) -> Router<AppState> {
    let (kept, _) = cacheable_routes().split_for_parts();
    let (others, _) = uncacheable_routes().split_for_parts();
    with_api_middleware(
        kept.route_layer(from_fn_with_state(state.clone(), response_cache::cache_response))
            .merge(others),
        state,
    )
}

/// Routes of the API with what lies around them, from the outside to the inside.
fn with_api_middleware(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes
        .fallback(error_envelope::no_such_path)
        .method_not_allowed_fallback(error_envelope::no_such_method)
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(head::head_as_get))
                .layer(from_fn_with_state(state.clone(), rate_limit::rate_limit_headers))
                .option_layer(cors::layer(&state.http.other_origins))
                .layer(from_fn(security_headers::api_headers))
                .layer(from_fn(etag::encoded_etag))
                .layer(
                    CompressionLayer::new()
                        .compress_when(DefaultPredicate::new().and(download::is_no_download)),
                )
                .layer(from_fn(error_envelope::error_envelope))
                .layer(CatchPanicLayer::custom(error_envelope::panicked))
                .layer(from_fn(error_envelope::timeout))
                .layer(from_fn_with_state(state.clone(), rate_limit::enforce_rate_limit))
                .layer(from_fn(etag::etag))
                .layer(from_fn_with_state(
                    state.clone(),
                    authentication::refuse_other_sites,
                ))
                .layer(DefaultBodyLimit::max(MAX_BODY)),
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

    /// The answer of a route that goes wrong, with all that lies around it.
    async fn answer(routes: Router<AppState>) -> (u16, axum::http::HeaderMap, serde_json::Value) {
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
        // The database is not asked any more, and time may pass.
        tokio::time::pause();
        let (parts, body) = app.oneshot(request).await.expect("an answer").into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        (
            parts.status.as_u16(),
            parts.headers,
            serde_json::from_slice(&body).expect("JSON"),
        )
    }

    #[tokio::test]
    async fn a_panic_is_answered_like_everything_else() {
        async fn panicking() {
            panic!("the inside")
        }
        let (status, headers, body) = answer(Router::new().route("/", get(panicking))).await;
        assert_eq!(
            (status, &body["code"], &body["details"]["request_id"]),
            (500, &"internal_error".into(), &"job-17".into())
        );
        assert_eq!(headers["x-ratelimit-remaining"], "119", "it was counted");
        assert_eq!(headers["cache-control"], "private, no-cache");
    }

    #[tokio::test]
    async fn an_endless_answer_is_ended_like_everything_else() {
        let (status, headers, body) = answer(Router::new().route("/", get(std::future::pending::<()>))).await;
        assert_eq!(
            (status, &body["code"], &body["details"]["request_id"]),
            (503, &"unavailable".into(), &"job-17".into())
        );
        assert_eq!(headers["x-ratelimit-remaining"], "119", "it was counted");
    }
}
