//! GET /api/v1/openapi.json

use std::collections::BTreeMap;

use runlens_api_types::{TextEnum as _, auth::Scope};
use runlens_domain::{
    access,
    testing::{Backend, TestPlatform},
};
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn the_document_matches_its_snapshot() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    // Examples are tested in `examples.rs`.
    insta::assert_json_snapshot!("openapi", document, { ".**.example" => "…", ".**.examples" => "…" });
}

#[tokio::test]
async fn every_operation_documents_scope_errors_and_bounds() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let responses = operation["responses"].as_object().expect("responses");
            let is_public = operation["security"].as_array().is_some_and(Vec::is_empty);
            assert!(
                responses.contains_key("default") && responses.contains_key("500"),
                "{method} {path}"
            );
            let takes_password = operation["operationId"] == "create_token";
            assert_eq!(
                responses.contains_key("401") && !takes_password,
                !is_public,
                "{method} {path}"
            );
            // Every authenticated operation requires a scope, except those about the caller itself.
            let is_about_caller = ["create_token", "revoke_current_token", "revoke_token", "get_me"]
                .iter()
                .any(|id| operation["operationId"] == *id);
            assert_eq!(
                operation["x-required-scope"].is_string(),
                !is_public && !is_about_caller,
                "{method} {path}"
            );
            assert!(
                operation["summary"].is_string() && operation["operationId"].is_string(),
                "{method} {path}"
            );
            // A stream of events has no ETag.
            let has_tag = method == "get" && operation["operationId"] != "stream_run_events";
            assert_eq!(responses.contains_key("304"), has_tag, "{method} {path}");
            for (status, response) in responses {
                let reference = response["$ref"]
                    .as_str()
                    .map(|reference| reference.trim_start_matches('#'));
                let response = reference
                    .and_then(|reference| document.pointer(reference))
                    .unwrap_or(response);
                for header in [
                    "X-RateLimit-Limit",
                    "X-RateLimit-Remaining",
                    "X-RateLimit-Reset",
                    "X-Request-Id",
                ] {
                    assert!(
                        response["headers"][header].is_object(),
                        "{method} {path}: {status} without {header}"
                    );
                }
                assert_eq!(
                    response["headers"]["ETag"].is_object(),
                    status == "304" || (matches!(status.as_str(), "200" | "206") && has_tag),
                    "{method} {path}"
                );
                assert_eq!(
                    response["headers"]["Retry-After"].is_object(),
                    status == "429",
                    "{method} {path}"
                );
                assert_eq!(
                    response["headers"]["WWW-Authenticate"].is_object(),
                    status == "401",
                    "{method} {path}"
                );
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let schema = &parameter["schema"];
                let is_bounded =
                    |least: &str, most: &str| schema[least].is_number() && schema[most].is_number();
                let has_bounds = match schema["type"].as_str() {
                    Some("integer") => is_bounded("minimum", "maximum"),
                    Some("string") => {
                        is_bounded("minLength", "maxLength")
                            || !(schema["pattern"].is_null() && schema["enum"].is_null())
                    }
                    _ => true,
                };
                assert!(has_bounds, "{method} {path}: {parameter} has no bounds");
            }
        }
    }
}

#[tokio::test]
async fn every_reference_resolves_and_enums_use_wire_names() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    let text = document.to_string();
    for reference in text
        .split(r##""$ref":"#"##)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
    {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    assert_eq!(
        document["components"]["schemas"]["TestErrorType"]["enum"],
        json!(["exit_code_mismatch", "missing_output", "diff_mismatch"])
    );
}

#[tokio::test]
async fn every_operation_documents_the_scope_that_its_use_case_checks() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths
        .values()
        .flat_map(|methods| methods.as_object().expect("methods").values());
    let documented: BTreeMap<String, String> = operations
        .filter_map(|operation| {
            let scope = operation["x-required-scope"].as_str()?;
            let id = operation["operationId"].as_str()?;
            Some((id.to_uppercase(), scope.to_owned()))
        })
        .collect();
    let declared: BTreeMap<String, String> = access::OPERATIONS
        .iter()
        .map(|(name, scope)| ((*name).to_owned(), scope.to_string()))
        .collect();
    assert_eq!(documented, declared);
}

#[tokio::test]
async fn every_operation_on_a_run_checks_its_scope_before_loading_the_run() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    let mut tokens = BTreeMap::new();
    let read = [Scope::RunsRead, Scope::ResultsRead, Scope::SystemRead];
    for (required, role) in read.into_iter().zip(["admin", "contributor", "tester"]) {
        let others: Vec<Scope> = read.into_iter().filter(|scope| *scope != required).collect();
        tokens.insert(required.as_str(), server.token(role, &others).await);
    }
    let mut checked = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let Some(required) = methods["get"]["x-required-scope"].as_str() else {
            continue;
        };
        if !path.starts_with("/runs/{run_id}") {
            continue;
        }
        let path = path
            .replace("{run_id}", "9317")
            .replace("{regression_test_id}", "1")
            .replace("{regression_id}", "1")
            .replace("{sample_id}", "1")
            .replace("{output_id}", "1");
        let url = match path.ends_with("recent-results") {
            true => format!("/api/v1{path}?regression_test_ids=1"),
            false if path.ends_with("logs/search") => format!("/api/v1{path}?contains=error"),
            false => format!("/api/v1{path}"),
        };
        let body = server
            .get(&url)
            .token(&tokens[required])
            .send()
            .await
            .failure(403, "forbidden");
        assert_eq!(body["details"]["required_scope"], required, "{url}");
        checked += 1;
    }
    assert!(checked >= 20, "{checked} operations");
}
