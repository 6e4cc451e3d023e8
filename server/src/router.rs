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
    compression::CompressionLayer,
    request_id::{PropagateRequestIdLayer, SetRequestIdLayer},
    trace::{DefaultOnResponse, TraceLayer},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{auth, document, errors, logs, runs, samples, suite, system},
    middleware::{authentication, client_address, error_envelope, etag, rate_limit, request_id, security_headers},
    openapi, ssr,
    state::AppState,
};

/// The longest body, in bytes.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// Routes of /api/v1, without what lies around them.
pub(crate) fn api_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::frame())
        .routes(routes!(runs::list_runs))
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
        .routes(routes!(logs::list_run_logs))
        .routes(routes!(suite::list_samples))
        .routes(routes!(suite::get_sample))
        .routes(routes!(suite::list_sample_history))
        .routes(routes!(suite::list_regression_tests))
        .routes(routes!(suite::get_regression_test))
        .routes(routes!(suite::list_regression_test_history))
        .routes(routes!(suite::list_categories))
        .routes(routes!(auth::create_token))
        .routes(routes!(auth::get_me))
        .routes(routes!(system::get_health))
        .routes(routes!(system::list_queue))
        .routes(routes!(document::get_openapi))
}

/// The whole server.
pub fn router(state: AppState) -> Router {
    let api = api(&state);
    Router::new()
        // Nesting leaves this one address out.
        .route_service("/api/v1/", api.clone().with_state(state.clone()))
        .nest("/api/v1", api)
        .merge(ssr::pages(&state))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(request_id::plain_request_id))
                .layer(SetRequestIdLayer::x_request_id(request_id::RandomId))
                .layer(
                    TraceLayer::new_for_http()
                        .make_span_with(|request: &Request<_>| {
                            let (method, path, request_id) = (request.method(), request.uri().path(), request_id::of(request));
                            tracing::info_span!("request", %method, path, request_id)
                        })
                        .on_response(DefaultOnResponse::new().level(tracing::Level::DEBUG))
                        // Failures are logged with their cause by the error envelope.
                        .on_failure(()),
                )
                .layer(PropagateRequestIdLayer::x_request_id())
                .layer(from_fn_with_state(state.clone(), client_address::client_address))
                .layer(from_fn_with_state(state.clone(), security_headers::security_headers)),
        )
        .with_state(state)
}

fn api(state: &AppState) -> Router<AppState> {
    let (routes, _) = api_routes().split_for_parts();
    routes.fallback(error_envelope::no_such_path).method_not_allowed_fallback(error_envelope::no_such_method).layer(
        ServiceBuilder::new()
            .layer(from_fn(security_headers::api_headers))
            .layer(from_fn(etag::etag))
            .layer(CompressionLayer::new())
            .layer(from_fn(error_envelope::error_envelope))
            .layer(from_fn_with_state(state.clone(), authentication::authenticate))
            .layer(from_fn_with_state(state.clone(), rate_limit::rate_limit))
            .layer(from_fn_with_state(state.clone(), authentication::refuse_other_sites))
            .layer(CatchPanicLayer::custom(error_envelope::panicked))
            .layer(from_fn(error_envelope::timeout))
            .layer(DefaultBodyLimit::max(MAX_BODY)),
    )
}
