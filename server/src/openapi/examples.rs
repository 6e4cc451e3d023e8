//! Examples in the OpenAPI document: requests to a demo platform, and its responses.
//!
//! They are stored in `examples.json` by operation ID. To add one, write its `request` there and run the test
//! `server/tests/api/examples.rs` with `INSTA_UPDATE=always`, which records the response.

use std::{collections::BTreeMap, fmt::Write as _, sync::LazyLock};

use runlens_api_types::{auth::Role, params::Params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use utoipa::openapi::{
    RefOr, Response,
    content::Content,
    example::ExampleBuilder,
    path::{Operation, Parameter, ParameterBuilder, ParameterIn},
};

/// A request and its response.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Example {
    /// Method, and path with query below /api/v1, such as `GET /runs/100?include=summary`.
    pub request: String,
    /// Role of the account that sends the request, with every scope that the role may have; `None` for an
    /// admin.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Body of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<Box<RawValue>>,
    /// Status of the response.
    #[serde(default)]
    pub status: u16,
    /// Body of the response: a string if it is not JSON, null if there is none.
    #[serde(default)]
    pub body: Box<RawValue>,
}

impl Example {
    /// Splits `request` into the method and the path with its query.
    pub fn line(&self) -> (&str, &str) {
        self.request.split_once(' ').unwrap_or(("GET", &self.request))
    }
}

/// Examples by operation ID.
pub type Examples = BTreeMap<String, Vec<Example>>;

/// All examples.
pub fn examples() -> &'static Examples {
    // `tests/api/examples.rs` reads the same file, and fails if it is invalid.
    static EXAMPLES: LazyLock<Examples> =
        LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default());
    &EXAMPLES
}

/// The examples of one operation.
pub(crate) fn of(operation_id: &str) -> &'static [Example] {
    examples().get(operation_id).map_or(&[], Vec::as_slice)
}

/// Adds the examples of an operation to its parameters, its request body and its responses.
pub(super) fn add(path: &str, operation: &mut Operation) {
    let Some(operation_id) = operation.operation_id.clone() else {
        return;
    };
    for example in of(&operation_id) {
        if let Some(RefOr::T(Response { content, .. })) =
            operation.responses.responses.get_mut(&example.status.to_string())
        {
            content
                .values_mut()
                .for_each(|content| add_response(content, example));
        }
        if (200..300).contains(&example.status) {
            let given = parameters(path, example.line().1);
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    add_parameter_value(parameter, &given);
                }
            }
            if let (Some(RefOr::T(body)), Some(sent)) = (&mut operation.request_body, &example.send) {
                for content in body.content.values_mut() {
                    if let RefOr::T(content) = content {
                        content.example = content
                            .example
                            .take()
                            .or_else(|| serde_json::from_str(sent.get()).ok());
                    }
                }
            }
        }
    }
}

fn add_response(content: &mut RefOr<Content>, example: &Example) {
    if let RefOr::T(content) = content {
        let name = format!("example_{}", content.examples.len() + 1);
        let value = serde_json::from_str(example.body.get()).ok();
        content.examples.insert(
            name,
            ExampleBuilder::new()
                .summary(&example.request)
                .value(value)
                .into(),
        );
    }
}

/// The parameters of a request. A key is the parameter's name, and whether it is in the path.
fn parameters(template: &str, address: &str) -> BTreeMap<(bool, String), String> {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let in_path = template
        .split('/')
        .zip(path.split('/'))
        .filter_map(|(name, value)| {
            let name = name.strip_prefix('{')?.strip_suffix('}')?;
            Some(((true, name.to_owned()), value.to_owned()))
        });
    let params = Params::new(query);
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    let in_query = names.filter_map(|name| Some(((false, name.to_owned()), params.get(name)?.to_owned())));
    in_path.chain(in_query).collect()
}

fn add_parameter_value(parameter: &mut Parameter, given: &BTreeMap<(bool, String), String>) {
    let key = (
        matches!(parameter.parameter_in, ParameterIn::Path),
        parameter.name.clone(),
    );
    if let Some(text) = given.get(&key) {
        let value = serde_json::from_str(text)
            .ok()
            .filter(|value: &Value| !value.is_string())
            .unwrap_or_else(|| text.as_str().into());
        *parameter = ParameterBuilder::from(std::mem::take(parameter))
            .example(Some(value))
            .build();
    }
}

/// Formats JSON with one line per member, in the original order.
pub fn indent(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    let mut rest = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n{:1$}", "", depth * 2);
    };
    while let Some(char) = rest.next() {
        if in_string {
            out.push(char);
            in_string = is_escaped || char != '"';
            is_escaped = !is_escaped && char == '\\';
            continue;
        }
        match char {
            _ if char.is_whitespace() => {}
            '{' | '[' => {
                out.push(char);
                while rest.next_if(|next| next.is_whitespace()).is_some() {}
                if let Some(end) = rest.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(char);
            }
            ',' => {
                out.push(char);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => {
                in_string = char == '"';
                out.push(char);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indenting_does_not_change_the_json() {
        let json = r#"{"z":[],"a":{"b":"x\"{,:\\","c":[1,-2.5e3,null]},"d":{}}"#;
        let indented = indent(json);
        assert_eq!(indented.lines().count(), 12, "{indented}");
        assert_eq!(
            serde_json::from_str::<Value>(&indented).expect("JSON"),
            serde_json::from_str::<Value>(json).expect("JSON")
        );
        assert!(
            indented.starts_with("{\n  \"z\": [],\n  \"a\": {\n    \"b\""),
            "{indented}"
        );
        assert_eq!(indent(&indented), indented);
    }

    #[test]
    fn parameters_are_parsed_from_path_and_query() {
        let given = parameters("/runs/{run_id}/errors", "/runs/7/errors?type=x%20y&limit=2");
        let given: Vec<_> = given
            .iter()
            .map(|((in_path, name), value)| (*in_path, name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            given,
            [
                (false, "limit", "2"),
                (false, "type", "x y"),
                (true, "run_id", "7")
            ]
        );
    }
}
