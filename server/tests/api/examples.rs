//! The examples of the OpenAPI document are responses of a demo platform.

use std::path::Path;

use axum::http::Method;
use runlens_api_types::{
    TextEnum as _,
    auth::{Role, Scope},
};
use runlens_domain::{
    Settings,
    demo::{self, DemoAccount, DemoOptions},
    testing::{Backend, TestPlatform},
};
use runlens_server::{
    config::HttpConfig,
    config::LimitConfig,
    openapi::examples::{Example, Examples, indent},
};
use serde_json::{Value, json, value::RawValue};

use crate::server::{Server, http};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/openapi/examples.json");
/// Placeholder for a password in an example; the account's own password is sent.
const PASSWORD: &str = "correct horse battery staple";
/// Members whose values vary; the recorded values are kept.
const VARYING: [&str; 5] = [
    "token",
    "token_prefix",
    "download_url",
    "request_id",
    "last_modified",
];
/// Responses without an example: the document itself, an installation without its database, responses that
/// require a session or a header, and responses that are not JSON.
const WITHOUT_EXAMPLE: [(&str, &str); 14] = [
    ("get_openapi", "200"),
    ("get_health", "503"),
    ("revoke_current_token", "422"),
    ("get_raw_run_log", "200"),
    ("get_raw_run_log", "206"),
    ("get_raw_run_log", "416"),
    ("stream_run_events", "200"),
    ("get_raw_expected_output", "200"),
    ("get_raw_expected_output", "206"),
    ("get_raw_expected_output", "416"),
    ("get_raw_actual_output", "200"),
    ("get_raw_actual_output", "206"),
    ("get_raw_actual_output", "416"),
    ("get_raw_output_diff", "200"),
];

async fn demo_server() -> (Server, Vec<DemoAccount>) {
    let public_url = "https://runlens.example.org".to_owned();
    let test = TestPlatform::with(
        Backend::Sqlite,
        Settings {
            public_url: public_url.clone(),
            ..Settings::default()
        },
    )
    .await;
    let options = DemoOptions {
        password_rounds: 1000,
        ..DemoOptions::default()
    };
    let report = demo::fill(&test.platform, &options, &|_| {})
        .await
        .expect("a demo platform");
    let limits = LimitConfig {
        is_on: false,
        ..LimitConfig::default()
    };
    (
        Server::with(test, HttpConfig { public_url, ..http() }, limits),
        report.accounts,
    )
}

/// Sends the request of an example and records the response.
async fn record(server: &Server, accounts: &[DemoAccount], example: &Example) -> Example {
    let role = example.role.unwrap_or(Role::Admin);
    let scopes: Vec<_> = Scope::ALL
        .iter()
        .copied()
        .filter(|scope| role == Role::Admin || !scope.is_for_admins())
        .collect();
    // A token per request, because a request may revoke it.
    server
        .test
        .sql("DELETE FROM api_token WHERE token_name = 'laptop'")
        .await;
    let token = server
        .test
        .platform
        .auth
        .create_token_for(role.as_str(), "laptop", &scopes, 7)
        .await
        .expect("a token")
        .token;
    let (method, address) = example.line();
    let mut call = server.call(
        method.parse::<Method>().expect("a method"),
        &format!("/api/v1{address}"),
    );
    if let Some(body) = &example.send {
        let mut body: Value = serde_json::from_str(body.get()).expect("JSON");
        if body["password"] == PASSWORD {
            let account = accounts
                .iter()
                .find(|account| body["email"] == account.email)
                .expect("an account of the demo");
            body["password"] = json!(account.password);
        }
        call = call.json(&body);
    } else {
        call = call.token(&token);
    }
    let response = call.send().await;
    let text = response.text();
    let raw = RawValue::from_string(text.clone())
        .or_else(|_| serde_json::value::to_raw_value(&text))
        .expect("a value");
    let body = if text.is_empty() {
        RawValue::NULL.to_owned()
    } else {
        raw
    };
    Example {
        status: response.status.as_u16(),
        body,
        ..example.clone()
    }
}

/// Replaces values that vary by the recorded ones.
fn restore_varying(now: &mut Value, before: &Value) {
    match now {
        Value::Object(members) => {
            for (name, value) in members {
                match &before[name] {
                    Value::String(kept) if VARYING.contains(&name.as_str()) && value.is_string() => {
                        *value = json!(kept)
                    }
                    before => restore_varying(value, before),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .enumerate()
            .for_each(|(index, item)| restore_varying(item, &before[index])),
        _ => {}
    }
}

#[tokio::test]
async fn every_example_is_the_response_of_a_demo_platform() {
    let written: Examples =
        serde_json::from_str(&std::fs::read_to_string(FILE).expect(FILE)).expect("examples");
    let (server, accounts) = demo_server().await;
    let mut received = Examples::new();
    for (operation_id, examples) in &written {
        server.test.sql("DELETE FROM api_token").await;
        server
            .test
            .sql("DELETE FROM sqlite_sequence WHERE name = 'api_token'")
            .await;
        for example in examples {
            received
                .entry(operation_id.clone())
                .or_default()
                .push(record(&server, &accounts, example).await);
        }
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "insta's variable, because the examples are snapshots too"
    )]
    let is_update = std::env::var("INSTA_UPDATE").is_ok_and(|value| value == "always");
    if is_update {
        let text = serde_json::to_string(&received).expect("JSON");
        return std::fs::write(Path::new(FILE), indent(&text) + "\n").expect(FILE);
    }
    for (operation_id, examples) in &written {
        for (before, now) in examples.iter().zip(&received[operation_id]) {
            let parse = |body: &RawValue| serde_json::from_str::<Value>(body.get()).expect("JSON");
            let (before_body, mut now_body) = (parse(&before.body), parse(&now.body));
            restore_varying(&mut now_body, &before_body);
            let hint = "INSTA_UPDATE=always updates the examples";
            assert_eq!(
                (now.status, &now_body),
                (before.status, &before_body),
                "{operation_id}, {}: {hint}",
                before.request
            );
        }
    }
}

#[tokio::test]
async fn every_response_of_every_operation_has_an_example() {
    let server = Server::new(TestPlatform::new(Backend::Sqlite).await);
    let document = server.get("/api/v1/openapi.json").send().await.ok();
    let mut known = Vec::new();
    for operation in document["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|path| path.as_object().expect("methods").values())
    {
        let operation_id = operation["operationId"].as_str().expect("an id");
        known.push(operation_id);
        for (status, response) in operation["responses"].as_object().expect("responses") {
            let has_body = response["content"].is_object();
            let mut contents = response["content"]
                .as_object()
                .into_iter()
                .flat_map(|content| content.values());
            let has_example = contents.any(|content| content.pointer("/examples/example_1/value").is_some());
            assert!(
                !has_body || has_example || WITHOUT_EXAMPLE.contains(&(operation_id, status)),
                "{operation_id} has no example of {status}: add its request to server/src/openapi/examples.json"
            );
        }
        for parameter in operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == "path")
        {
            assert!(
                !parameter["example"].is_null(),
                "{operation_id} has no example of {}",
                parameter["name"]
            );
        }
    }
    for operation_id in runlens_server::openapi::examples::examples().keys() {
        assert!(
            known.contains(&operation_id.as_str()),
            "examples of the unknown operation {operation_id}"
        );
    }
}
