//! Examples in the document: requests, and what a demo platform answers to them.
//!
//! They lie in `examples.json`, by operation id. To add one, write its `request` there and run the test that holds them all true,
//! `server/tests/api/examples.rs`, with `INSTA_UPDATE=always`: it fills in what the server answers.

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

/// One request and its answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Example {
    /// Method and address below /api/v1, such as `GET /runs/100?include=summary`.
    pub request: String,
    /// Whose token asks, with every scope that the role may have; an admin's where nothing is said.
    #[serde(rename = "as", default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The body that is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<Box<RawValue>>,
    /// Status of the answer.
    #[serde(default)]
    pub status: u16,
    /// Body of the answer; a string where it is no JSON, null where there is none.
    #[serde(default)]
    pub body: Box<RawValue>,
}

impl Example {
    /// Method and address.
    pub fn line(&self) -> (&str, &str) {
        self.request.split_once(' ').unwrap_or(("GET", &self.request))
    }
}

/// Examples by operation id.
pub type Examples = BTreeMap<String, Vec<Example>>;

/// Every example.
pub fn examples() -> &'static Examples {
    // A test reads the same file and fails where it cannot be read.
    static EXAMPLES: LazyLock<Examples> =
        LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).unwrap_or_default());
    &EXAMPLES
}

/// The examples of one operation.
pub(crate) fn of(operation_id: &str) -> &'static [Example] {
    examples().get(operation_id).map_or(&[], Vec::as_slice)
}

/// Adds to an operation its examples: of its parameters and its body from the requests, of its answers from the answers.
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
                .for_each(|content| add_answer(content, example));
        }
        if (200..300).contains(&example.status) {
            let given = parameters(path, example.line().1);
            for parameter in operation.parameters.iter_mut().flatten() {
                if let RefOr::T(parameter) = parameter {
                    add_value(parameter, &given);
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

fn add_answer(content: &mut RefOr<Content>, example: &Example) {
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

/// The parameters of a request, by name: those in the path, and those behind it.
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

fn add_value(parameter: &mut Parameter, given: &BTreeMap<(bool, String), String>) {
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

/// JSON with a line for each member, in the order in which it was written.
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
    fn json_is_laid_out_without_being_changed() {
        let json = r#"{"z":[],"a":{"b":"x\"{,:\\","c":[1,-2.5e3,null]},"d":{}}"#;
        let laid_out = indent(json);
        assert_eq!(laid_out.lines().count(), 12, "{laid_out}");
        assert_eq!(
            serde_json::from_str::<Value>(&laid_out).expect("JSON"),
            serde_json::from_str::<Value>(json).expect("JSON")
        );
        assert!(
            laid_out.starts_with("{\n  \"z\": [],\n  \"a\": {\n    \"b\""),
            "{laid_out}"
        );
        assert_eq!(indent(&laid_out), laid_out);
    }

    #[test]
    fn the_parameters_of_a_request_are_those_of_its_address() {
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
