//! The OpenAPI document: what the handlers say about themselves, and what is true of all of them.

use std::sync::LazyLock;

use runlens_contract::ErrorBody;
use utoipa::{
    ToSchema,
    openapi::{
        Components, ContentBuilder, Header, Info, ObjectBuilder, OpenApi, Paths, Ref, RefOr, Response, ResponseBuilder, Server,
        path::{Operation, PathItem},
        schema::Type,
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
        tag::TagBuilder,
    },
};

use crate::router::api_routes;

/// Headers of every answer.
const HEADERS: [(&str, &str); 3] = [
    ("X-RateLimit-Limit", "Maximum requests allowed in the current window"),
    ("X-RateLimit-Remaining", "Requests remaining in the current window"),
    ("X-RateLimit-Reset", "Unix timestamp when the rate limit window resets"),
];

/// A failure that more than one operation answers with.
struct Failure {
    name: &'static str,
    status: &'static str,
    description: &'static str,
    happens_to: fn(&Operation) -> bool,
}

const FAILURES: [Failure; 7] = [
    Failure {
        name: "ValidationError",
        status: "400",
        description: "A parameter or the body is not allowed; `details.fields` names each fault",
        happens_to: |operation| operation.parameters.is_some() || operation.request_body.is_some(),
    },
    Failure {
        name: "Unauthorized",
        status: "401",
        description: "Missing, expired, or invalid bearer token",
        happens_to: |operation| operation.security.is_none(),
    },
    Failure {
        name: "Forbidden",
        status: "403",
        description: "Token is valid but lacks the required scope or role",
        happens_to: |operation| operation.extensions.as_ref().is_some_and(|extensions| extensions.contains_key("x-required-scope")),
    },
    Failure {
        name: "RateLimited",
        status: "429",
        description: "Too many requests. Retry after the indicated number of seconds.",
        happens_to: |operation| operation.operation_id.as_deref() != Some("get_health"),
    },
    Failure {
        name: "InternalError",
        status: "500",
        description: "A fault of the server; `details.request_id` names it in the log",
        happens_to: |_| true,
    },
    Failure { name: "Unavailable", status: "503", description: "A dependency cannot be reached at the moment", happens_to: |_| true },
    Failure { name: "Unexpected", status: "default", description: "Unexpected server error", happens_to: |_| true },
];

impl Failure {
    fn response(&self) -> Response {
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
        let mut response = ResponseBuilder::new().description(self.description).content("application/json", body).build();
        if self.status == "429" {
            response.headers.insert("Retry-After".to_owned(), RefOr::T(header("Seconds to wait before retrying")));
        }
        add_headers(&mut response);
        response
    }
}

fn header(description: &str) -> Header {
    let mut header = Header::new(ObjectBuilder::new().schema_type(Type::Integer));
    header.description = Some(description.to_owned());
    header
}

fn add_headers(response: &mut Response) {
    for (name, _) in HEADERS {
        response.headers.insert(name.to_owned(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}"))));
    }
}

/// Says of an operation what is true of all of them.
fn complete(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            add_headers(response);
        }
    }
    for failure in FAILURES.iter().filter(|failure| (failure.happens_to)(operation)).collect::<Vec<_>>() {
        let responses = &mut operation.responses.responses;
        responses.entry(failure.status.to_owned()).or_insert_with(|| RefOr::Ref(Ref::from_response_name(failure.name)));
    }
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.put, &mut path.post, &mut path.delete, &mut path.patch].into_iter().flatten()
}

/// The document as it is served.
pub fn document() -> &'static str {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
        let mut document = api_routes().into_openapi();
        for path in document.paths.paths.values_mut() {
            operations(path).for_each(complete);
        }
        // Nothing in the document can fail to be written as JSON.
        document.to_pretty_json().unwrap_or_default()
    });
    &DOCUMENT
}

/// The document without its operations.
pub(crate) fn frame() -> OpenApi {
    let mut info = Info::new("Runlens", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Runs of CCExtractor's Sample Platform: what failed, grouped, what the infrastructure did, and the logs.\n\n\
         Every answer that is not a success has the body `ErrorBody`. An unknown value of a parameter is refused, an unknown \
         parameter is ignored. `x-required-scope` names the scope that an operation needs."
            .to_owned(),
    );
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some("A token from `POST /auth/tokens`.".to_owned());
    let mut components = Components::new();
    components.headers.extend(HEADERS.map(|(name, description)| (name.to_owned(), RefOr::T(header(description)))));
    components.responses.extend(FAILURES.iter().map(|failure| (failure.name.to_owned(), RefOr::T(failure.response()))));
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let mut document = OpenApi::new(info, Paths::new());
    document.servers = Some(vec![Server::new("/api/v1")]);
    document.components = Some(components);
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    document.tags = Some(
        [
            ("runs", "Runs and their results"),
            ("errors", "What is wrong with a run"),
            ("logs", "Build logs"),
            ("suite", "Samples, regression tests, categories, and results over runs"),
            ("auth", "Tokens"),
            ("system", "The installation"),
        ]
        .map(|(name, description)| TagBuilder::new().name(name).description(Some(description)).build())
        .to_vec(),
    );
    document
}
