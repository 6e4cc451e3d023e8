//! Handlers of /api/v1, one file per resource, and the list of their routes.
//!
//! A handler extracts the caller and the parameters, calls [`runlens_domain::Services`] and returns JSON. Its
//! `utoipa::path` attribute is the only place where path and OpenAPI text are written. To add an operation: write the
//! handler, list it below, and add its request to `openapi/examples.json`.

mod artifacts;
mod auth;
mod changes;
mod comparison;
mod errors;
mod events;
mod logs;
mod outputs;
mod raw_logs;
mod runs;
mod samples;
mod search;
mod suite;
mod system;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::AppState;

/// Routes whose responses depend on nothing but the URI, the database, files and the caller's permissions, or opt out
/// of caching (`files::mark_uncacheable`).
pub(crate) fn cacheable_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(runs::list_runs))
        .routes(routes!(changes::get_pull_request))
        .routes(routes!(changes::get_commit))
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

/// Routes whose responses depend on the time or the account, are streamed, or are not JSON.
pub(crate) fn uncacheable_routes() -> OpenApiRouter<AppState> {
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
}
