//! `/api/docs`: the OpenAPI document as pages, one per operation.
//!
//! Rendered on the server, because no existing viewer fits: Scalar, Redoc and Swagger UI load their script
//! from a CDN or bundle megabytes of it, and none works without JavaScript or under this site's
//! Content-Security-Policy.

mod operation;
mod schema;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    extract::{Path, RawQuery},
    http::{StatusCode, header},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use leptos::prelude::*;
use runlens_api_types::params::Params;
use runlens_app::{components::header::plain_header, document_head};
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::{OpenApi, path::Operation};

use crate::{http::etag, openapi, state::AppState};

/// Allows only resources of this site.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

const SCHEMAS: &str = "schemas";
const COMMON_RESPONSES: &str = "common-responses";

/// Characters of a search that are used; the rest is ignored.
const MAX_SEARCH_CHARS: usize = 100;

/// Routes of the documentation. Pages are rendered once, on the first request.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let document = openapi::finished_document();
    let names = operations(document)
        .filter_map(|(_, _, operation)| operation.operation_id.clone())
        .chain(["", SCHEMAS, COMMON_RESPONSES].map(str::to_owned));
    let pages: BTreeMap<String, OnceLock<Bytes>> = names.map(|name| (name, OnceLock::new())).collect();
    let (pages, state) = (Arc::new(pages), state.clone());
    let page = {
        let (pages, state) = (pages.clone(), state.clone());
        move |Path(name): Path<String>| {
            let response = match pages.get(&name).filter(|_| !name.is_empty()) {
                Some(page) => respond(
                    StatusCode::OK,
                    page.get_or_init(|| render(&state, &name, None)).clone(),
                ),
                None => respond(StatusCode::NOT_FOUND, render_not_found(&state)),
            };
            async move { response }
        }
    };
    let index = move |RawQuery(query): RawQuery| {
        let params = Params::new(query.as_deref().unwrap_or_default()).without_empty();
        let search = params
            .get("q")
            .map(|text| text.chars().take(MAX_SEARCH_CHARS).collect::<String>());
        let body = match (search, pages.get("")) {
            (None, Some(page)) => page.get_or_init(|| render(&state, "", None)).clone(),
            (search, _) => render(&state, "", search.as_deref()),
        };
        async move { respond(StatusCode::OK, body) }
    };
    let layers = ServiceBuilder::new()
        .layer(from_fn(etag::add_encoding_to_etag))
        .layer(CompressionLayer::new())
        .layer(from_fn(etag::etag));
    Router::new()
        .route("/api/docs", get(index).layer(layers.clone()))
        .route("/api/docs/{page}", get(page).layer(layers))
}

fn respond(status: StatusCode, page: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::VARY, "Accept-Encoding"),
    ];
    (status, headers, page).into_response()
}

/// Renders the page with this name. An empty name is the index, which `search` filters.
fn render(state: &AppState, name: &str, search: Option<&str>) -> Bytes {
    let (document, origin) = (openapi::finished_document(), state.http.public_url.as_str());
    let found =
        operations(document).find(|(_, _, operation)| operation.operation_id.as_deref() == Some(name));
    Owner::new().with(|| {
        let (title, content) = match (name, found) {
            (_, Some((method, path, operation))) => (
                operation.summary.clone().unwrap_or_else(|| name.to_owned()),
                operation::view(origin, method, path, operation, document),
            ),
            (SCHEMAS, _) => (
                "Schemas".to_owned(),
                view! { <h1>"Schemas"</h1> {schema::all(document)} }.into_any(),
            ),
            (COMMON_RESPONSES, _) => (
                "Common responses".to_owned(),
                view! { <h1>"Common responses"</h1> {operation::shared(document)} }.into_any(),
            ),
            _ => ("API".to_owned(), index(origin, document, search)),
        };
        html(state, &title, name, search, content)
    })
}

fn render_not_found(state: &AppState) -> Bytes {
    Owner::new().with(|| {
        let content = view! {
            <h1>"Page not found"</h1>
            <p><a href="/api/docs">"All operations"</a></p>
        };
        html(state, "Page not found", "", None, content.into_any())
    })
}

/// A complete page around its content.
fn html(state: &AppState, title: &str, current: &str, search: Option<&str>, content: AnyView) -> Bytes {
    let title = match title {
        "API" => "API · Runlens".to_owned(),
        title => format!("{title} · API · Runlens"),
    };
    let page = view! {
        <html lang="en">
            <head>
                {document_head(&state.leptos)}
                <title>{title}</title>
                <meta name="description" content="The HTTP API of Runlens: operations, parameters, responses and examples."/>
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                {plain_header("/api/docs")}
                <div class="docs">
                    {navigation(openapi::finished_document(), current, search)}
                    <main id="main" tabindex="-1">{content}</main>
                </div>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html()).into()
}

