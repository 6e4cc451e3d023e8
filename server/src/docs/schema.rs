//! Schemas as tables, short descriptions and links.

use leptos::prelude::*;
use serde_json::{Value, json};
use utoipa::openapi::{OpenApi, RefOr, Schema};

use super::{SCHEMAS, inline};

/// A table with rows of three cells.
pub(super) fn table(heading: &'static str, rows: AnyView) -> AnyView {
    view! {
        <table class="rows">
            <thead><tr><th scope="col">{heading}</th><th scope="col">"Type"</th><th scope="col">"Meaning"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// Every schema with its anchor.
pub(super) fn all(document: &OpenApi) -> impl IntoView + use<> {
    let schemas = document
        .components
        .iter()
        .flat_map(|components| &components.schemas);
    let views = schemas.map(|(name, schema)| {
        let written = json!(schema);
        view! {
            <article id=name.clone()>
                <h2><a class="plain" href=format!("#{name}")>{name.clone()}</a></h2>
                <p>{inline(written["description"].as_str().unwrap_or_default())}</p>
                {members(schema, document).unwrap_or_else(|| view! { <p class="kind">{describe(&written)}</p> }.into_any())}
            </article>
        }
    });
    views.collect_view()
}

/// A link to a schema, with its members in a disclosure; for a page, the members of its items.
pub(super) fn reference(schema: Option<&RefOr<Schema>>, document: &OpenApi) -> Option<AnyView> {
    let schema = schema?;
    let item = item_of(schema, document);
    let shown = item.unwrap_or(schema);
    let summary = if item.is_some() {
        "Members of an item"
    } else {
        "Members"
    };
    members(shown, document).map(|members| {
        view! { <p class="kind">{describe(&json!(schema))}</p> <details><summary>{summary}</summary>{members}</details> }.into_any()
    })
}

/// A short description of a type.
pub(super) fn kind(schema: Option<&RefOr<Schema>>) -> Option<AnyView> {
    schema.map(|schema| describe(&json!(schema)))
}

fn name_of(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().map(str::to_owned),
        RefOr::T(_) => None,
    }
}

fn resolve<'a>(schema: &'a RefOr<Schema>, document: &'a OpenApi) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(_) => match document.components.as_ref()?.schemas.get(&name_of(schema)?)? {
            RefOr::T(schema) => Some(schema),
            RefOr::Ref(_) => None,
        },
    }
}

/// Returns the schema of a page's items.
fn item_of<'a>(schema: &'a RefOr<Schema>, document: &'a OpenApi) -> Option<&'a RefOr<Schema>> {
    let Schema::Object(page) = resolve(schema, document)? else {
        return None;
    };
    page.properties.get("pagination")?;
    match page.properties.get("data")? {
        RefOr::T(Schema::Array(array)) => match &array.items {
            utoipa::openapi::schema::ArrayItems::RefOrSchema(item) => Some(item),
            utoipa::openapi::schema::ArrayItems::False => None,
        },
        _ => None,
    }
}

/// The members of an object as a table; `None` if there are none.
fn members(schema: &RefOr<Schema>, document: &OpenApi) -> Option<AnyView> {
    let mut rows = Vec::new();
    add_members(schema, document, &mut rows);
    (!rows.is_empty()).then(|| table("Member", rows.into_any()))
}

fn add_members(schema: &RefOr<Schema>, document: &OpenApi, rows: &mut Vec<AnyView>) {
    match resolve(schema, document) {
        Some(Schema::Object(object)) => {
            for (name, member) in &object.properties {
                let written = json!(member);
                let description = written["description"]
                    .as_str()
                    .or_else(|| written["oneOf"][0]["description"].as_str())
                    .unwrap_or_default();
                let optional = (!object.required.contains(name)).then_some("optional");
                rows.push(
                    view! {
                        <tr>
                            <th scope="row" class="name"><code>{name.clone()}</code> " " <span class="muted">{optional}</span></th>
                            <td class="kind">{describe(&written)}</td>
                            <td class="message">{inline(description)}</td>
                        </tr>
                    }
                    .into_any(),
                );
            }
        }
        Some(Schema::AllOf(all)) => all
            .items
            .iter()
            .for_each(|part| add_members(part, document, rows)),
        _ => {}
    }
}

/// Describes a schema: type or link, bounds, values, default.
fn describe(schema: &Value) -> AnyView {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default().to_owned();
        return view! { <a href=format!("/api/docs/{SCHEMAS}#{name}")>{name.clone()}</a> }.into_any();
    }
    let choices = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    if let Some(choices) = choices {
        return separated(" or ", choices.iter().map(describe));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        return separated(" and ", parts.iter().map(describe));
    }
    if let Some(values) = schema["enum"].as_array() {
        let values = values
            .iter()
            .map(|value| view! { <code>{text(value)}</code> }.into_any());
        return view! { {separated(" · ", values)} {default(schema)} }.into_any();
    }
    let name = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect::<Vec<_>>().join(" or "),
        Value::Null => "anything".to_owned(),
        one => text(one),
    };
    let items = (schema["type"] == "array").then(|| view! { " of " {describe(&schema["items"])} });
    let format = schema["format"]
        .as_str()
        .filter(|format| !format.starts_with("int"))
        .map(|format| format!(", {format}"));
    let pattern = schema["pattern"]
        .as_str()
        .map(|pattern| view! { ", " <code>{pattern.to_owned()}</code> });
    view! { {name} {items} {format} {bounds(schema, "minimum", "maximum", "")} {bounds(schema, "minLength", "maxLength", " characters")} {bounds(schema, "minItems", "maxItems", " items")} {pattern} {default(schema)} }
    .into_any()
}

fn bounds(schema: &Value, least: &str, most: &str, unit: &str) -> Option<String> {
    match (&schema[least], &schema[most]) {
        (Value::Null, Value::Null) => None,
        (least, Value::Null) => Some(format!(", at least {least}{unit}")),
        (Value::Null, most) => Some(format!(", at most {most}{unit}")),
        (least, most) => Some(format!(", {least} to {most}{unit}")),
    }
}

fn default(schema: &Value) -> Option<AnyView> {
    schema
        .get("default")
        .map(|value| view! { ", default " <code>{text(value)}</code> }.into_any())
}

fn separated(by: &'static str, parts: impl Iterator<Item = AnyView>) -> AnyView {
    parts
        .enumerate()
        .map(|(index, part)| view! { {(index > 0).then_some(by)} {part} })
        .collect_view()
        .into_any()
}

/// Returns a JSON value, a string without its quotes.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
