//! The body of every answer that is not a success.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::text_enum::text_enum;

text_enum! {
    /// Machine-readable kind of a failure.
    ErrorCode {
        /// 400: a parameter or body is not allowed; `details.fields` names each.
        ValidationError = "validation_error",
        /// 401: the bearer token is missing, malformed, unknown, expired or revoked.
        Unauthorized = "unauthorized",
        /// 403: the caller is known but lacks the scope or the role.
        Forbidden = "forbidden",
        /// 404: there is no such thing.
        NotFound = "not_found",
        /// 404: the run exists, its log is in none of the stores; `details.checked` names them.
        LogNotFound = "log_not_found",
        /// 405: the path exists, but not with this method; `Allow` lists the others.
        MethodNotAllowed = "method_not_allowed",
        /// 416: the file ends before the part that `Range` asks for; `details.size_bytes` says where.
        RangeNotSatisfiable = "range_not_satisfiable",
        /// 422: understood, but it cannot be done.
        Unprocessable = "unprocessable",
        /// 429: too many requests; `Retry-After` says when to come back.
        RateLimited = "rate_limited",
        /// 500: a fault of the server.
        InternalError = "internal_error",
        /// 503: a dependency cannot be reached at the moment.
        Unavailable = "unavailable",
    }
}

impl ErrorCode {
    /// The HTTP status of an answer with this code.
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

/// The body of every answer that is not a success.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// Machine-readable kind of the failure.
    pub code: ErrorCode,
    /// Human-readable summary.
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub message: String,
    /// Structured context; an empty object where there is none.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub details: Map<String, Value>,
}

impl ErrorBody {
    /// The longest `message`, in characters.
    pub const MAX_MESSAGE: usize = 500;

    /// A body without details. A longer message is cut.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let mut message = message.into();
        if let Some((end, _)) = message.char_indices().nth(Self::MAX_MESSAGE) {
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

    /// `Run 9317 not found.` with details {resource, id}.
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
    fn a_long_message_is_cut_at_500_characters() {
        let body = ErrorBody::new(ErrorCode::InternalError, "ä".repeat(501));
        assert_eq!(body.message.chars().count(), 500);
        assert!(body.message.ends_with('…'));
        assert_eq!(
            ErrorBody::new(ErrorCode::InternalError, "ä".repeat(500)).message,
            "ä".repeat(500)
        );
    }
}
