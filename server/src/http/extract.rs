//! What handlers take from a request. Whatever is wrong with it is named.

use axum::{
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    http::{StatusCode, header, request::Parts},
};
use bytes::Bytes;
use runlens_api_types::{
    Query,
    params::{Params, invalid, query_string},
};
use runlens_domain::{Caller, outputs::OutputIds};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::{http::authentication::AuthOutcome, http::error::ApiError};

/// Who asks; 401 where that is nobody.
pub(crate) struct CurrentCaller(pub(crate) Caller);

impl<S: Send + Sync> FromRequestParts<S> for CurrentCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let access = parts
            .extensions
            .get::<AuthOutcome>()
            .ok_or_else(|| ApiError::internal("the route lies outside the authentication"))?;
        access.caller.clone().map(Self)
    }
}

macro_rules! path_id {
    ($(#[$doc:meta])* $name:ident = $parameter:literal) => {
        $(#[$doc])*
        pub(crate) struct $name(pub(crate) i32);

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let [id] = path_ids(parts, state, [$parameter]).await?;
                Ok(Self(id))
            }
        }
    };
}

path_id! {
    /// The run in the path.
    RunId = "run_id"
}

path_id! {
    /// The media sample in the path.
    SampleId = "sample_id"
}

path_id! {
    /// The regression test in the path.
    RegressionTestId = "regression_test_id"
}

path_id! {
    /// The token in the path.
    TokenId = "token_id"
}

/// The run and the regression test in the path.
pub(crate) struct RunTest {
    pub(crate) run_id: i32,
    pub(crate) regression_test_id: i32,
}

impl<S: Send + Sync> FromRequestParts<S> for RunTest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let [run_id, regression_test_id] = path_ids(parts, state, ["run_id", "regression_test_id"]).await?;
        Ok(Self {
            run_id,
            regression_test_id,
        })
    }
}

/// The output in the path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RunOutput {
    /// Numeric run ID
    #[param(minimum = 1)]
    pub(crate) run_id: i32,
    /// Numeric sample ID: the test's sample
    #[param(minimum = 1)]
    sample_id: i32,
    /// Numeric regression test ID
    #[param(minimum = 1)]
    regression_id: i32,
    /// Numeric output ID
    #[param(minimum = 1)]
    output_id: i32,
}

impl RunOutput {
    /// The path of its expected file.
    pub(crate) fn to_expected(&self) -> String {
        let Self {
            run_id,
            sample_id,
            regression_id,
            output_id,
        } = self;
        format!(
            "/api/v1/runs/{run_id}/samples/{sample_id}/regression-tests/{regression_id}/outputs/{output_id}/expected"
        )
    }

    /// Which output of the run.
    pub(crate) fn ids(&self) -> OutputIds {
        OutputIds {
            sample_id: self.sample_id,
            regression_test_id: self.regression_id,
            output_id: self.output_id,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RunOutput {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let names = ["run_id", "sample_id", "regression_id", "output_id"];
        let [run_id, sample_id, regression_id, output_id] = path_ids(parts, state, names).await?;
        Ok(Self {
            run_id,
            sample_id,
            regression_id,
            output_id,
        })
    }
}

async fn path_ids<S: Send + Sync, const N: usize>(
    parts: &mut Parts,
    state: &S,
    names: [&'static str; N],
) -> Result<[i32; N], ApiError> {
    // A path that is no UTF-8 holds no number either: every id in it is refused.
    let raw = RawPathParams::from_request_parts(parts, state).await;
    let pairs: Vec<_> = raw
        .iter()
        .flatten()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut params = Params::new(query_string(&pairs).trim_start_matches('?'));
    let ids = names.map(|name| {
        if params.get(name).is_none() {
            params.error(name, "must be a whole number");
        }
        params.id(name).unwrap_or_default()
    });
    params.finish(ids).map_err(ApiError::from)
}

/// The parameters of the query, read as the contract has them.
pub(crate) struct ValidatedQuery<Q>(pub(crate) Q);

impl<S: Send + Sync, Q: Query> FromRequestParts<S> for ValidatedQuery<Q> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(Q::parse(parts.uri.query().unwrap_or_default())?))
    }
}

/// A body of JSON.
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
            return Err(fault("content-type", "must be application/json"));
        }
        let bytes =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => fault(
                        "body",
                        format!("must have at most {} bytes", crate::router::MAX_BODY),
                    ),
                    _ => fault("body", "could not be read to its end"),
                })?;
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let value =
            serde_path_to_error::deserialize(&mut deserializer).map_err(|error| body_fault(&error))?;
        deserializer
            .end()
            .map_err(|_| fault("body", "must be one JSON object and nothing behind it"))?;
        Ok(Self(value))
    }
}

fn fault(name: &str, fault: impl Into<String>) -> ApiError {
    invalid(&[(name, fault.into())]).into()
}

/// Names the field that is wrong. The path says where a value is of the wrong kind; where a field is missing, unknown or given
/// twice, only serde's message names it.
fn body_fault(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    if !error.inner().is_data() {
        return fault("body", "must be JSON");
    }
    let message = error.inner().to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    for (kind, rule) in [
        ("missing", "is required"),
        ("duplicate", "is given twice"),
        ("unknown", "is not known here"),
    ] {
        let named = message
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix(" field `")?.split('`').next());
        if let Some(name) = named {
            return fault(name, rule);
        }
    }
    let path = error.path().to_string();
    let field = path
        .split(['.', '['])
        .next()
        .filter(|field| !field.is_empty())
        .unwrap_or("body");
    fault(field, format!("cannot be read: {message}"))
}
