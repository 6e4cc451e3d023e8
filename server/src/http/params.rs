//! IDs in paths: extractors that name each invalid ID, and their OpenAPI parameters.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use runlens_api_types::params::{Params, invalid, query_string};
use runlens_domain::outputs::OutputIds;
use utoipa::{
    IntoParams,
    openapi::{
        KnownFormat, ObjectBuilder, Required, SchemaFormat,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};

use super::error::ApiError;

/// Declares an ID: parameter name in the path, and its description in the OpenAPI document.
macro_rules! path_id {
    ($name:ident = $parameter:literal, $description:literal) => {
        pub(crate) struct $name(pub(crate) i32);

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                let [id] = path_ids(parts, state, [$parameter]).await?;
                Ok(Self(id))
            }
        }

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![id_parameter($parameter, $description)]
            }
        }
    };
}

path_id!(RunId = "run_id", "Numeric run ID");
path_id!(SampleId = "sample_id", "Numeric sample ID");
path_id!(
    RegressionTestId = "regression_test_id",
    "Numeric regression test ID"
);
path_id!(TokenId = "token_id", "Numeric token ID");
path_id!(PullRequestNumber = "number", "Number of the pull request");

/// The hash of a commit, or a prefix of it, in lower case.
pub(crate) struct CommitPrefix(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for CommitPrefix {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let raw = RawPathParams::from_request_parts(parts, state).await;
        let sha = raw
            .iter()
            .flatten()
            .find(|(name, _)| *name == "sha")
            .map_or("", |(_, value)| value);
        let is_prefix = (4..=40).contains(&sha.len()) && sha.bytes().all(|byte| byte.is_ascii_hexdigit());
        match is_prefix {
            true => Ok(Self(sha.to_ascii_lowercase())),
            false => Err(invalid(&[("sha", "must be 4 to 40 hexadecimal digits".to_owned())]).into()),
        }
    }
}

/// A test of a run.
pub(crate) struct RunTestPath {
    pub(crate) run_id: i32,
    pub(crate) regression_test_id: i32,
}

impl<S: Send + Sync> FromRequestParts<S> for RunTestPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let [run_id, regression_test_id] = path_ids(parts, state, ["run_id", "regression_test_id"]).await?;
        Ok(Self {
            run_id,
            regression_test_id,
        })
    }
}

impl IntoParams for RunTestPath {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        [
            RunId::into_params(&parameter_in),
            RegressionTestId::into_params(&parameter_in),
        ]
        .concat()
    }
}

/// An output of a run.
pub(crate) struct OutputPath {
    pub(crate) run_id: i32,
    pub(crate) ids: OutputIds,
}

impl OutputPath {
    /// Path of the expected file, without an origin: a redirect to it keeps the host by which the client
    /// knows this server, and so its token and cookies.
    pub(crate) fn expected_file(&self) -> String {
        let OutputIds {
            sample_id,
            regression_test_id,
            output_id,
        } = self.ids;
        format!(
            "/api/v1/runs/{}/samples/{sample_id}/regression-tests/{regression_test_id}/outputs/{output_id}/expected",
            self.run_id
        )
    }
}

impl<S: Send + Sync> FromRequestParts<S> for OutputPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let names = ["run_id", "sample_id", "regression_id", "output_id"];
        let [run_id, sample_id, regression_test_id, output_id] = path_ids(parts, state, names).await?;
        let ids = OutputIds {
            sample_id,
            regression_test_id,
            output_id,
        };
        Ok(Self { run_id, ids })
    }
}

impl IntoParams for OutputPath {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![
            id_parameter("run_id", "Numeric run ID"),
            id_parameter("sample_id", "Numeric ID of the test's sample"),
            id_parameter("regression_id", "Numeric regression test ID"),
            id_parameter("output_id", "Numeric output ID"),
        ]
    }
}

/// The upper bound is added to all IDs by `openapi`.
fn id_parameter(name: &str, description: &str) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(1));
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

async fn path_ids<S: Send + Sync, const N: usize>(
    parts: &mut Parts,
    state: &S,
    names: [&'static str; N],
) -> Result<[i32; N], ApiError> {
    // A path that is not UTF-8 yields no parameters, so each ID in it is reported as invalid.
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
