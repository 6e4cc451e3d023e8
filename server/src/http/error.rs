//! The one translation of a failure into an answer.

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use runlens_api_types::{ErrorBody, ErrorCode};
use runlens_domain::Error;

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
        let body = error.to_body();
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
