//! Errors of handlers as HTTP responses.
//!
//! - [`error_body`] maps each [`runlens_domain::Error`] to an [`ErrorBody`], whose code decides the status
//!   (`ErrorCode::status`). Pages receive this function, and show the same body.
//! - `ApiError::cause` is logged, and never sent. It is set for 500 and 503.
//! - Under `/api/v1`, `error_envelope` writes the body as JSON and logs the cause, once. Images (`images`)
//!   answer with a line of text.
//! - 404 and 405 without a route, timeouts and panics are in `error_envelope`; 416 is in `download`; 429 is
//!   in `rate_limit`.

use std::{any::Any, sync::Arc};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use runlens_api_types::{ErrorBody, ErrorCode, output::OutputSide, sample::OutputStatus};
use runlens_domain::Error;

use crate::limits::StreamLimitError;

/// Result of a handler that answers in JSON.
pub(crate) type ApiResult<T> = Result<axum::Json<T>, ApiError>;

/// Seconds after which a client may try to open another stream. A stream may last as long as a run.
const STREAM_RETRY_AFTER_SECS: u32 = 60;

/// The file stores that are searched, by the names the platform uses.
const STORES: [&str; 2] = ["local", "gcs"];

/// An error response before its body is written.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) body: ErrorBody,
    /// Logged, and hidden from the client.
    pub(crate) cause: Option<Arc<str>>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ErrorBody::new(code, message).into()
    }

    /// A 500 whose `cause` is logged.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        Error::Internal(cause.into()).into()
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.body.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<ErrorBody> for ApiError {
    fn from(body: ErrorBody) -> Self {
        Self { body, cause: None }
    }
}

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        let body = error_body(&error);
        let cause = matches!(body.code, ErrorCode::InternalError | ErrorCode::Unavailable)
            .then(|| error.to_string().into());
        Self { body, cause }
    }
}

impl From<StreamLimitError> for ApiError {
    fn from(error: StreamLimitError) -> Self {
        let body = match error {
            StreamLimitError::Total { limit } => ErrorBody::new(
                ErrorCode::Unavailable,
                format!("All {limit} event streams are in use. Try again later."),
            ),
            StreamLimitError::PerClient { limit } => ErrorBody::new(
                ErrorCode::RateLimited,
                format!("You have {limit} event streams open, which is the maximum. Close one first."),
            )
            .with("limit", limit),
        };
        body.with("retry_after", STREAM_RETRY_AFTER_SECS).into()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Returns the body of the response for a failed use case. Details of internal errors are only logged.
pub(crate) fn error_body(error: &Error) -> ErrorBody {
    match error {
        Error::Invalid(body) => body.clone(),
        Error::NotFound { resource, id } => ErrorBody::not_found(resource, *id),
        Error::CommitNotFound(digits) => {
            ErrorBody::new(ErrorCode::NotFound, format!("Commit {digits} not found."))
                .with("resource", "commit")
                .with("id", digits.as_str())
        }
        Error::LogNotFound { run_id } => ErrorBody::new(
            ErrorCode::LogNotFound,
            format!("The log of run {run_id} is in none of the stores."),
        )
        .with("run_id", *run_id)
        .with("checked", STORES.to_vec()),
        Error::NotProduced { output_id } => ErrorBody::new(
            ErrorCode::NotFound,
            format!("The test did not produce output {output_id}: there is no file."),
        )
        .with("resource", "file")
        .with("output_id", *output_id)
        .with("side", OutputSide::Actual.to_string())
        .with("output_status", OutputStatus::MissingOutput.to_string()),
        Error::OutputFileNotFound { output_id, side } => ErrorBody::new(
            ErrorCode::NotFound,
            format!("The {side} file of output {output_id} is in none of the stores."),
        )
        .with("resource", "file")
        .with("output_id", *output_id)
        .with("side", side.to_string())
        .with("checked", STORES.to_vec()),
        Error::Unauthorized => ErrorBody::new(
            ErrorCode::Unauthorized,
            "Bearer token is missing, expired, or invalid.",
        ),
        Error::WrongPassword => {
            ErrorBody::new(ErrorCode::Unauthorized, "E-mail address or password is wrong.")
        }
        Error::MissingScope(scope) => {
            ErrorBody::new(ErrorCode::Forbidden, format!("This needs the scope `{scope}`."))
                .with("required_scope", scope.to_string())
        }
        Error::MissingRole(message) => ErrorBody::new(ErrorCode::Forbidden, *message),
        Error::Unprocessable(message) => ErrorBody::new(ErrorCode::Unprocessable, message),
        Error::NotReady(message) => ErrorBody::new(ErrorCode::Unavailable, message),
        _ if error.is_unavailable() => {
            let dependency = if matches!(error, Error::Files(_)) {
                "file store"
            } else {
                "database"
            };
            ErrorBody::new(
                ErrorCode::Unavailable,
                format!("The {dependency} cannot be reached at the moment. Try again in a minute."),
            )
        }
        _ => ErrorBody::new(
            ErrorCode::InternalError,
            "Something went wrong on our side. It has been logged under this request's id.",
        ),
    }
}

/// The message of a panic, for the log.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
