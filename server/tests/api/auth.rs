//! /api/v1/auth and required scopes.

use runlens_api_types::auth::Scope;
use runlens_domain::{
    each_backend,
    testing::{RunSpec, TestPlatform},
};
use serde_json::{Value, json};
use sha2::Digest;

use crate::server::{SECRET, Server, TestResponse};

async fn request_token(server: &Server, change: Value) -> TestResponse {
    let mut body = json!({"email": "ada@example.org", "password": "secret", "token_name": "ci"});
    body.as_object_mut()
        .expect("an object")
        .extend(change.as_object().cloned().unwrap_or_default());
    // A random address per call, so that rate limits do not apply.
    let [a, b, ..] = runlens_domain::clock::random_bytes::<4>();
    server
        .post("/api/v1/auth/tokens")
        .from([10, 0, a, b])
        .json(&body)
        .send()
        .await
}

async fn with_ada(test: TestPlatform, role: &str) -> Server {
    test.user("ada", Some(role), SECRET).await;
    Server::new(test)
}

each_backend! {
    async fn a_password_is_exchanged_for_a_token(test) {
        let server = with_ada(test, "contributor").await;
        let response = request_token(&server, json!({"email": " ADA@Example.org "})).await;
        assert_eq!(response.status, 201, "{}", response.text());
        let created = response.json();
        insta::assert_json_snapshot!("created_token", created, {".token" => "spci_…"});
        let token = created["token"].as_str().expect("a token");
        assert!(token.starts_with("spci_") && token.len() == 48, "{token}");
        let me = server.get("/api/v1/auth/me").header("authorization", &format!("bEaReR {token}")).send().await.ok();
        insta::assert_json_snapshot!("me", me, {".token.token_prefix" => "spci_…"});
        assert_eq!(me["token"]["token_prefix"], token[..16]);
    }

    async fn a_token_request_is_validated_strictly(test) {
        let server = with_ada(test, "user").await;
        for (change, field) in [
            (json!({"email": ""}), "email"),
            (json!({"email": 7}), "email"),
            (json!({"password": "x".repeat(1025)}), "password"),
            (json!({"token_name": "a b"}), "token_name"),
            (json!({"token_name": "x".repeat(51)}), "token_name"),
            (json!({"expires_in_days": 0}), "expires_in_days"),
            (json!({"expires_in_days": 31}), "expires_in_days"),
            (json!({"expires_in_days": "7"}), "expires_in_days"),
            (json!({"scopes": []}), "scopes"),
            (json!({"scopes": vec!["runs:read"; 8]}), "scopes"),
            (json!({"scopes": "runs:read"}), "scopes"),
            (json!({"token_name": "ci\n"}), "token_name"),
            (json!({"token_name": ""}), "token_name"),
            (json!({"expires_in_days": 1.5}), "expires_in_days"),
            (json!({"password": ""}), "password"),
            (json!({"scopes": ["runs:read", "runs:fly"]}), "scopes"),
            (json!({"days": 7}), "days"),
        ] {
            let body = request_token(&server, change.clone()).await.failure(400, "validation_error");
            assert!(body["details"]["fields"][field].is_string(), "{change}: {body}");
        }
        let post = || server.post("/api/v1/auth/tokens");
        for (call, field) in [
            (post().header("content-type", "application/json").body("{"), "body"),
            (post().header("content-type", "application/json").body("[]"), "body"),
            (post().header("content-type", "application/json").body(r#"{"email":"a","password":"b"}"#), "token_name"),
            (post().header("content-type", "text/plain").body("{}"), "content-type"),
        ] {
            let body = call.send().await.failure(400, "validation_error");
            assert!(body["details"]["fields"][field].is_string(), "{field}: {body}");
        }
        let huge = format!("{{\"email\":\"{}\"}}", "x".repeat(70_000));
        let body = post().header("content-type", "application/json").body(huge).send().await.failure(400, "validation_error");
        assert_eq!(body["details"]["fields"]["body"], "must have at most 65536 bytes");
    }

    async fn a_wrong_password_and_an_unknown_account_get_the_same_response(test) {
        test.user("empty", Some("admin"), "").await;
        let server = with_ada(test, "admin").await;
        let wrong = request_token(&server, json!({"password": "Secret"})).await.failure(401, "unauthorized");
        for change in [json!({"email": "bob@example.org"}), json!({"email": "empty@example.org", "password": " "})] {
            assert_eq!(request_token(&server, change).await.failure(401, "unauthorized"), wrong);
        }
    }

    async fn some_scopes_are_reserved_for_admins(test) {
        let server = with_ada(test, "contributor").await;
        for scope in ["baselines:write", "system:write", "tokens:manage"] {
            request_token(&server, json!({"scopes": [scope]})).await.failure(403, "forbidden");
        }
        server.test.sql("UPDATE `user` SET role = 'Admin'").await;
        let token = request_token(&server, json!({"scopes": ["tokens:manage", "runs:read", "tokens:manage"]})).await.json();
        assert_eq!(token["scopes"], json!(["runs:read", "tokens:manage"]));
        server.test.sql("UPDATE `user` SET role = 'astronaut'").await;
        let me = server.get("/api/v1/auth/me").token(token["token"].as_str().expect("a token")).send().await.ok();
        assert_eq!((&me["scopes"], &me["user"]["role"]), (&json!(["runs:read"]), &json!("user")));
    }

    async fn a_token_name_can_be_reused_once_its_token_has_ended(test) {
        let server = with_ada(test, "user").await;
        let first = request_token(&server, json!({"expires_in_days": 1})).await.json();
        let body = request_token(&server, json!({"token_name": "CI"})).await.failure(422, "unprocessable");
        assert!(body["message"].as_str().is_some_and(|message| message.contains("another name")), "{body}");
        server.test.advance(24 * 60 * 60);
        server.get("/api/v1/auth/me").token(first["token"].as_str().expect("a token")).send().await.failure(401, "unauthorized");
        assert_eq!(request_token(&server, json!({})).await.status, 201);
        server.test.sql("UPDATE api_token SET revoked_at = created_at").await;
        assert_eq!(request_token(&server, json!({})).await.status, 201);
    }

    async fn invalid_tokens_are_401(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        let mut other = token.clone();
        other.pop();
        other.push(if token.ends_with('A') { 'E' } else { 'A' });
        for value in ["Bearer", "Bearer ", &token, &format!("Basic {token}"), &format!("Bearer {other}"), "Bearer spci_", "Bearer spci_aaaaaaaaaaé", &format!("Bearer {}", "x".repeat(5000))] {
            let response = server.get("/api/v1/runs").header("authorization", value).send().await;
            let body = response.failure(401, "unauthorized");
            assert_eq!(body, json!({"code": "unauthorized", "message": "Bearer token is missing, expired, or invalid.", "details": {}}), "{value}");
            assert_eq!(response.header("www-authenticate"), "Bearer");
        }
        server.get("/api/v1/runs").send().await.failure(401, "unauthorized");
        server.get("/api/v1/runs/abc").send().await.failure(401, "unauthorized");
        server.test.sql("UPDATE api_token SET revoked_at = created_at").await;
        server.get("/api/v1/runs").token(&token).send().await.failure(401, "unauthorized");
    }

    async fn each_operation_requires_its_scope(test) {
        let server = Server::new(test);
        let run = server.test.run(RunSpec::default()).await;
        let token = server.token("user", &[Scope::RunsWrite]).await;
        let document = server.get("/api/v1/openapi.json").send().await.ok();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let Some(scope) = methods["get"]["x-required-scope"].as_str() else { continue };
            let path = path.replace("{run_id}", &run.to_string());
            let path = path.split('/').map(|part| if part == "{sha}" { "abcd" } else if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/");
            // Required parameters of some operations; others ignore them.
            let body = server.get(&format!("/api/v1{path}?contains=x&q=x&regression_test_ids=1")).token(&token).send().await.failure(403, "forbidden");
            assert_eq!(body["details"]["required_scope"], scope, "{path}");
        }
    }

    async fn unknown_scopes_in_the_database_are_ignored(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        for (json, scopes) in [(r#"["runs:read","files:burn"]"#, json!(["runs:read"])), ("null", json!([])), ("oops", json!([]))] {
            server.test.sql(&format!("UPDATE api_token SET scopes_json = '{json}'")).await;
            assert_eq!(server.get("/api/v1/auth/me").token(&token).send().await.ok()["scopes"], scopes, "{json}");
        }
    }

    async fn tokens_of_the_sample_platform_and_of_runlens_are_interchangeable(test) {
        // As created and stored by the Sample Platform's Python code.
        const PLATFORM_TOKEN: &str = "spci_Q2FwdGlvbnMgYXJlIHRleHQgb3ZlciB0aW1lIDpdISE";
        const HASH: &str = "238c34608d124cf219527305b100f5afe13bb1f12afe476b51d28b9c705130c0";
        let user = test.user("ada", Some("user"), SECRET).await;
        test.sql(&format!(
            "INSERT INTO api_token (user_id, token_name, token_hash, token_prefix, scopes_json, created_at, expires_at)
             VALUES ({user}, 'theirs', '{HASH}', '{}', '[\"runs:read\"]', '2026-06-27 11:00:00', '2026-06-28 12:00:00')",
            &PLATFORM_TOKEN[..16],
        )).await;
        let server = Server::new(test);
        let me = server.get("/api/v1/auth/me").token(PLATFORM_TOKEN).send().await.ok();
        assert_eq!((&me["token"]["token_name"], &me["scopes"]), (&json!("theirs"), &json!(["runs:read"])));

        let ours = request_token(&server, json!({"token_name": "ours"})).await.json();
        let ours = ours["token"].as_str().expect("a token");
        let hash = hex::encode(sha2::Sha256::digest(ours));
        server.test.sql(&format!("UPDATE api_token SET revoked_at = created_at WHERE NOT (token_hash = '{hash}'
            AND token_prefix = '{}' AND scopes_json = '[\"runs:read\",\"results:read\"]' AND revoked_at IS NULL)", &ours[..16])).await;
        server.get("/api/v1/auth/me").token(ours).send().await.ok();
        server.get("/api/v1/auth/me").token(PLATFORM_TOKEN).send().await.failure(401, "unauthorized");
    }

    async fn a_new_token_is_not_cached(test) {
        let server = with_ada(test, "user").await;
        assert_eq!(request_token(&server, json!({})).await.header("cache-control"), "no-store");
    }

    async fn a_session_does_not_replace_the_password(test) {
        let server = with_ada(test, "user").await;
        let session = server.session("ada").await;
        let post = |body: Value| {
            let post = server.post("/api/v1/auth/tokens").header("cookie", &session).header("sec-fetch-site", "same-origin");
            post.json(&body).send()
        };
        let body = post(json!({"token_name": "ci"})).await.failure(400, "validation_error");
        assert!(body["details"]["fields"]["email"].is_string(), "{body}");
        let body = post(json!({"token_name": "ci", "email": "ada@example.org"})).await.failure(400, "validation_error");
        assert!(body["details"]["fields"]["password"].is_string(), "{body}");
        post(json!({"token_name": "ci", "email": "ada@example.org", "password": "wrong"})).await.failure(401, "unauthorized");
    }
}
