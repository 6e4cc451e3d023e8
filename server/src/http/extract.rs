//! Extractors of the caller, the query and JSON bodies. Each reports what is invalid in an [`ErrorBody`].
//!
//! [`ErrorBody`]: runlens_api_types::ErrorBody

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
};
use bytes::Bytes;
use runlens_api_types::{Query, params::invalid};
use runlens_domain::Caller;
use serde::de::DeserializeOwned;

use super::{MAX_BODY_BYTES, authentication::AuthOutcome, error::ApiError};

/// The caller; answers 401 if there is none.
pub(crate) struct CurrentCaller(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for CurrentCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let outcome = parts
            .extensions
            .get::<AuthOutcome>()
            .ok_or_else(|| ApiError::internal("route is outside of the authentication layer"))?;
        outcome.caller.clone().map(Self)
    }
}

/// The query, validated by its declaration in `api-types`.
pub(crate) struct ValidatedQuery<Q>(pub(crate) Q);

impl<S: Send + Sync, Q: Query> FromRequestParts<S> for ValidatedQuery<Q> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(Q::parse(parts.uri.query().unwrap_or_default())?))
    }
}

/// A JSON body. Unlike `axum::Json`, it names the invalid field.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if !content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .eq_ignore_ascii_case("application/json")
        {
            return Err(field_error("content-type", "must be application/json"));
        }
        let bytes =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => {
                        field_error("body", format!("must have at most {MAX_BODY_BYTES} bytes"))
                    }
                    _ => field_error("body", "could not be read completely"),
                })?;
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let value =
            serde_path_to_error::deserialize(&mut deserializer).map_err(|error| json_error(&error))?;
        deserializer
            .end()
            .map_err(|_| field_error("body", "must be a single JSON object"))?;
        Ok(Self(value))
    }
}

fn field_error(field: &str, error: impl Into<String>) -> ApiError {
    invalid(&[(field, error.into())]).into()
}

/// Names the invalid field. The error's path names a value of the wrong type; a missing, unknown or duplicate
/// field is named only in serde's message.
fn json_error(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    if !error.inner().is_data() {
        return field_error("body", "must be JSON");
    }
    let message = error.inner().to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    for (kind, error) in [
        ("missing", "is required"),
        ("duplicate", "is a duplicate field"),
        ("unknown", "is an unknown field"),
    ] {
        let field = message
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix(" field `")?.split('`').next());
        if let Some(field) = field {
            return field_error(field, error);
        }
    }
    let path = error.path().to_string();
    let field = path
        .split(['.', '['])
        .next()
        .filter(|field| !field.is_empty())
        .unwrap_or("body");
    field_error(field, format!("cannot be read: {message}"))
}