/// Search and links to all pages.
fn navigation(document: &OpenApi, current: &str, search: Option<&str>) -> AnyView {
    let link = |name: &str, label: AnyView| {
        let (href, is_current) = (format!("/api/docs/{name}"), name == current);
        view! { <li><a href=href aria-current=is_current.then_some("page")>{label}</a></li> }
    };
    let groups = tags(document).map(|(_, title, operations)| {
        let links = operations.into_iter().map(|(method, _, operation)| {
            let name = operation.operation_id.as_deref().unwrap_or_default();
            let summary = operation.summary.clone().unwrap_or_else(|| name.to_owned());
            link(
                name,
                view! { {summary} " " <span class="method">{method}</span> }.into_any(),
            )
        });
        view! { <li>{title}<ul>{links.collect_view()}</ul></li> }
    });
    view! {
        <nav class="pages" aria-label="API documentation">
            <form action="/api/docs" role="search">
                <label for="docs-search">"Search operations"</label>
                <input id="docs-search" type="search" name="q" value=search.unwrap_or_default().to_owned()/>
                <button type="submit">"Search"</button>
            </form>
            <details>
                <summary>"All pages"</summary>
                <ul>
                    <li><a href="/api/docs" aria-current=(current.is_empty() && search.is_none()).then_some("page")>"Overview"</a></li>
                    {groups.collect_view()}
                    {link(COMMON_RESPONSES, "Common responses".into_any())}
                    {link(SCHEMAS, "Schemas".into_any())}
                </ul>
            </details>
        </nav>
    }
    .into_any()
}

/// The overview, or the operations that match every word of `search`.
fn index(origin: &str, document: &OpenApi, search: Option<&str>) -> AnyView {
    let words: Vec<String> = search
        .unwrap_or_default()
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let matches = |(method, path, operation): &(&str, &str, &Operation)| {
        let texts = [
            Some(*method),
            Some(*path),
            operation.operation_id.as_deref(),
            operation.summary.as_deref(),
            operation.description.as_deref(),
        ];
        let text = texts
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n")
            .to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let groups: Vec<_> = tags(document)
        .filter_map(|(name, title, mut operations)| {
            operations.retain(|operation| matches(operation));
            (!operations.is_empty()).then_some((name, title, operations))
        })
        .map(|(name, title, operations)| {
            let items = operations.into_iter().map(|(method, path, operation)| {
                let href = format!("/api/docs/{}", operation.operation_id.as_deref().unwrap_or_default());
                view! {
                    <li>
                        <a href=href><span class="method">{method}</span> " " <code>{path.to_owned()}</code></a>
                        " " {operation.summary.clone()}
                    </li>
                }
            });
            view! { <section id=format!("tag-{name}")><h2>{title}</h2><ul>{items.collect_view()}</ul></section> }.into_any()
        })
        .collect();
    let head = match search {
        Some(search) => view! {
            <h1>"Search"</h1>
            <p>
                {if groups.is_empty() { "No operation matches " } else { "Operations that match " }}
                <code>{search.to_owned()}</code> ". " <a href="/api/docs">"Show all operations"</a>
            </p>
        }
        .into_any(),
        None => view! {
            <h1>"API " <span class="muted">{document.info.version.clone()}</span></h1>
            {paragraphs(document.info.description.as_deref().unwrap_or_default())}
            <p>
                "Everything here is also in the " <a href="/api/v1/openapi.json">"OpenAPI document"</a>
                ". The base URL is " <code>{format!("{origin}/api/v1")}</code> ". Send a token in the header "
                <code>"Authorization: Bearer …"</code> "; " <a href="/api/docs/create_token"><code>"POST /auth/tokens"</code></a>
                " creates one."
            </p>
        }
        .into_any(),
    };
    view! { {head} {groups} }.into_any()
}

type Operations<'a> = Vec<(&'static str, &'a str, &'a Operation)>;

/// All operations with method and path.
fn operations(document: &OpenApi) -> impl Iterator<Item = (&'static str, &str, &Operation)> {
    document.paths.paths.iter().flat_map(|(path, item)| {
        let methods = [
            ("GET", &item.get),
            ("POST", &item.post),
            ("PUT", &item.put),
            ("PATCH", &item.patch),
            ("DELETE", &item.delete),
        ];
        methods
            .into_iter()
            .filter_map(|(method, operation)| Some((method, path.as_str(), operation.as_ref()?)))
    })
}

/// Each tag with its title and its operations.
fn tags(document: &OpenApi) -> impl Iterator<Item = (String, String, Operations<'_>)> {
    document.tags.iter().flatten().map(|tag| {
        let has_tag = |operation: &Operation| operation.tags.iter().flatten().any(|name| *name == tag.name);
        let operations = operations(document)
            .filter(|(_, _, operation)| has_tag(operation))
            .collect();
        let title = tag.description.clone().unwrap_or_else(|| tag.name.clone());
        (tag.name.clone(), title, operations)
    })
}

/// Renders a description: empty lines separate paragraphs, backticks enclose code.
fn paragraphs(text: &str) -> impl IntoView + use<> {
    text.split("\n\n")
        .filter(|text| !text.trim().is_empty())
        .map(|text| view! { <p>{inline(text)}</p> })
        .collect_view()
}

/// Renders the backticks of one paragraph as `<code>`.
fn inline(text: &str) -> impl IntoView + use<> {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| {
            if index % 2 == 1 {
                view! { <code>{part.to_owned()}</code> }.into_any()
            } else {
                part.to_owned().into_any()
            }
        })
        .collect_view()
}

/// A block of code with a button that copies it.
fn code_block(code: String) -> AnyView {
    view! {
        <div class="code">
            <button type="button" class="quiet copy" data-copy-text=code.clone() aria-label="Copy the code">"Copy"</button>
            <pre>{code}</pre>
        </div>
    }
    .into_any()
}
