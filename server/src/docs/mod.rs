//! `/api/docs`: the OpenAPI document as a page, made once from the document itself.

mod operation;
mod schema;

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    http::header,
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use leptos::prelude::*;
use runlens_app::{components::header::plain_header, document_head};
use tower::ServiceBuilder;
use tower_http::compression::CompressionLayer;
use utoipa::openapi::{OpenApi, path::Operation};

use crate::{http::etag, openapi, state::AppState};

/// Nothing on this page comes from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

/// The route of the page.
pub(crate) fn routes(state: &AppState) -> Router<AppState> {
    let (state, page) = (state.clone(), Arc::new(OnceLock::<Bytes>::new()));
    let answer = move || {
        let page = page.get_or_init(|| render(&state).into()).clone();
        async move { respond(page) }
    };
    let layers = ServiceBuilder::new()
        .layer(from_fn(etag::add_encoding_to_etag))
        .layer(CompressionLayer::new())
        .layer(from_fn(etag::etag));
    Router::new().route("/api/docs", get(answer).layer(layers))
}

fn respond(page: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::VARY, "Accept-Encoding"),
    ];
    (headers, page).into_response()
}

/// The page as text.
fn render(state: &AppState) -> String {
    let (options, origin) = (state.leptos.clone(), state.http.public_url.clone());
    Owner::new().with(|| {
        format!(
            "<!DOCTYPE html>{}",
            html(options, &origin, openapi::complete()).to_html()
        )
    })
}

fn html(options: LeptosOptions, origin: &str, document: &OpenApi) -> impl IntoView + use<> {
    view! {
        <html lang="en">
            <head>
                {document_head(&options)}
                <title>"API · Runlens"</title>
                <meta name="description" content="The HTTP API of Runlens: operations, parameters, answers and examples."/>
            </head>
            <body>
                <a class="skip" href="#main">"Skip to the content"</a>
                {plain_header("/api/docs")}
                <main id="main" class="docs" tabindex="-1">
                    <h1>"API " <span class="muted">{document.info.version.clone()}</span></h1>
                    {paragraphs(document.info.description.as_deref().unwrap_or_default())}
                    <p>
                        "Everything here is also in the " <a href="/api/v1/openapi.json">"OpenAPI document"</a>
                        ". Addresses are below " <code>{format!("{origin}/api/v1")}</code> "; a token goes into the header "
                        <code>"Authorization: Bearer …"</code> " and comes from " <a href="#create_token"><code>"POST /auth/tokens"</code></a> "."
                    </p>
                    {contents(document)}
                    {tags(document).map(|(name, title, operations)| {
                        let operations = operations.into_iter().map(|(method, path, it)| operation::view(origin, method, path, it, document));
                        view! {
                            <section id=format!("tag-{name}")>
                                <h2>{title}</h2>
                                {operations.collect_view()}
                            </section>
                        }
                    }).collect_view()}
                    <section id="answers">
                        <h2>"Answers that operations share"</h2>
                        {operation::shared(document)}
                    </section>
                    <section id="schemas">
                        <h2>"Schemas"</h2>
                        {schema::all(document)}
                    </section>
                </main>
            </body>
        </html>
    }
}

/// Links to everything on the page.
fn contents(document: &OpenApi) -> impl IntoView + use<> {
    let groups = tags(document).map(|(name, title, operations)| {
        let links = operations.into_iter().map(|(method, path, operation)| {
            let href = format!("#{}", operation.operation_id.as_deref().unwrap_or_default());
            view! { <li><a href=href><span class="method">{method}</span> " " <code>{path.to_owned()}</code></a></li> }
        });
        view! { <li><a href=format!("#tag-{name}")>{title}</a><ul>{links.collect_view()}</ul></li> }
    });
    view! {
        <nav aria-label="Operations">
            <ul>
                {groups.collect_view()}
                <li><a href="#answers">"Answers that operations share"</a></li>
                <li><a href="#schemas">"Schemas"</a></li>
            </ul>
        </nav>
    }
}

type Operations<'a> = Vec<(&'static str, &'a str, &'a Operation)>;

/// Each tag with its title and its operations.
fn tags(document: &OpenApi) -> impl Iterator<Item = (String, String, Operations<'_>)> {
    document.tags.iter().flatten().map(|tag| {
        let operations = document.paths.paths.iter().flat_map(|(path, item)| {
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
        });
        let has_tag = |operation: &Operation| operation.tags.iter().flatten().any(|name| *name == tag.name);
        let operations = operations
            .filter(|(_, _, operation)| has_tag(operation))
            .collect();
        (
            tag.name.clone(),
            tag.description.clone().unwrap_or_else(|| tag.name.clone()),
            operations,
        )
    })
}

/// Text of the document: paragraphs between empty lines, code between backticks.
fn paragraphs(text: &str) -> impl IntoView + use<> {
    text.split("\n\n")
        .filter(|text| !text.trim().is_empty())
        .map(|text| view! { <p>{inline(text)}</p> })
        .collect_view()
}

/// One line of such text.
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
