//! The OpenAPI document: what the handlers say about themselves, and what is true of all of them.

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

/// Headers of answers: name, type, description.
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
        "Name of this request, in the log too; the one that the request gave where that is plain",
    ),
    (
        "ETag",
        Type::String,
        "Strong validator of this answer; `If-None-Match` with it is answered by 304 while nothing has changed",
    ),
    ("Retry-After", Type::Integer, "Seconds to wait before retrying"),
    ("WWW-Authenticate", Type::String, "`Bearer`"),
];

/// Those of every answer.
const EVERYWHERE: [&str; 4] = [
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
];

/// An answer that more than one operation gives.
struct Common {
    name: &'static str,
    status: &'static str,
    description: &'static str,
    /// Beside those of every answer.
    header: Option<&'static str>,
    /// Made as the real one is; none for an answer without a body.
    example: fn() -> Option<ErrorBody>,
    happens_to: fn(&Operation, is_get: bool) -> bool,
}

const COMMON: [Common; 8] = [
    Common {
        name: "NotModified",
        status: "304",
        description: "The answer is the one that `If-None-Match` names",
        header: Some("ETag"),
        example: || None,
        happens_to: |operation, is_get| is_get && !is_stream(operation),
    },
    Common {
        name: "ValidationError",
        status: "400",
        description: "A parameter or the body is not allowed; `details.fields` names each fault",
        header: None,
        example: || PageQuery::parse("limit=1000").err(),
        happens_to: |operation, _| operation.parameters.is_some() || operation.request_body.is_some(),
    },
    Common {
        name: "Unauthorized",
        status: "401",
        description: "Missing, expired, or invalid bearer token",
        header: Some("WWW-Authenticate"),
        example: || Some(error_body(&Error::Unauthorized)),
        happens_to: |operation, _| operation.security.is_none(),
    },
    Common {
        name: "Forbidden",
        status: "403",
        description: "Token is valid but lacks the required scope or role; or a browser was made to write by another site",
        header: None,
        example: || Some(error_body(&Error::MissingScope(Scope::SystemRead))),
        happens_to: |operation, is_get| {
            let needs_scope = operation
                .extensions
                .as_ref()
                .is_some_and(|extensions| extensions.contains_key("x-required-scope"));
            needs_scope || !is_get && operation.security.is_none()
        },
    },
    Common {
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
        happens_to: |operation, _| operation.operation_id.as_deref() != Some("get_health"),
    },
    Common {
        name: "InternalError",
        status: "500",
        description: "A fault of the server; `details.request_id` names it in the log",
        header: None,
        example: || {
            Some(
                ApiError::internal("")
                    .body
                    .with("request_id", "7c1e0f52a94b3d68e0a1b2c3"),
            )
        },
        happens_to: |_, _| true,
    },
    Common {
        name: "Unavailable",
        status: "503",
        description: "A dependency cannot be reached at the moment; `details.request_id` names it in the log",
        header: None,
        example: || Some(error_envelope::timeout_error().body),
        happens_to: |_, _| true,
    },
    Common {
        name: "Unexpected",
        status: "default",
        description: "Unexpected server error",
        header: None,
        example: || None,
        happens_to: |_, _| true,
    },
];

impl Common {
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
        for name in EVERYWHERE.into_iter().chain(self.header) {
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

/// Whether its answers have no end that they could be known by.
fn is_stream(operation: &Operation) -> bool {
    operation.operation_id.as_deref() == Some("stream_run_events")
}

/// Says of an operation what is true of all of them.
fn complete_operation(path: &str, is_get: bool, operation: &mut Operation) {
    let has_tag = is_get && !is_stream(operation);
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response {
            EVERYWHERE.into_iter().for_each(|name| add_header(response, name));
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
    for common in COMMON
        .iter()
        .filter(|common| (common.happens_to)(operation, is_get))
        .collect::<Vec<_>>()
    {
        let responses = &mut operation.responses.responses;
        responses
            .entry(common.status.to_owned())
            .or_insert_with(|| RefOr::Ref(Ref::from_response_name(common.name)));
    }
    examples::add(path, operation);
}

/// Every number in a path is an id of the database.
fn bound_id(parameter: &mut Parameter) {
    if let (ParameterIn::Path, Some(RefOr::T(Schema::Object(schema)))) =
        (&parameter.parameter_in, &mut parameter.schema)
        && schema.schema_type == SchemaType::Type(Type::Integer)
    {
        schema.minimum = Some(1.into());
        schema.maximum = Some(MAX_OFFSET.into());
    }
}

/// Turns an `allOf` whose parts are all inline into one object. utoipa writes flattened fields as `allOf`, for which code
/// generators create a type of its own.
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

/// The document as it is served.
pub fn document() -> &'static str {
    // Nothing in the document can fail to be written as JSON.
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| complete().to_pretty_json().unwrap_or_default());
    &DOCUMENT
}

/// The document with everything that is true of all operations.
pub(crate) fn complete() -> &'static OpenApi {
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

/// The document without its operations.
fn base_document() -> OpenApi {
    let mut info = Info::new("Runlens", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Runs of CCExtractor's Sample Platform: what failed, grouped, what the infrastructure did, and the logs.\n\n\
         Every answer that is not a success has the body `ErrorBody`. An unknown value of a parameter is refused, an unknown \
         parameter is ignored. `x-required-scope` names the scope that an operation needs. `GET` answers also to `HEAD`; another \
         method than those of a path is answered by 405 and `Allow`, a path that leads nowhere by 404."
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
        COMMON
            .iter()
            .map(|common| (common.name.to_owned(), RefOr::T(common.response()))),
    );
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let mut document = OpenApi::new(info, Paths::new());
    document.servers = Some(vec![Server::new("/api/v1")]);
    document.components = Some(components);
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    document.tags = Some(
        [
            ("runs", "Runs and their results"),
            ("errors", "What is wrong with a run"),
            (
                "outputs",
                "Output files of a run's tests, and what else it left behind",
            ),
            ("logs", "Build logs"),
            (
                "suite",
                "Samples, regression tests, categories, and results over runs",
            ),
            ("auth", "Tokens"),
            ("system", "The installation"),
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
