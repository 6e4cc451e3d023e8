//! The body of error responses.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::text_enum::text_enum;

text_enum! {
    /// Machine-readable error code.
    ErrorCode {
        /// 400: a parameter or body is not allowed; `details.fields` names each.
        ValidationError = "validation_error",
        /// 401: the bearer token is missing, malformed, unknown, expired or revoked.
        Unauthorized = "unauthorized",
        /// 403: the caller is known but lacks the scope or the role.
        Forbidden = "forbidden",
        /// 404: the resource does not exist.
        NotFound = "not_found",
        /// 404: the run exists, but none of the stores in `details.checked` has its log.
        LogNotFound = "log_not_found",
        /// 405: the path does not support this method; `Allow` lists the supported ones.
        MethodNotAllowed = "method_not_allowed",
        /// 416: `Range` begins after the end of the file; `details.size_bytes` is its size.
        RangeNotSatisfiable = "range_not_satisfiable",
        /// 422: the request is valid but cannot be carried out.
        Unprocessable = "unprocessable",
        /// 429: too many requests; retry after `Retry-After` seconds.
        RateLimited = "rate_limited",
        /// 500: an error of the server.
        InternalError = "internal_error",
        /// 503: a dependency is temporarily unavailable.
        Unavailable = "unavailable",
    }
}

impl ErrorCode {
    /// Returns the HTTP status of responses with this code.
    pub fn status(self) -> u16 {
        match self {
            Self::ValidationError => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound | Self::LogNotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::RangeNotSatisfiable => 416,
            Self::Unprocessable => 422,
            Self::RateLimited => 429,
            Self::InternalError => 500,
            Self::Unavailable => 503,
        }
    }
}

/// The body of every error response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// Machine-readable error code.
    pub code: ErrorCode,
    /// Human-readable message.
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub message: String,
    /// Structured context; may be empty.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: Map<String, Value>,
}

impl ErrorBody {
    /// The longest `message`, in characters.
    pub const MAX_MESSAGE_CHARS: usize = 500;

    /// Returns a body without details; truncates the message to [`Self::MAX_MESSAGE_CHARS`].
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(Self::MAX_MESSAGE_CHARS) {
            let start_of_last = message[..end]
                .char_indices()
                .next_back()
                .map_or(0, |(index, _)| index);
            message.truncate(start_of_last);
            message.push('…');
        }
        Self {
            code,
            message,
            details: Map::new(),
        }
    }

    /// Adds one detail.
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Returns the body for an unknown ID: `Run 9317 not found.`, with `resource` and `id` in the details.
    pub fn not_found(resource: &str, id: i32) -> Self {
        let mut name = resource.replace('_', " ");
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self::new(ErrorCode::NotFound, format!("{name} {id} not found."))
            .with("resource", resource)
            .with("id", id)
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorBody, ErrorCode};

    #[test]
    fn long_message_is_truncated_to_500_characters() {
        let body = ErrorBody::new(ErrorCode::InternalError, "ä".repeat(501));
        assert_eq!(body.message.chars().count(), 500);
        assert!(body.message.ends_with('…'));
        assert_eq!(
            ErrorBody::new(ErrorCode::InternalError, "ä".repeat(500)).message,
            "ä".repeat(500)
        );
    }
}
