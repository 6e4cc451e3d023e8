//! The OpenAPI document: the descriptions of the handlers, with the headers and responses that operations
//! share.

mod endpoint;
pub mod examples;

use std::sync::LazyLock;

use runlens_api_types::{
    ErrorBody, Query as _,
    auth::Scope,
    page::{MAX_OFFSET, PageQuery},
};
use runlens_domain::Error;
use serde_json::json;
use utoipa::{
    ToSchema,
    openapi::{
        Components, ContentBuilder, Header, Info, Object, ObjectBuilder, OpenApi, Paths, Ref, RefOr,
        Response, ResponseBuilder, Schema, Server,
        path::{Operation, Parameter, ParameterIn, PathItem},
        schema::{SchemaType, Type},
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};
use utoipa_axum::router::OpenApiRouter;

use crate::{
    api::v1,
    http::{
        error::{ApiError, error_body},
        error_envelope, rate_limit,
    },
    limits::Window,
    state::AppState,
};

pub(crate) use endpoint::routes;

/// Response headers: name, type, description.
const HEADERS: [(&str, Type, &str); 7] = [
    (
        "X-RateLimit-Limit",
        Type::Integer,
        "Maximum requests allowed in the current window",
    ),
    (
        "X-RateLimit-Remaining",
        Type::Integer,
        "Requests remaining in the current window",
    ),
    (
        "X-RateLimit-Reset",
        Type::Integer,
        "Unix timestamp when the rate limit window resets",
    ),
    (
        "X-Request-Id",
        Type::String,
        "ID of the request, also in the server's log; taken from the request if it is plain text",
    ),
    (
        "ETag",
        Type::String,
        "Strong validator of the response; a request with it in `If-None-Match` returns 304 while nothing has changed",
    ),
    ("Retry-After", Type::Integer, "Seconds to wait before retrying"),
    ("WWW-Authenticate", Type::String, "`Bearer`"),
];

/// Headers of every response.
const COMMON_HEADERS: [&str; 4] = [
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
];

/// A response of more than one operation.
struct SharedResponse {
    name: &'static str,
    status: &'static str,
    description: &'static str,
    /// A header in addition to [`COMMON_HEADERS`].
    header: Option<&'static str>,
    /// Built like the real body; `None` for a response without a body.
    example: fn() -> Option<ErrorBody>,
    applies_to: fn(&Operation, is_get: bool) -> bool,
}

const SHARED_RESPONSES: [SharedResponse; 8] = [
    SharedResponse {
        name: "NotModified",
        status: "304",
        description: "Not modified since the response with the `ETag` in `If-None-Match`",
        header: Some("ETag"),
        example: || None,
        applies_to: |operation, is_get| is_get && !is_stream(operation),
    },
    SharedResponse {
        name: "ValidationError",
        status: "400",
        description: "A parameter or the body is invalid; `details.fields` names each error",
        header: None,
        example: || PageQuery::parse("limit=1000").err(),
        applies_to: |operation, _| operation.parameters.is_some() || operation.request_body.is_some(),
    },
    SharedResponse {
        name: "Unauthorized",
        status: "401",
        description: "Missing, expired, or invalid bearer token",
        header: Some("WWW-Authenticate"),
        example: || Some(error_body(&Error::Unauthorized)),
        applies_to: |operation, _| operation.security.is_none(),
    },
    SharedResponse {
        name: "Forbidden",
        status: "403",
        description: "The token lacks the required scope or role, or another site made the browser send a write request",
        header: None,
        example: || Some(error_body(&Error::MissingScope(Scope::SystemRead))),
        applies_to: |operation, is_get| {
            let needs_scope = operation
                .extensions
                .as_ref()
                .is_some_and(|extensions| extensions.contains_key("x-required-scope"));
            needs_scope || !is_get && operation.security.is_none()
        },
    },
    SharedResponse {
        name: "RateLimited",
        status: "429",
        description: "Too many requests. Retry after the indicated number of seconds.",
        header: Some("Retry-After"),
        example: || {
            let window = Window {
                limit: 120,
                remaining: 0,
                resets_at: 1_782_561_617,
                window_secs: 60,
                retry_after: Some(17),
            };
            Some(rate_limit::rate_limited_error(&window, 17).body)
        },
        applies_to: |operation, _| operation.operation_id.as_deref() != Some("get_health"),
    },
    SharedResponse {
        name: "InternalError",
        status: "500",
        description: "An error of the server; `details.request_id` identifies it in the log",
        header: None,
        example: || {
            Some(
                ApiError::internal("")
                    .body
                    .with("request_id", "7c1e0f52a94b3d68e0a1b2c3"),
            )
        },
        applies_to: |_, _| true,
    },
    SharedResponse {
        name: "Unavailable",
        status: "503",
        description: "A dependency is temporarily unavailable; `details.request_id` identifies it in the log",
        header: None,
        example: || Some(error_envelope::timeout_error().body),
        applies_to: |_, _| true,
    },
    SharedResponse {
        name: "Unexpected",
        status: "default",
        description: "Unexpected server error",
        header: None,
        example: || None,
        applies_to: |_, _| true,
    },
];

impl SharedResponse {
    fn response(&self) -> Response {
        let mut response = Response::new(self.description);
        if self.status != "304" {
            let schema = Ref::from_schema_name(ErrorBody::name());
            let example = (self.example)().map(|body| json!(body));
            let body = ContentBuilder::new()
                .schema(Some(schema))
                .example(example)
                .build();
            response = ResponseBuilder::from(response)
                .content("application/json", body)
                .build();
        }
        for name in COMMON_HEADERS.into_iter().chain(self.header) {
            add_header(&mut response, name);
        }
        response
    }
}

fn header(schema_type: Type, description: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(schema_type));
    header.description = Some(description.to_owned());
    header
}

