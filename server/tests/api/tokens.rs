//! /api/v1/auth/tokens: listing and revoking tokens.

use axum::http::StatusCode;
use runlens_api_types::{TextEnum, auth::Scope};
use runlens_domain::each_backend;
use serde_json::{Value, json};

use crate::server::{SECRET, Server};

const TOKENS: &str = "/api/v1/auth/tokens";

/// Returns the names of a page of tokens, in order.
fn names(page: &Value) -> Vec<&str> {
    page["data"]
        .as_array()
        .expect("a page")
        .iter()
        .filter_map(|token| token["token_name"].as_str())
        .collect()
}

async fn id_of(server: &Server, token: &str) -> i64 {
    server.get("/api/v1/auth/me").token(token).send().await.ok()["token"]["token_id"]
        .as_i64()
        .expect("an id")
}

each_backend! {
    async fn an_account_lists_its_own_tokens(test) {
        test.user("ada", Some("admin"), SECRET).await;
        let server = Server::new(test);
        let platform = &server.test.platform;
        let make = async |user: &str, name: &str, scopes: &[Scope], days| {
            platform.auth.create_token_for(user, name, scopes, days).await.expect("a token").token
        };
        server.token("user", &[Scope::RunsRead]).await;
        make("ada", "nightly", &[Scope::RunsRead, Scope::SystemRead], 1).await;
        let lost = make("ada", "lost", &[Scope::RunsRead], 30).await;
        server.test.advance(60);
        server.delete(&format!("{TOKENS}/current")).token(&lost).send().await;
        server.test.advance(24 * 60 * 60);
        let manager = make("ada", "manager", &[Scope::TokensManage], 7).await;
        let list = async |query: &str| server.get(&format!("{TOKENS}{query}")).token(&manager).send().await.ok();

        let all = list("").await;
        insta::assert_json_snapshot!("tokens", all, {".data[].token_prefix" => "spci_…"});
        assert_eq!(all["data"][0]["token_prefix"], manager[..16]);
        assert_eq!(all["data"].as_array().map(Vec::len), Some(3));
        for (query, expected) in [
            ("?state=active", vec!["manager"]),
            ("?state=expired", vec!["nightly"]),
            ("?state=revoked", vec!["lost"]),
            ("?limit=1&offset=1", vec!["lost"]),
            ("?offset=3", vec![]),
        ] {
            assert_eq!(names(&list(query).await), expected, "{query}");
        }
        let body = server.get(&format!("{TOKENS}?state=lost&limit=0")).token(&manager).send().await.failure(400, "validation_error");
        assert_eq!(body["details"]["fields"]["state"], "must be one of active, expired, revoked");
        assert!(body["details"]["fields"]["limit"].is_string(), "{body}");
    }

    async fn listing_tokens_takes_two_queries(test) {
        let server = Server::new(test);
        let token = server.token("admin", &[Scope::TokensManage]).await;
        for name in ["a", "b", "c"] {
            server.test.platform.auth.create_token_for("admin", name, &[Scope::RunsRead], 1).await.expect("a token");
        }
        server.test.take_queries();
        assert_eq!(server.get(TOKENS).token(&token).send().await.ok()["pagination"]["total"], 4);
        // Two more queries authenticate the caller.
        assert_eq!(server.test.take_queries().len(), 4);
    }

    async fn listing_tokens_requires_a_scope_or_a_session(test) {
        let server = Server::new(test);
        let token = server.reader().await;
        let body = server.get(TOKENS).token(&token).send().await.failure(403, "forbidden");
        assert_eq!(body["details"]["required_scope"], "tokens:manage");
        server.get(TOKENS).send().await.failure(401, "unauthorized");
        let visitor = server.get("/runs").send().await.cookies();
        server.get(TOKENS).header("cookie", &visitor).send().await.failure(403, "forbidden");
        let session = server.session("contributor").await;
        let tokens = server.get(TOKENS).header("cookie", &session).send().await.ok();
        assert_eq!((names(&tokens), &tokens["data"][0]["is_current"]), (vec!["tests"], &json!(false)));
    }

    async fn a_token_revokes_itself(test) {
        let server = Server::new(test);
        let token = server.token("user", &[Scope::RunsRead]).await;
        let response = server.delete(&format!("{TOKENS}/current")).token(&token).send().await;
        assert_eq!((response.status, response.body.len()), (StatusCode::NO_CONTENT, 0));
        for path in ["/api/v1/runs", "/api/v1/auth/me", TOKENS] {
            server.get(path).token(&token).send().await.failure(401, "unauthorized");
        }
        server.delete(&format!("{TOKENS}/current")).token(&token).send().await.failure(401, "unauthorized");
    }

    async fn a_session_has_no_current_token(test) {
        let server = Server::new(test);
        server.token("user", &[Scope::RunsRead]).await;
        let session = server.session("user").await;
        let current = |cookie: &str| server.delete(&format!("{TOKENS}/current")).header("cookie", cookie).header("origin", "http://127.0.0.1:3000");
        let body = current(&session).send().await.failure(422, "unprocessable");
        assert!(body["message"].as_str().is_some_and(|message| message.contains("by its id")), "{body}");
        let visitor = server.get("/runs").send().await.cookies();
        current(&visitor).send().await.failure(403, "forbidden");
    }

    async fn revoking_a_token_is_idempotent(test) {
        let server = Server::new(test);
        let token = server.token("user", &[Scope::RunsRead]).await;
        let other = server.test.platform.auth.create_token_for("user", "other", &[Scope::RunsRead], 7).await.expect("a token").token;
        let path = format!("{TOKENS}/{}", id_of(&server, &other).await);
        let revoked_at = async || {
            let session = server.session("user").await;
            server.get(&format!("{TOKENS}?state=revoked")).header("cookie", &session).send().await.ok()["data"][0]["revoked_at"].clone()
        };
        assert_eq!(server.delete(&path).token(&token).send().await.status, StatusCode::NO_CONTENT);
        server.get("/api/v1/runs").token(&other).send().await.failure(401, "unauthorized");
        let first = revoked_at().await;
        assert!(first.is_string(), "{first}");
        server.test.advance(60);
        assert_eq!(server.delete(&path).token(&token).send().await.status, StatusCode::NO_CONTENT);
        assert_eq!(revoked_at().await, first);
        server.get("/api/v1/runs").token(&token).send().await.ok();
    }

    async fn a_token_of_another_account_is_not_found(test) {
        let server = Server::new(test);
        let other_token = server.token("user", &[Scope::RunsRead]).await;
        let id = id_of(&server, &other_token).await;
        let admin = server.token("admin", Scope::ALL).await;
        let session = server.session("admin").await;
        let path = format!("{TOKENS}/{id}");
        let body = server.delete(&path).token(&admin).send().await.failure(404, "not_found");
        assert_eq!(body, json!({"code": "not_found", "message": format!("Token {id} not found."), "details": {"resource": "token", "id": id}}));
        server.delete(&path).header("cookie", &session).header("sec-fetch-site", "same-origin").send().await.failure(404, "not_found");
        server.delete(&format!("{TOKENS}/2147483647")).token(&admin).send().await.failure(404, "not_found");
        server.get("/api/v1/runs").token(&other_token).send().await.ok();
        for invalid in ["0", "x", "2147483648", "-1", "Current"] {
            let body = server.delete(&format!("{TOKENS}/{invalid}")).token(&admin).send().await.failure(400, "validation_error");
            assert!(body["details"]["fields"]["token_id"].is_string(), "{body}");
        }
        server.delete(&path).send().await.failure(401, "unauthorized");
        let response = server.get(&path).token(&admin).send().await;
        response.failure(405, "method_not_allowed");
        assert_eq!(response.header("allow"), "DELETE");
    }

    async fn another_site_cannot_revoke_tokens(test) {
        let server = Server::new(test);
        let token = server.token("user", &[Scope::RunsRead]).await;
        let session = server.session("user").await;
        let path = format!("{TOKENS}/{}", id_of(&server, &token).await);
        let revoke = || server.delete(&path).header("cookie", &session);
        for call in [
            revoke(),
            revoke().header("origin", "https://evil.example.org"),
            revoke().header("origin", "null"),
            revoke().header("sec-fetch-site", "same-site"),
            revoke().header("sec-fetch-site", "none"),
        ] {
            call.send().await.failure(403, "forbidden");
        }
        server.get("/api/v1/runs").token(&token).send().await.ok();
        let own = revoke().header("origin", "http://127.0.0.1:3000").send().await;
        assert_eq!(own.status, StatusCode::NO_CONTENT);
        server.get("/api/v1/runs").token(&token).send().await.failure(401, "unauthorized");
    }
}
