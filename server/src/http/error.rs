//! The one translation of a failure into an answer.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use runlens_api_types::{ErrorBody, ErrorCode, output::OutputSide, sample::OutputStatus};
use runlens_domain::Error;

/// The file stores that are searched, by the names the platform uses.
const STORES: [&str; 2] = ["local", "gcs"];

/// The result of a handler.
pub(crate) type ApiResult<T> = Result<axum::Json<T>, ApiError>;

/// A failure on its way out. The error envelope writes its body, and logs it, once.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) body: ErrorBody,
    /// What the log is told and the caller is not.
    pub(crate) cause: Option<Arc<str>>,
}

impl ApiError {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ErrorBody::new(code, message).into()
    }

    /// A fault of ours.
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

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Returns the body of the response for a failed use case. Details of an internal error are logged, not returned.
pub(crate) fn error_body(error: &Error) -> ErrorBody {
    match error {
        Error::Invalid(body) => body.clone(),
        Error::NotFound { resource, id } => ErrorBody::not_found(resource, *id),
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
            let what = if matches!(error, Error::Files(_)) {
                "file store"
            } else {
                "database"
            };
            ErrorBody::new(
                ErrorCode::Unavailable,
                format!("The {what} cannot be reached at the moment. Try again in a minute."),
            )
        }
        _ => ErrorBody::new(
            ErrorCode::InternalError,
            "Something went wrong on our side. It has been logged under this request's id.",
        ),
    }
}