fn add_header(response: &mut Response, name: &str) {
    response
        .headers
        .entry(name.to_owned())
        .or_insert_with(|| RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))));
}

/// Whether the response is a stream, which has no `ETag`.
fn is_stream(operation: &Operation) -> bool {
    operation.operation_id.as_deref() == Some("stream_run_events")
}

/// Adds shared headers and responses, bounds of IDs, and examples to an operation.
fn complete_operation(path: &str, is_get: bool, operation: &mut Operation) {
    let has_tag = is_get && !is_stream(operation);
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            COMMON_HEADERS
                .into_iter()
                .for_each(|name| add_header(response, name));
            match status.as_str() {
                "200" | "206" if has_tag => add_header(response, "ETag"),
                "401" => add_header(response, "WWW-Authenticate"),
                _ => {}
            }
        }
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            bound_id(parameter);
        }
    }
    for shared in SHARED_RESPONSES
        .iter()
        .filter(|shared| (shared.applies_to)(operation, is_get))
        .collect::<Vec<_>>()
    {
        let responses = &mut operation.responses.responses;
        responses
            .entry(shared.status.to_owned())
            .or_insert_with(|| RefOr::Ref(Ref::from_response_name(shared.name)));
    }
    examples::add(path, operation);
}

/// Adds the bounds of database IDs to a number in a path.
fn bound_id(parameter: &mut Parameter) {
    if let (ParameterIn::Path, Some(RefOr::T(Schema::Object(schema)))) =
        (&parameter.parameter_in, &mut parameter.schema)
        && schema.schema_type == SchemaType::Type(Type::Integer)
    {
        schema.minimum = Some(1.into());
        schema.maximum = Some(MAX_OFFSET.into());
    }
}

/// Turns an `allOf` whose parts are all inline into one object. utoipa writes flattened fields as `allOf`,
/// for which code generators create separate types.
fn merge_inlined(schema: &mut RefOr<Schema>) {
    let mut merged = Object::new();
    if let RefOr::T(Schema::AllOf(all_of)) = schema
        && all_of.items.iter().all(|part| merge_into(&mut merged, part))
    {
        merged.description = all_of.description.take();
        *schema = merged.into();
    }
}

/// Adds the properties of `part`; `false` if it is a reference.
fn merge_into(merged: &mut Object, part: &RefOr<Schema>) -> bool {
    match part {
        RefOr::T(Schema::AllOf(all_of)) => all_of.items.iter().all(|part| merge_into(merged, part)),
        RefOr::T(Schema::Object(object)) => {
            merged.properties.extend(object.properties.clone());
            merged.required.extend(object.required.iter().cloned());
            true
        }
        _ => false,
    }
}

/// Returns the document as JSON.
pub fn document() -> &'static str {
    // The document always serializes.
    static DOCUMENT: LazyLock<String> =
        LazyLock::new(|| finished_document().to_pretty_json().unwrap_or_default());
    &DOCUMENT
}

/// Returns the complete document.
pub(crate) fn finished_document() -> &'static OpenApi {
    static DOCUMENT: LazyLock<OpenApi> = LazyLock::new(|| {
        let mut document = api_routes().into_openapi();
        if let Some(components) = &mut document.components {
            components.schemas.values_mut().for_each(merge_inlined);
        }
        for (path, item) in &mut document.paths.paths {
            let PathItem {
                get,
                put,
                post,
                delete,
                patch,
                ..
            } = item;
            get.iter_mut()
                .for_each(|operation| complete_operation(path, true, operation));
            [put, post, delete, patch]
                .into_iter()
                .flatten()
                .for_each(|operation| complete_operation(path, false, operation));
        }
        document
    });
    &DOCUMENT
}

/// All operations of the API.
fn api_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(base_document())
        .merge(v1::cacheable_routes())
        .merge(v1::uncacheable_routes())
        .merge(routes())
}

/// Returns the document without operations.
fn base_document() -> OpenApi {
    let mut info = Info::new("Runlens", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Runs of CCExtractor's Sample Platform: results, grouped errors, infrastructure errors and logs.\n\n\
         Error responses have the body `ErrorBody`. Unknown values of a parameter are rejected, unknown parameters are ignored. \
         `x-required-scope` names the scope that an operation requires. `HEAD` is supported wherever `GET` is; an unsupported \
         method returns 405 with `Allow`, an unknown path 404."
            .to_owned(),
    );
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("A token from `POST /auth/tokens`.".to_owned());
    let mut components = Components::new();
    components
        .headers
        .extend(HEADERS.map(|(name, schema_type, description)| {
            (name.to_owned(), RefOr::T(header(schema_type, description)))
        }));
    components.responses.extend(
        SHARED_RESPONSES
            .iter()
            .map(|shared| (shared.name.to_owned(), RefOr::T(shared.response()))),
    );
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let mut document = OpenApi::new(info, Paths::new());
    document.servers = Some(vec![Server::new("/api/v1")]);
    document.components = Some(components);
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    document.tags = Some(
        [
            ("runs", "Runs and their results"),
            ("errors", "Errors of a run"),
            ("outputs", "Output files of a run's tests, and artifacts"),
            ("logs", "Build logs"),
            (
                "suite",
                "Samples, regression tests, categories, and histories of results",
            ),
            ("auth", "Tokens"),
            ("system", "Health and queue of the installation"),
        ]
        .map(|(name, description)| {
            TagBuilder::new()
                .name(name)
                .description(Some(description))
                .build()
        })
        .to_vec(),
    );
    document
}
