//! /tokens and its forms over HTTP. The page in a browser is tested in `end2end/`.

use axum::http::StatusCode;
use runlens_api_types::auth::Scope;
use runlens_domain::each_backend;
use runlens_server::config::LimitConfig;

use crate::server::{SECRET, Server, TestResponse, http};

const VALID_FORM: &str = "token_name=ci&expires_in_days=3&scopes=runs%3Aread&scopes=system%3Aread";

/// Returns the token that a page shows.
fn shown(page: &TestResponse) -> Option<String> {
    let text = page.text();
    let (_, rest) = text.split_once(r#"class="secret""#)?;
    let (_, rest) = rest.split_once('>')?;
    rest.split('<').next().map(str::to_owned)
}

async fn id_of(server: &Server, token: &str) -> i64 {
    server.get("/api/v1/auth/me").token(token).send().await.ok()["token"]["token_id"]
        .as_i64()
        .expect("an id")
}

each_backend! {
    async fn a_visitor_is_redirected_to_sign_in_and_back(test) {
        let server = Server::new(test);
        let page = server.get("/tokens?state=active").header("accept", "text/html").send().await;
        assert_eq!((page.status, page.header("location")), (StatusCode::FOUND, "/sign-in?next=/tokens%3Fstate%3Dactive"));
        let form = server.form("/tokens").body(VALID_FORM).send().await;
        assert_eq!((form.status, form.header("location")), (StatusCode::SEE_OTHER, "/sign-in?next=/tokens"));
        let form = server.form("/forms/revoke-token").body("token_id=1").send().await;
        assert_eq!((form.status, form.header("location")), (StatusCode::FOUND, "/sign-in?next=/tokens"));
    }

    async fn a_new_token_is_shown_once_and_only_in_the_body(test) {
        test.user("ada", Some("contributor"), SECRET).await;
        let server = Server::new(test);
        let session = server.session("ada").await;
        let foreign = server.post("/tokens").header("cookie", &session).header("origin", "https://evil.example.org").body(VALID_FORM).send().await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        let response = server.form("/tokens").header("cookie", &session).body(VALID_FORM).send().await;
        assert_eq!(response.status, StatusCode::CREATED, "{}", response.text());
        let token = shown(&response).expect("a token");
        assert!(token.starts_with("spci_") && token.len() == 48, "{token}");
        assert_eq!(response.header("cache-control"), "no-store");
        assert!(response.headers.values().all(|value| !String::from_utf8_lossy(value.as_bytes()).contains("spci_")), "{:?}", response.headers);

        let me = server.get("/api/v1/auth/me").token(&token).send().await.ok();
        assert_eq!(me["scopes"], serde_json::json!(["runs:read", "system:read"]));
        assert_eq!(me["token"]["expires_at"], "2026-06-30T12:00:00Z");
        let page = server.get("/tokens").header("cookie", &session).send().await;
        assert_eq!((page.status, shown(&page)), (StatusCode::OK, None));
        assert!(page.text().contains(&token[..16]) && !page.text().contains(&token[..17]), "only the prefix is shown");
    }

    async fn an_invalid_form_keeps_its_values(test) {
        test.user("ada", Some("contributor"), SECRET).await;
        let server = Server::new(test);
        let session = server.session("ada").await;
        let send = async |body: &str| server.form("/tokens").header("cookie", &session).body(body.to_owned()).send().await;
        for (body, status, parts) in [
            (
                "token_name=a+b&expires_in_days=many",
                400,
                vec![r#"value="a b""#, r#"value="many""#, "The name must be 1 to 50", "The number of days must be", "The token must contain"],
            ),
            ("token_name=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&expires_in_days=7&scopes=runs:read", 400, vec!["The name must be"]),
            ("token_name=ci&expires_in_days=7&scopes=runs:fly&scopes=runs:read", 400, vec![r#"value="ci""#, "must be one of runs:read"]),
            ("token_name=ci&expires_in_days=31&scopes=runs:read", 400, vec![r#"value="31""#, r#"aria-describedby="days-fault""#]),
            ("token_name=ci&expires_in_days=7&scopes=tokens:manage", 403, vec!["need the role"]),
            ("", 400, vec!["The name must be"]),
        ] {
            let response = send(body).await;
            assert_eq!((response.status.as_u16(), shown(&response)), (status, None), "{body}");
            for part in parts {
                assert!(response.text().contains(part), "{body}: {part}");
            }
            assert!(!response.text().contains("<script>alert"), "{body}");
        }
        assert_eq!(send(VALID_FORM).await.status, StatusCode::CREATED);
        let response = send(VALID_FORM).await;
        assert_eq!(response.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(response.text().contains("already has an active token named ci"), "{}", response.text());
        assert!(response.text().contains(r#"value="system:read" checked"#), "{}", response.text());
        assert_eq!(send(&"x".repeat(70_000)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn a_token_is_revoked_by_its_form(test) {
        let server = Server::new(test);
        let token = server.token("user", &[Scope::RunsRead]).await;
        let other_token = server.token("tester", &[Scope::RunsRead]).await;
        let session = server.session("user").await;
        let (id, other) = (id_of(&server, &token).await, id_of(&server, &other_token).await);
        let send = |body: String| server.form("/forms/revoke-token").header("cookie", &session).body(body);

        let page = server.get("/tokens?state=active").header("cookie", &session).send().await.text();
        assert!(page.contains(&format!(r#"name="token_id" value="{id}""#)) && page.contains(r#"value="?state=active""#), "{page}");
        let response = send(format!("token_id={other}&view=")).send().await;
        assert_eq!((response.status, response.header("location")), (StatusCode::FOUND, "/tokens?refused=revoke"));
        server.get("/api/v1/runs").token(&other_token).send().await.ok();
        let foreign = server.post("/forms/revoke-token").header("cookie", &session).header("origin", "https://evil.example.org");
        assert_eq!(foreign.body(format!("token_id={id}")).send().await.status, StatusCode::FORBIDDEN);
        server.get("/api/v1/runs").token(&token).send().await.ok();

        let response = send(format!("token_id={id}&view=%3Fstate%3Dactive%26x=//evil.example.org")).send().await;
        assert_eq!((response.status, response.header("location")), (StatusCode::FOUND, &*format!("/tokens?state=active#token-{id}")));
        server.get("/api/v1/runs").token(&token).send().await.failure(401, "unauthorized");
        let page = server.get("/tokens").header("cookie", &session).send().await.text();
        assert!(page.contains("revoked</span>") && !page.contains(r#"name="token_id""#), "{page}");
    }

    async fn token_creation_is_rate_limited(test) {
        test.user("ada", Some("user"), SECRET).await;
        let server = Server::with(test, http(), LimitConfig { writes: 1, ..LimitConfig::default() });
        let session = server.session("ada").await;
        let send = async |body: &str| server.form("/tokens").header("cookie", &session).body(body.to_owned()).send().await;
        assert_eq!(send(VALID_FORM).await.status, StatusCode::CREATED);
        let refused = send("token_name=other&expires_in_days=3").await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.text().contains("Too many tokens at once") && refused.text().contains(r#"value="other""#), "{}", refused.text());
    }
}
