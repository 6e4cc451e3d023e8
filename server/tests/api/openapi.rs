//! GET /api/v1/openapi.json

use runlens_domain::testing::{Backend, TestPlatform};
use serde_json::json;

use crate::server::Server;

#[tokio::test]
async fn the_document_is_what_it_was() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    insta::assert_json_snapshot!("openapi", document);
}

#[tokio::test]
async fn every_operation_says_what_it_needs_and_how_it_fails() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let responses = operation["responses"].as_object().expect("responses");
            let is_public = operation["security"].as_array().is_some_and(Vec::is_empty);
            assert!(responses.contains_key("default") && responses.contains_key("500"), "{method} {path}");
            assert_eq!(responses.contains_key("401") && path != "/auth/tokens", !is_public, "{method} {path}");
            assert_eq!(!is_public && !path.starts_with("/auth"), operation["x-required-scope"].is_string(), "{method} {path}");
            assert!(operation["summary"].is_string() && operation["operationId"].is_string(), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_word_is_that_of_the_wire() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    let text = document.to_string();
    for reference in text.split(r##""$ref":"#"##).skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document.pointer(reference).is_some(), "{reference}");
    }
    assert_eq!(
        document["components"]["schemas"]["TestErrorType"]["enum"],
        json!(["exit_code_mismatch", "missing_output", "diff_mismatch"])
    );
}
