//! The page of an operation: scope, parameters, body, examples and responses.

use leptos::prelude::*;
use runlens_api_types::auth::Role;
use serde_json::Value;
use utoipa::openapi::{
    Content, OpenApi, RefOr, Required, Response,
    path::{Operation, Parameter, ParameterIn},
};

use super::{COMMON_RESPONSES, code_block, inline, paragraphs, schema};
use crate::openapi::examples::{self, Example, indent};

/// The content of an operation's page.
pub(super) fn view(
    origin: &str,
    method: &'static str,
    path: &str,
    operation: &Operation,
    document: &OpenApi,
) -> AnyView {
    let id = operation.operation_id.clone().unwrap_or_default();
    let examples = examples::of(&id);
    let parameters: Vec<_> = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(definition)
        .collect();
    view! {
        <article id=id.clone()>
            <h1>{operation.summary.clone()}</h1>
            <p><span class="method">{method}</span> " " <code>{path.to_owned()}</code></p>
            {paragraphs(operation.description.as_deref().unwrap_or_default())}
            {authorization(operation)}
            {(!parameters.is_empty()).then(|| view! { <h2>"Parameters"</h2> {parameter_table(&parameters)} })}
            {operation.request_body.as_ref().and_then(definition).map(|body| view! {
                <h2>"Body"</h2>
                {body.content.values().filter_map(definition).map(|content| schema::reference(content.schema.as_ref(), document)).collect_view()}
            })}
            {curl(origin, operation, examples)}
            <h2>"Responses"</h2>
            {responses(operation, examples, document)}
        </article>
    }
    .into_any()
}

/// The value itself; `None` for a reference to a component.
fn definition<T>(value: &RefOr<T>) -> Option<&T> {
    match value {
        RefOr::T(value) => Some(value),
        RefOr::Ref(_) => None,
    }
}

fn authorization(operation: &Operation) -> AnyView {
    let scope = operation
        .extensions
        .as_ref()
        .and_then(|extensions| extensions.get("x-required-scope"))
        .and_then(Value::as_str);
    match scope {
        Some(scope) => {
            view! { <p class="muted">"Requires a token with the scope " <code>{scope.to_owned()}</code> "."</p> }
                .into_any()
        }
        None if operation.security.is_none() => {
            view! { <p class="muted">"Requires a token with any scope."</p> }.into_any()
        }
        None => view! { <p class="muted">"Requires no token."</p> }.into_any(),
    }
}

fn parameter_table(parameters: &[&Parameter]) -> impl IntoView + use<> {
    let rows = parameters.iter().map(|parameter| {
        let location = match (&parameter.parameter_in, &parameter.required) {
            (ParameterIn::Path, _) => "in the path",
            (ParameterIn::Header, _) => "in a header",
            (_, Required::True) => "required",
            _ => "",
        };
        view! {
            <tr>
                <th scope="row" class="name"><code>{parameter.name.clone()}</code> <span class="muted">{location}</span></th>
                <td class="kind">{schema::kind(parameter.schema.as_ref())}</td>
                <td class="message">{inline(parameter.description.as_deref().unwrap_or_default())}</td>
            </tr>
        }
    });
    schema::table("Parameter", rows.collect_view().into_any())
}

/// The first successful example as a curl command.
fn curl(origin: &str, operation: &Operation, examples: &[Example]) -> Option<AnyView> {
    let example = examples.iter().find(|example| example.status < 300)?;
    let (method, address) = example.line();
    let mut command = format!("curl '{origin}/api/v1{address}'");
    if method != "GET" && example.send.is_none() {
        command.insert_str(4, &format!(" -X {method}"));
    }
    if operation.security.is_none() {
        command.push_str(" \\\n  -H \"Authorization: Bearer $TOKEN\"");
    }
    if let Some(body) = &example.send {
        let body = serde_json::from_str::<Value>(body.get())
            .map(|_| indent(body.get()).replace('\'', "'\\''"))
            .unwrap_or_default();
        command.push_str(&format!(
            " \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
        ));
    }
    Some(view! { <h2>"Example"</h2> {code_block(command)} }.into_any())
}

fn responses(
    operation: &Operation,
    examples: &'static [Example],
    document: &OpenApi,
) -> impl IntoView + use<> {
    let responses = operation.responses.responses.iter().map(|(status, response)| match response {
        RefOr::Ref(reference) => {
            let name = reference.ref_location.rsplit('/').next().unwrap_or_default().to_owned();
            let description = document.components.as_ref().and_then(|all| all.responses.get(&name)).and_then(definition);
            let description = description.map(|response| response.description.clone()).unwrap_or_default();
            view! { <dt><a href=format!("/api/docs/{COMMON_RESPONSES}#{name}")>{status.clone()}</a></dt><dd>{inline(&description)}</dd> }.into_any()
        }
        RefOr::T(response) => {
            let of_status = examples.iter().filter(|example| example.status.to_string() == *status);
            let shown = of_status.map(|example| {
                view! {
                    <details open=example.status < 300>
                        <summary>"Response to " <code>{example.request.clone()}</code> {example.role.map(as_role)}</summary>
                        {code_block(readable(example))}
                    </details>
                }
            });
            view! {
                <dt>{status.clone()}</dt>
                <dd>
                    {inline(&response.description)}
                    {contents(response, document)}
                    {shown.collect_view()}
                </dd>
            }
            .into_any()
        }
    });
    view! { <dl class="responses">{responses.collect_view()}</dl> }
}

fn as_role(role: Role) -> String {
    format!(" as {role}")
}

/// Returns the body of an example: indented JSON, or the text.
fn readable(example: &Example) -> String {
    serde_json::from_str::<String>(example.body.get()).unwrap_or_else(|_| indent(example.body.get()))
}

fn contents(response: &Response, document: &OpenApi) -> impl IntoView + use<> {
    response
        .content
        .values()
        .filter_map(definition)
        .map(|content: &Content| schema::reference(content.schema.as_ref(), document))
        .collect_view()
}

/// The responses of more than one operation.
pub(super) fn shared(document: &OpenApi) -> impl IntoView + use<> {
    let responses = document
        .components
        .iter()
        .flat_map(|components| &components.responses);
    let articles = responses
        .filter_map(|(name, response)| Some((name, definition(response)?)))
        .map(|(name, response)| {
            let example = response
                .content
                .values()
                .filter_map(definition)
                .find_map(|content| content.example.as_ref());
            let example = example
                .and_then(|example| serde_json::to_string_pretty(example).ok())
                .map(code_block);
            let headers = response
                .headers
                .keys()
                .map(|name| view! { <li><code>{name.clone()}</code></li> }.into_any());
            view! {
                <article id=name.clone()>
                    <h2><a class="plain" href=format!("#{name}")>{name.clone()}</a></h2>
                    {paragraphs(&response.description)}
                    <p class="muted">"Headers:"</p>
                    <ul class="words">{headers.collect_view()}</ul>
                    {example}
                </article>
            }
        });
    articles.collect_view()
}
